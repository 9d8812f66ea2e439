"""Who may open and change what on the leaders' pages; whatever lies elsewhere is not there."""

from uuid import uuid4

import httpx

from tests.web.conftest import SignIn
from tests.web.leading import COMMUNE, HTML, OTHER_COMMUNE, Branch, a_branch, id_of, send
from thidua.accounts.roles import Grant, Role

LEADERS = (Role.TEAM_LEADER, Role.BRANCH_SECRETARY, Role.UNIT_LEADER)
OTHERS = tuple(role for role in Role if role not in LEADERS)


def _pages(branch: Branch) -> list[str]:
    team, person = f"/organisation/teams/{branch.team}", f"/organisation/people/{branch.person}"
    return [
        f"/organisation/units/{branch.code}",
        f"/organisation/units/{branch.code}/edit",
        f"/organisation/units/new?parent={branch.code}",
        f"/organisation/teams?unit={branch.code}",
        f"/organisation/teams/new?unit={branch.code}",
        team,
        f"{team}/end",
        f"{team}/members",
        f"{team}/members/{branch.person}?since=2026-01-01",
        f"/organisation/people?unit={branch.code}",
        f"/organisation/people/new?unit={branch.code}",
        f"/organisation/people.csv?unit={branch.code}",
        person,
        f"{person}/home",
    ]


async def _answers(client: httpx.AsyncClient, branch: Branch) -> list[int]:
    return [(await client.get(path, headers=HTML)).status_code for path in _pages(branch)]


