"""Recording through the form: one record a form, everything kept when something is to be mended."""

from uuid import UUID, uuid4

import httpx
import pytest

from tests.builders import MOUNTAIN_COMMUNE, TENTH
from tests.web.conftest import SignIn
from tests.web.recording import AT, a_team_of, named, recorded_session, session, text_of
from tests.web.reporting import somebody
from thidua.accounts.roles import Grant, Role
from thidua.activities.catalogue import ActivityType, catalogue
from thidua.engine.moderate import verify
from thidua.infra.clock import now
from thidua.infra.database import connection, transaction
from thidua.kernel.subjects import SubjectKind
from thidua.organisation import actions
from thidua.organisation.queries import unit_id_of

NOBODY = "0192a000-0000-7000-8000-0000000000ff"
TYPES = [one for one in catalogue().types.values() if not one.is_derived]
VALUES = {"whole": "1", "text": "điều gì đó", "label": "1", "slug": "ngay-hoi-2026", "ids": str(uuid4())}
GOOD = {"minutes": "45", "skill": "vneid", "activities": ""}


async def activities_of(person: object) -> int:
    """How many activities of the actor are kept."""
    async with connection() as acquired:
        found: int = await acquired.fetchval("SELECT count(*) FROM activity WHERE actor = $1", person)
    return found


async def test_a_session_is_recorded_and_waits_for_who_was_helped(sign_in_as: SignIn) -> None:
    lan, helped = await somebody(), await named("Tẩn Mỷ Sương")
    client = await sign_in_as(Role.MEMBER, person=lan)

    address = await recorded_session(client, lan, helped=str(helped))
    page = await client.get(address)

    assert "Đang chờ" in text_of(page)
    assert "Tẩn Mỷ Sương" in text_of(page)
    assert "+5 điểm" in text_of(page)


async def test_the_same_form_sent_twice_records_once(sign_in_as: SignIn) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)
    told = session(lan, others="1")

    answers = [await client.post("/activities/new", data=told) for _ in range(3)]

    assert {answer.headers["location"] for answer in answers} == {f"/activities/{told['id']}"}
    assert await activities_of(lan) == 1


async def test_another_deed_under_the_same_id_is_asked_about_and_then_recorded(sign_in_as: SignIn) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)
    told = session(lan)
    await client.post("/activities/new", data=told)

    again = await client.post("/activities/new", data=told | {"a_minutes": "60"})

    assert again.status_code == 409
    assert "đã ghi rồi" in text_of(again)
    new_id = again.text.partition('name="id" value="')[2][:36]
    assert new_id != told["id"]
    answer = await client.post("/activities/new", data=told | {"a_minutes": "60", "id": new_id})
    assert answer.status_code == 303
    assert await activities_of(lan) == 2


async def test_a_form_with_faults_keeps_what_was_typed(sign_in_as: SignIn) -> None:
    lan, helped = await somebody(), await named("Giàng A Nắng")
    client = await sign_in_as(Role.MEMBER, person=lan)
    wrong = session(
        lan, helped=str(helped), a_minutes="other", a_minutes_other="ba mươi", at="hôm qua", others="hai"
    )

    page = await client.post("/activities/new", data=wrong)

    assert page.status_code == 422
    for kept in ("ba mươi", "hôm qua", 'value="hai"', f'value="{helped}" checked', "Giàng A Nắng"):
        assert kept in page.text
    for told in ("#at", "#others"):
        assert f'href="{told}"' in page.text
    assert await activities_of(lan) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("a_minutes", ""),
        ("a_minutes", "0"),
        ("a_minutes", "1441"),
        ("a_minutes", "9" * 30),
        ("a_minutes", "4.5"),
        ("a_skill", "x" * 201),
        ("a_skill", "a\x01b"),
        ("at", ""),
        ("at", "2030-01-01T10:00"),
        ("at", "2019-12-31T10:00"),
        ("at", "2026-02-30T10:00"),
        ("at", "0000-00-00T00:00"),
        ("others", "-1"),
        ("others", "10001"),
        ("helped", "not an id"),
        ("helped", NOBODY),
        ("unit", "nowhere"),
        ("unit", NOBODY),
        ("team", NOBODY),
        ("evidence", "x" * 501),
        ("a_skill", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")),
    ],
)
async def test_bad_input_is_never_our_fault(sign_in_as: SignIn, field: str, value: str) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)

    answer = await client.post("/activities/new", data=session(lan) | {field: value})

    assert answer.status_code in {303, 400, 422}
    assert (await activities_of(lan) == 1) is (answer.status_code == 303)


