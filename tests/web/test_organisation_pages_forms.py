"""What the forms of the leaders' pages do with what is typed into them."""

from html import unescape
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import SignIn
from tests.web.leading import (
    HTML,
    OTHER_COMMUNE,
    Led,
    a_branch,
    deeds_on,
    facts_now,
    hidden_in,
    hidden_of,
    id_of,
    send,
)
from thidua.accounts.roles import Grant, Role
from thidua.organisation.editing import TEAM, UNIT


@pytest.fixture
async def led(sign_in_as: SignIn) -> Led:
    """A leader, and a branch right below what they lead."""
    branch = await a_branch()
    return await sign_in_as(Grant(Role.UNIT_LEADER, unit=await id_of("C-03394"))), branch


async def test_a_team_is_made_once_however_often_its_form_is_sent(led: Led) -> None:
    leader, branch = led
    path = f"/organisation/teams/new?unit={branch.code}"
    hidden = await hidden_of(leader, path)
    told = hidden | {
        "name": " Đội  hình Sương Sớm ",
        "kind": "youth_digital",
        "unit": f"Chi đoàn ({branch.code})",
        "valid_from": "1/9/2026",
    }

    first = await leader.post("/organisation/teams/new", data=told, headers=HTML)
    again = await leader.post("/organisation/teams/new", data=told, headers=HTML)
    other = await leader.post("/organisation/teams/new", data=told | {"name": "Khác"}, headers=HTML)

    team = UUID(hidden["id"])
    assert (first.status_code, again.status_code, other.status_code) == (303, 303, 409)
    assert first.headers["location"] == f"/organisation/teams/{team}/members?done=created"
    assert f"/organisation/teams/{team}/members" in other.text
    assert await facts_now(TEAM, team) == {
        "name": "Đội hình Sương Sớm",
        "kind": "youth_digital",
        "unit": branch.code,
        "valid_from": "2026-09-01",
        "valid_to": None,
    }
    assert await deeds_on(team) == [("team_created", leader.headers["x-account"])]


async def test_faults_are_named_in_words_and_what_was_typed_stays(led: Led) -> None:
    leader, branch = led
    told = {"name": "", "kind": "", "unit": f"({branch.code})", "valid_from": "31/02/2026"}

    refused = await send(leader, "/organisation/teams/new", told)
    english = await leader.post(
        "/organisation/teams/new",
        data=await hidden_of(leader, "/organisation/teams/new") | told,
        headers=HTML | {"accept-language": "en"},
    )

    assert refused.status_code == 422
    page = unescape(refused.text)
    assert "Còn 3 chỗ cần sửa" in page
    assert "Tên đội: không được để trống." in page
    assert "Hoạt động từ ngày: cần một ngày, ví dụ 21/11/2026." in page
    assert 'value="31/02/2026"' in page
    assert 'href="#valid_from"' in page
    assert "Active from: a date is needed, such as 21/11/2026." in unescape(english.text)


async def test_a_unit_is_named_without_accents_and_asked_about_when_two_have_the_name(led: Led) -> None:
    leader, _ = led
    for _ in range(2):
        told = {"name": "Bản Hồ Thầu", "kind": "hamlet", "parent": "C-03394", "code": f"H-{uuid4().hex[:8]}"}
        assert (await send(leader, "/organisation/units/new", told)).status_code == 303
    told = {"name": "Nhóm 2", "kind": "group", "valid_from": "01/09/2026"}

    two = await send(leader, "/organisation/teams/new", told | {"unit": "ban ho thau"})
    one = await send(leader, "/organisation/teams/new", told | {"unit": "XA SIN SUOI HO"})
    none = await send(leader, "/organisation/teams/new", told | {"unit": "Hà Nội"})

    assert (two.status_code, two.text.count('type="radio"')) == (422, 4 + 2)
    assert "có 2 đơn vị tên như vậy" in two.text
    assert one.status_code == 303
    assert "không thấy đơn vị này trong phạm vi của bạn" in none.text


async def test_a_stale_form_says_what_changed_and_keeps_what_was_typed(led: Led) -> None:
    leader, branch = led
    path = f"/organisation/teams/{branch.team}"
    opened = await hidden_of(leader, path)
    told = {"kind": "group", "unit": f"({branch.code})", "valid_from": "01/01/2026"}
    await send(leader, path, told | {"name": "Nhóm của người khác"})

    stale = await leader.post(path, data=opened | told | {"name": "Nhóm của tôi"}, headers=HTML)
    again = {"seen": hidden_in(stale.text)["seen"]}
    saved = await leader.post(path, data=opened | told | again | {"name": "Nhóm của tôi"}, headers=HTML)

    page = unescape(stale.text)
    assert stale.status_code == 409
    assert f"Tên đội: lúc bạn mở là “Nhóm {branch.code}”, bây giờ là “Nhóm của người khác”." in " ".join(
        page.split()
    )
    assert 'value="Nhóm của tôi"' in page
    assert saved.status_code == 303
    assert (await facts_now(TEAM, branch.team))["name"] == "Nhóm của tôi"