async def test_a_unit_leader_opens_every_page_of_what_lies_below(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    branch = await a_branch()
    for place in (COMMUNE, "P-12"):
        leader = await sign_in_as(Grant(Role.UNIT_LEADER, unit=await id_of(place)))

        assert set(await _answers(leader, branch)) == {200}
    assert (await web.get("/organisation", headers=HTML)).status_code == 303


async def test_nothing_of_a_sibling_a_parent_or_a_stranger_is_there(sign_in_as: SignIn) -> None:
    own, sibling, stranger = await a_branch(), await a_branch(), await a_branch(below=OTHER_COMMUNE)
    for role in (Role.UNIT_LEADER, Role.BRANCH_SECRETARY, Role.TEAM_LEADER):
        leader = await sign_in_as(Grant(role, unit=own.id))

        for other in (sibling, stranger):
            assert set(await _answers(leader, other)) <= {404, 403}
        assert (await leader.get(f"/organisation/units/{COMMUNE}", headers=HTML)).status_code == 404


async def test_a_branch_secretary_keeps_people_and_teams_but_no_units(sign_in_as: SignIn) -> None:
    branch = await a_branch()
    secretary = await sign_in_as(Grant(Role.BRANCH_SECRETARY, unit=branch.id))

    answers = dict(zip(_pages(branch), await _answers(secretary, branch), strict=True))

    refused = [path for path, status in answers.items() if status != 200]
    assert refused == [
        f"/organisation/units/{branch.code}/edit",
        f"/organisation/units/new?parent={branch.code}",
    ]


async def test_a_team_leader_sees_one_team_and_its_members_alone(sign_in_as: SignIn) -> None:
    branch = await a_branch(member="Sùng Thị Mo")
    leader = await sign_in_as(Grant(Role.TEAM_LEADER, team=branch.team))

    entry = (await leader.get("/organisation", headers=HTML)).text
    people = (await leader.get("/organisation/people", headers=HTML)).text
    team = await leader.get(f"/organisation/teams/{branch.team}", headers=HTML)

    assert f"/organisation/teams/{branch.team}/members" in entry
    assert "Sùng Thị Mo" in people
    assert team.status_code == 200
    assert (await leader.get(f"/organisation/units/{branch.code}", headers=HTML)).status_code == 404
    assert (await leader.get(f"/organisation/people/{branch.person}", headers=HTML)).status_code == 403
    assert "lãnh đạo đơn vị lập đội" in (await leader.get("/organisation/teams/new", headers=HTML)).text


async def test_other_roles_find_no_page_of_leaders(sign_in_as: SignIn) -> None:
    branch = await a_branch()
    forms = ["", f"/people/{branch.person}", f"/teams/{branch.team}", f"/units/{branch.code}/edit"]
    somebody = await sign_in_as(*OTHERS)

    answers = {(await somebody.get(f"/organisation{path}", headers=HTML)).status_code for path in forms}

    assert answers == {403}


async def test_ids_swapped_in_the_body_lead_nowhere(sign_in_as: SignIn) -> None:
    own, other = await a_branch(), await a_branch()
    leader = await sign_in_as(Grant(Role.UNIT_LEADER, unit=own.id))
    team = {"name": "Nhóm mới", "kind": "group", "valid_from": "01/02/2026"}
    person = {"name": "Lò Thị Mai", "born_on": "01/02/2000"}
    unit = {"name": "Thôn mới", "kind": "hamlet", "code": f"H-{uuid4().hex[:8]}", "parent": own.code}
    tried = [
        ("/organisation/teams/new", team | {"id": str(uuid4()), "unit": other.code}),
        ("/organisation/teams/new", team | {"id": str(other.team), "unit": own.code}),
        (f"/organisation/teams/{own.team}", team | {"unit": other.code}),
        (
            f"/organisation/teams/{own.team}/members",
            {"person": str(other.person), "valid_from": "01/02/2026"},
        ),
        (
            f"/organisation/teams/{own.team}/members/{own.person}?since=2026-01-01",
            {"do": "move", "to": str(other.team), "first_on": "01/02/2026"},
        ),
        ("/organisation/people/new", person | {"id": str(uuid4()), "unit": other.code}),
        ("/organisation/people/new", person | {"id": str(other.person), "unit": own.code}),
        (f"/organisation/people/{own.person}/home", {"unit": other.code, "unit_from": "01/02/2026"}),
        ("/organisation/units/new", unit | {"id": str(uuid4()), "parent": other.code}),
        ("/organisation/units/new", unit | {"id": str(other.id)}),
    ]

    answers = [(await leader.post(path, data=body, headers=HTML)).status_code for path, body in tried]

    assert answers == [404] * len(tried)


async def test_what_is_not_ours_is_never_taken(sign_in_as: SignIn) -> None:
    branch = await a_branch()
    leader = await sign_in_as(Grant(Role.UNIT_LEADER, unit=branch.id))
    path = f"/organisation/teams/{branch.team}"
    told = {"name": "Nhóm lạ", "kind": "group", "valid_from": "01/01/2026"}
    del leader.headers["x-csrf-token"]

    without_token = await leader.post(path, data=told, headers=HTML)
    with_form = await send(leader, path, told)

    assert without_token.status_code == 403
    assert with_form.status_code == 303


async def test_pages_hold_no_script_and_no_inline_style_and_are_private(sign_in_as: SignIn) -> None:
    branch = await a_branch()
    leader = await sign_in_as(Grant(Role.UNIT_LEADER, unit=branch.id))
    for path in _pages(branch):
        page = await leader.get(path, headers=HTML)

        assert "<script" not in page.text
        assert "style=" not in page.text
        assert page.headers["cache-control"] == "private, no-store"


async def test_anything_led_is_found_without_accents(sign_in_as: SignIn) -> None:
    branch = await a_branch(member="Vàng Thị Xuân Hường")
    leader = await sign_in_as(Grant(Role.UNIT_LEADER, unit=branch.id))

    found = (await leader.get("/organisation?q=xuan huong", headers=HTML)).text
    nothing = (await leader.get("/organisation?q=%25zz", headers=HTML)).text

    assert f"/organisation/people/{branch.person}" in found
    assert "Không thấy" in nothing