@pytest.mark.parametrize("field", ["id", "type", "actor"])
async def test_a_form_that_we_did_not_make_leads_nowhere(sign_in_as: SignIn, field: str) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)

    for value in ("", "x", "../..", str(uuid4())[:-1]):
        answer = await client.post("/activities/new", data=session(lan) | {field: value})
        assert answer.status_code == 404 or (field == "type" and value == "" and answer.status_code == 303)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.code)
async def test_every_type_has_a_form_that_records_it(sign_in_as: SignIn, kind: ActivityType) -> None:
    actor, client = await somebody_for(kind, sign_in_as)
    address = f"/activities/new?type={kind.code}&actor={actor}"

    page = await client.get(address)
    told = session(actor, type=kind.code) | {
        f"a_{one.name}": GOOD.get(one.name, one.choices[0] if one.choices else VALUES[one.kind])
        for one in kind.attributes.values()
    }
    answer = await client.post("/activities/new", data=told)

    assert page.status_code == 200
    assert [f'name="a_{name}"' for name in kind.attributes if f'name="a_{name}"' not in page.text] == []
    assert answer.status_code == 303, text_of(answer)
    assert await activities_of(actor) >= 1


async def somebody_for(kind: ActivityType, sign_in_as: SignIn) -> tuple[UUID, httpx.AsyncClient]:
    """An actor whom the type pays, and somebody signed in who may record for them."""
    async with connection() as acquired:
        unit = await unit_id_of(acquired, MOUNTAIN_COMMUNE)
    assert unit is not None
    leader = await sign_in_as(Grant(Role.UNIT_LEADER, unit=unit))
    if SubjectKind.PERSON in kind.kinds:
        return await somebody(unit=MOUNTAIN_COMMUNE), leader
    if SubjectKind.TEAM in kind.kinds:
        return await a_team_of(unit=MOUNTAIN_COMMUNE), leader
    if SubjectKind.HOUSEHOLD in kind.kinds:
        return await a_household(), leader
    return unit, leader


async def a_household() -> UUID:
    """A household of the commune in the mountains."""
    one = uuid4()
    async with transaction() as acquired:
        await actions.put_households(acquired, [{"id": str(one), "unit": MOUNTAIN_COMMUNE}], at=TENTH)
    return one


async def test_nobody_records_for_others_without_the_right(sign_in_as: SignIn) -> None:
    lan, other = await somebody(), await somebody(unit=MOUNTAIN_COMMUNE)
    team = await a_team_of(lan)
    member = await sign_in_as(Role.MEMBER, person=lan)
    leader = await sign_in_as(Grant(Role.TEAM_LEADER, team=team))

    assert (await member.get(f"/activities/new?actor={other}")).status_code == 404
    assert (await member.post("/activities/new", data=session(other))).status_code == 404
    assert (await leader.post("/activities/new", data=session(other))).status_code == 404
    assert (await leader.post("/activities/new", data=session(lan))).status_code == 303


async def test_points_are_claimed_by_decision_for_others_only(sign_in_as: SignIn) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)

    assert (await client.get("/activities/new?type=MANUAL")).status_code == 404
    assert (await client.post("/activities/new", data=session(lan, type="MANUAL"))).status_code == 404