async def test_the_same_change_sent_twice_is_taken_twice(led: Led) -> None:
    leader, branch = led
    path = f"/organisation/teams/{branch.team}"
    told = await hidden_of(leader, path) | {
        "name": "Nhóm đổi tên",
        "kind": "group",
        "unit": f"({branch.code})",
        "valid_from": "01/01/2026",
    }

    answers = [(await leader.post(path, data=told, headers=HTML)).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert len(await deeds_on(branch.team)) == 1


async def test_a_team_ends_with_its_members_and_says_what_stays(led: Led) -> None:
    leader, branch = led
    path = f"/organisation/teams/{branch.team}"

    refused = await send(leader, f"{path}/end", {"last_on": "31/12/2025"})
    ended = await send(leader, f"{path}/end", {"last_on": "30/09/2026"})
    page = (await leader.get(ended.headers["location"], headers=HTML)).text
    past = (await leader.get(f"{path}/members?stays=past", headers=HTML)).text

    assert refused.status_code == 422
    assert "Điểm đã có vẫn ở nguyên chỗ" in page
    assert "Nguyễn Thị Lan" in past
    assert "01/10/2026" in past
    assert (await facts_now(TEAM, branch.team))["valid_to"] == "2026-10-01"


async def test_somebody_joins_leaves_and_changes_teams(led: Led) -> None:
    leader, branch = led
    other = await a_branch(member="Lò Văn Minh")
    team = f"/organisation/teams/{branch.team}/members"
    found = (await leader.get(f"{team}?q=lo van", headers=HTML)).text

    added = await send(leader, team, {"person": str(other.person), "valid_from": "01/02/2026"})
    twice = await send(leader, team, {"person": str(other.person), "valid_from": "01/03/2026"})
    stay = f"{team}/{other.person}?since=2026-02-01"
    early = await send(leader, stay, {"do": "end", "last_on": "31/01/2026"})
    moved = await send(leader, stay, {"do": "move", "to": str(other.team), "first_on": "01/05/2026"})

    assert str(other.person) in found
    assert (added.status_code, twice.status_code) == (303, 422)
    assert "đã ở trong đội" in twice.text
    assert "người này vào đội ngày 01/02/2026" in early.text
    # From January on the person is in the other team already.
    assert moved.status_code == 422
    left = await send(leader, stay, {"do": "end", "last_on": "31/05/2026"})
    assert left.status_code == 303
    assert [doing for doing, _ in await deeds_on(other.person)] == ["membership_begun", "membership_ended"]


async def test_a_branch_is_founded_edited_and_ended_when_it_is_empty(led: Led) -> None:
    leader, branch = led
    new = "/organisation/units/new?parent=C-03394"
    code = f"B-{uuid4().hex[:8]}"
    told = {
        "name": "Chi đoàn bản Mấn",
        "kind": "branch",
        "parent": "C-03394",
        "code": code,
        "members": "1.284",
    }

    founded = await send(leader, "/organisation/units/new", told, opened=new)
    path = f"/organisation/units/{code}/edit"
    one = await id_of(code)
    changed = await send(leader, path, {"members": "abc", "name": "Chi đoàn bản Mấn"})
    ended = await send(leader, path, {"last_on": "30/09/2026"})
    full = await send(leader, f"/organisation/units/{branch.code}/edit", {"last_on": "30/09/2026"})

    facts = await facts_now(UNIT, one)
    assert founded.headers["location"] == f"/organisation/units/{code}?done=created"
    assert (facts["members"], facts["area_group"], facts["valid_to"]) == (1284, "mountain", "2026-10-01")
    assert "Số đoàn viên: cần một số nguyên." in unescape(changed.text)
    assert ended.status_code == 303
    assert "còn 0 đơn vị con, 1 đội, 1 người" in full.text


async def test_a_commune_keeps_its_name_and_takes_its_denominators(led: Led) -> None:
    leader, _ = led
    before = await facts_now(UNIT, await id_of("C-03394"))

    told = {"name": "Tỉnh của tôi", "kind": "province", "members": "1.234", "adults": "5 678", "parent": "VN"}
    changed = await send(leader, "/organisation/units/C-03394/edit", told)
    founded = await send(leader, "/organisation/units/new", told | {"code": "P-99", "parent": "C-03394"})

    assert changed.status_code == 303
    assert await facts_now(UNIT, await id_of("C-03394")) == before | {"members": 1234, "adults": 5678}
    assert founded.status_code == 422


async def test_a_household_under_a_strangers_id_gives_no_power_over_the_stranger(led: Led) -> None:
    leader, branch = led
    stranger = await a_branch(below=OTHER_COMMUNE)

    for path, told in {
        "/organisation/households/new": {"name": "Hộ giả"},
        "/organisation/teams/new": {"name": "Nhóm giả", "kind": "group", "valid_from": "01/01/2026"},
    }.items():
        made = await leader.post(path, data=told | {"id": str(stranger.person), "unit": branch.code})
        assert made.status_code == 422

    assert (await leader.get(f"/organisation/people/{stranger.person}")).status_code == 404


@pytest.mark.parametrize(
    "seen",
    [
        '{"born_on":"2024-13-45"}',
        '{"name":{"a":[1]},"priority":5}',
        '{"kind":[],"name":["x"],"priority":[[1]]}',
        '{"priority":5,"name":1e400,"unit":[]}',
        '{"a":' + "[" * 100_000,
        "[]",
        "\u202e",
    ],
    ids=["no day", "wrong kinds", "lists", "numbers", "deep", "no object", "no JSON"],
)
async def test_a_form_that_claims_to_have_seen_anything_is_never_our_fault(led: Led, seen: str) -> None:
    leader, branch = led
    for path, told in {
        f"/organisation/people/{branch.person}": {"name": "Lò Thị Khác", "born_on": "01/02/1990"},
        f"/organisation/teams/{branch.team}": {"name": "Khác", "kind": "group", "valid_from": "01/01/2026"},
    }.items():
        answer = await leader.post(path, data=told | {"seen": seen}, headers=HTML)

        assert answer.status_code == 409, answer.text