async def test_people_are_found_without_accents_near_oneself_only(sign_in_as: SignIn) -> None:
    lan = await somebody()
    await named("Tẩn Mỷ Sương")
    await named("Sương Ở Xa", unit=MOUNTAIN_COMMUNE)
    client = await sign_in_as(Role.MEMBER, person=lan)

    found = (await client.get("/activities/people?q=suong")).text
    again = await client.post("/activities/new", data=session(lan, q="suong", do="find"))

    for text in (found, again.text):
        assert "Tẩn Mỷ Sương" in text
        assert "Sương Ở Xa" not in text
    assert again.status_code == 200
    assert await activities_of(lan) == 0


async def test_a_name_cannot_be_read_by_naming_an_id(sign_in_as: SignIn) -> None:
    lan, far = await somebody(), await named("Người Ở Xa", unit=MOUNTAIN_COMMUNE)
    client = await sign_in_as(Role.MEMBER, person=lan)

    page = await client.post("/activities/new", data=session(lan, helped=str(far)))

    assert page.status_code == 422
    assert "Người Ở Xa" not in page.text
    assert await activities_of(lan) == 0


async def test_who_reports_does_not_choose_the_commune_that_judges(sign_in_as: SignIn) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)
    async with connection() as acquired:
        far = await unit_id_of(acquired, MOUNTAIN_COMMUNE)

    page = await client.post("/activities/new", data=session(lan, unit=str(far)))

    assert page.status_code == 422
    assert 'href="#unit"' in page.text
    assert await activities_of(lan) == 0


async def test_what_is_left_of_the_day_is_told_before(sign_in_as: SignIn) -> None:

    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)
    for hour in ("08", "09"):
        address = await recorded_session(client, lan, at=f"2026-11-20T{hour}:00")
        await verify(UUID(address[-36:]), by="tester", reason="", at=now())

    full = await client.post("/activities/foretell", data=session(lan, at=AT))
    next_day = await client.post("/activities/foretell", data=session(lan, at="2026-11-21T08:00"))

    assert "2/2 buổi" in text_of(full)
    assert "0 điểm" in text_of(full)
    assert "+5 điểm" in text_of(next_day)
    assert "1/2" in text_of(next_day)


async def test_own_activities_are_listed_and_taken_back_with_a_reason(sign_in_as: SignIn) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)
    other = await sign_in_as(Role.MEMBER, person=await somebody())
    address = await recorded_session(client, lan)

    without = await client.post(f"{address}/withdraw", data={"reason": " "})
    strange = await other.post(f"{address}/withdraw", data={"reason": "x"})
    done = await client.post(f"{address}/withdraw", data={"reason": "Ghi nhầm ngày"})

    assert [without.status_code, strange.status_code, done.status_code] == [422, 404, 303]
    listed = text_of(await client.get("/activities"))
    assert "Đã rút" in listed
    assert "Ghi nhầm ngày" in listed
    assert (await other.get(address)).status_code == 404


async def test_who_was_helped_says_so(sign_in_as: SignIn) -> None:
    lan, helped = await somebody(), await named("Lò Thị Pành")
    client = await sign_in_as(Role.MEMBER, person=lan)
    thankful = await sign_in_as(Role.MEMBER, person=helped)
    address = await recorded_session(client, lan, helped=str(helped))

    asked = text_of(await thankful.get("/activities"))
    answer = await thankful.post(f"{address}/answer", data={"do": "yes"})

    assert "Chờ bạn xác nhận" in asked
    assert answer.status_code == 303
    assert "Đã xác nhận" in text_of(await client.get(address))
    assert "Chờ bạn xác nhận" not in text_of(await thankful.get("/activities"))


async def test_the_offline_form_and_worker_know_nobody(sign_in_as: SignIn) -> None:
    client = await sign_in_as(Role.MEMBER, person=await somebody())

    form, worker = await client.get("/activities/offline"), await client.get("/activities/worker.js")

    assert "Nông Thị Sín" not in form.text
    assert "_csrf" not in form.text
    assert "/activities/offline" in worker.text
    assert worker.headers["content-type"].startswith("text/javascript")
