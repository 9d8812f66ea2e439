"""The queue of claims: who sees which, who may judge which, one by one and many at once."""

import re
from uuid import UUID, uuid4

import httpx
import pytest

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE
from tests.web.conftest import SignIn
from tests.web.recording import a_team_of, named, recorded_session, text_of
from tests.web.reporting import somebody
from thidua.accounts.roles import Grant, Role
from thidua.infra.database import connection, transaction
from thidua.organisation.queries import unit_id_of

pytestmark = pytest.mark.usefixtures("web")


async def granted(role: Role, code: str) -> Grant:
    """The role in the unit with this code and all below it."""
    async with connection() as acquired:
        return Grant(role, unit=await unit_id_of(acquired, code))


async def a_claim(sign_in_as: SignIn, actor: UUID, **more: str) -> UUID:
    """A session that the actor reported."""
    member = await sign_in_as(Role.MEMBER, person=actor)
    return UUID((await recorded_session(member, actor, **more))[-36:])


async def state_of(claim: UUID) -> int:
    """Where the claim stands."""
    async with connection() as acquired:
        found: int = await acquired.fetchval("SELECT state FROM activity WHERE id = $1", claim)
    return found


async def test_claims_show_to_those_in_charge_with_names_and_points(sign_in_as: SignIn) -> None:
    lan, helped = await named("Lý Thị Máy"), await named("Tẩn Mỷ Sương")
    await a_claim(sign_in_as, lan, helped=str(helped), evidence="https://example.vn/anh")
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))
    far = await sign_in_as(await granted(Role.VERIFIER, MOUNTAIN_COMMUNE))

    page = await verifier.get("/verify?q=ly+thi+may")

    for told in ("Lý Thị Máy", "Tẩn Mỷ Sương", "+5 điểm", "VNeID"):
        assert told in text_of(page)
    assert 'href="https://example.vn/anh"' in page.text
    assert "Lý Thị Máy" not in (await far.get("/verify")).text


async def test_a_leader_of_a_team_sees_and_confirms_what_its_members_did(sign_in_as: SignIn) -> None:
    lan = await named("Vàng A Chứ")
    team = await a_team_of(lan)
    claim = await a_claim(sign_in_as, lan)
    leader = await sign_in_as(Grant(Role.TEAM_LEADER, team=team))

    assert "Vàng A Chứ" in (await leader.get("/verify")).text
    answer = await leader.post("/verify", data={"do": f"verify:{claim}"})

    assert answer.headers["location"] == f"/verify?done=1&rejected=0&left=0&of={claim}"
    assert await state_of(claim) == 2


async def test_many_are_confirmed_at_once_and_each_by_itself(sign_in_as: SignIn) -> None:
    people = [await somebody() for _ in range(3)]
    leader = await sign_in_as(await granted(Role.UNIT_LEADER, PLAIN_COMMUNE))
    claims = [UUID((await recorded_session(leader, one))[-36:]) for one in people]
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE), person=people[2])

    answer = await verifier.post(
        "/verify", data={"do": "verify", "pick": [str(one) for one in (*claims, uuid4())]}
    )
    page = await verifier.get(answer.headers["location"])

    assert answer.headers["location"] == "/verify?done=2&rejected=0&left=2"
    assert [await state_of(one) for one in claims] == [2, 2, 1]
    assert "Đã xác nhận 2" in text_of(page)


async def test_what_one_reported_or_is_paid_for_stands_there_with_the_reason(sign_in_as: SignIn) -> None:
    lan = await named("Chìa Khóa Riêng")
    own = await sign_in_as(await granted(Role.UNIT_LEADER, PLAIN_COMMUNE), person=lan)
    address = await recorded_session(own, lan)
    other = await somebody()
    for_other = await recorded_session(own, other)

    page = await own.get("/verify?q=chia+khoa")
    both = [await own.post("/verify", data={"do": f"verify:{one[-36:]}"}) for one in (address, for_other)]

    assert "Bạn đã ghi việc này" in text_of(page)
    assert "disabled" in page.text
    assert [one.headers["location"] for one in both] == ["/verify?done=0&rejected=0&left=1"] * 2
    assert await state_of(UUID(address[-36:])) == 1


async def test_a_rejection_needs_a_reason_that_the_member_then_reads(sign_in_as: SignIn) -> None:
    lan = await somebody()
    member = await sign_in_as(Role.MEMBER, person=lan)
    address = await recorded_session(member, lan)
    claim = UUID(address[-36:])
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))

    without = await verifier.post(
        "/verify", data={"do": "reject", "pick": str(claim), "own_reason": " ", "q": ""}
    )
    assert without.status_code == 422
    assert f'value="{claim}"' in without.text
    assert await state_of(claim) == 1
    await verifier.post(
        "/verify",
        data={"do": "reject", "pick": str(claim), "reason": "evidence_unclear", "own_reason": "Ảnh mờ quá."},
    )

    assert await state_of(claim) == 3
    for page in (await member.get("/activities"), await member.get(address)):
        assert "Minh chứng chưa rõ. Ảnh mờ quá." in text_of(page)


async def test_a_type_of_two_steps_shows_what_is_done_and_what_is_left(sign_in_as: SignIn) -> None:
    lan = await named("Hai Bước Một")
    team = await a_team_of(lan)
    claim = await a_claim(sign_in_as, lan, type="PERSON_GUIDED", others="1")
    leader = await sign_in_as(Grant(Role.TEAM_LEADER, team=team))
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))

    await leader.post("/verify", data={"do": f"verify:{claim}"})
    again = await leader.get("/verify?q=hai+buoc")
    await verifier.post("/verify", data={"do": f"verify:{claim}"})

    assert "Phần của bạn đã xong" in text_of(again)
    assert await state_of(claim) == 2


async def test_nobody_confirms_their_own_by_an_account_of_nobody_that_they_made(sign_in_as: SignIn) -> None:
    lan, other = await somebody(), await somebody()
    leader = await sign_in_as(Role.MEMBER, await granted(Role.UNIT_LEADER, PLAIN_COMMUNE), person=lan)
    own, for_other = [UUID((await recorded_session(leader, one))[-36:]) for one in (lan, other)]
    of_theirs = await a_claim(sign_in_as, other)
    puppet = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))
    async with transaction() as acquired:
        ids = [UUID(one.headers["x-account"]) for one in (puppet, leader)]
        await acquired.execute("UPDATE account_grant SET granted_by = $2 WHERE account = $1", *ids)

    answers = [
        await puppet.post("/verify", data={"do": f"verify:{one}"}) for one in (own, for_other, of_theirs)
    ]

    assert [one.headers["location"].partition("?")[2][:24] for one in answers] == [
        "done=0&rejected=0&left=1",
        "done=0&rejected=0&left=1",
        "done=1&rejected=0&left=0",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "type=NOTHING",
        "unit=nowhere",
        "since=31.02.2026",
        "since=2026-11-01&until=2026-11-30",
        "since=99/99/9999",
        "until=0000-00-00",
        "q=%",
        "q=" + "x" * 500,
        "done=x&left=-1&rejected=" + "9" * 40,
        "done=" + "9" * 5_000,
        "type=MENTOR_SESSION&unit=VN&q=lan",
    ],
)
async def test_filters_that_cannot_be_read_are_said_so(sign_in_as: SignIn, query: str) -> None:
    verifier = await sign_in_as(await granted(Role.VERIFIER, "VN"))

    assert (await verifier.get(f"/verify?{query}")).status_code == 200


async def test_the_queue_goes_on_where_a_page_ends(sign_in_as: SignIn) -> None:
    lan = await named("Nhiều Việc Lắm")
    member = await sign_in_as(Role.MEMBER, person=lan)
    for minute in range(27):
        await recorded_session(member, lan, at=f"2026-10-0{minute % 9 + 1}T10:{minute:02}")
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))

    first = await verifier.get("/verify?q=nhieu+viec")
    link = first.text.partition('href="/verify?q=nhieu+viec&amp;cursor=')[2].partition('"')[0]
    second = await verifier.get(f"/verify?q=nhieu+viec&cursor={link}")

    assert [page.text.count("data-claim") for page in (first, second)] == [25, 2]
    assert (await verifier.get(f"/verify?cursor={link}")).status_code == 400


async def test_the_queue_begins_with_the_latest_if_asked_and_goes_on_so(sign_in_as: SignIn) -> None:
    lan = await named("Thứ Tự Nào")
    member = await sign_in_as(Role.MEMBER, person=lan)
    days = [f"2026-10-{day:02}T10:00" for day in range(1, 28)]
    for day in days:
        await recorded_session(member, lan, at=day)
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))

    first = await verifier.get("/verify?q=thu+tu&order=latest")
    link = first.text.partition("order=latest&amp;cursor=")[2].partition('"')[0]
    second = await verifier.get(f"/verify?q=thu+tu&order=latest&cursor={link}")

    shown = re.findall(r"10:00,\s(\d\d)/10/2026", first.text + second.text)
    assert list(dict.fromkeys(shown)) == [f"{day:02}" for day in range(27, 0, -1)]
    assert 'name="order" value="latest"' in first.text
    assert (await verifier.get(f"/verify?q=thu+tu&cursor={link}")).status_code == 400


async def test_a_claim_is_confirmed_on_its_own_page_by_who_may(sign_in_as: SignIn) -> None:
    lan, leads = await somebody(), await granted(Role.UNIT_LEADER, PLAIN_COMMUNE)
    reporter, paid = await sign_in_as(leads), await sign_in_as(leads, person=lan)
    address = await recorded_session(reporter, lan)
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))
    button = f'action="{address}/answer"'

    pages = [await one.get(address) for one in (reporter, paid, verifier)]
    answer = await verifier.post(f"{address}/answer", data={"do": "yes", "back": "one"})

    assert [button in page.text for page in pages] == [False, False, True]
    assert "mang điểm cho bạn" in text_of(pages[1])
    assert answer.headers["location"] == address
    assert await state_of(UUID(address[-36:])) == 2
    assert button not in (await verifier.get(address)).text


async def test_the_queue_is_for_those_who_may_verify(web: httpx.AsyncClient, sign_in_as: SignIn) -> None:
    member = await sign_in_as(Role.MEMBER, person=await somebody())
    auditor = await sign_in_as(Role.AUDITOR)

    assert (await member.get("/verify")).status_code == 403
    assert (await auditor.post("/verify", data={"do": "verify"})).status_code == 403
    assert (await web.get("/verify")).status_code == 401 or (await web.get("/verify")).is_redirect


async def test_the_answer_says_whose_claim_was_judged_to_those_who_may_see_it(sign_in_as: SignIn) -> None:
    lan = await named("Vừa Xong Rồi")
    member = await sign_in_as(Role.MEMBER, person=lan)
    claims = [UUID((await recorded_session(member, lan))[-36:]) for _ in range(2)]
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))
    far = await sign_in_as(await granted(Role.VERIFIER, MOUNTAIN_COMMUNE))
    rejection = {"do": f"reject:{claims[1]}", "reason": "not_reached"}

    done = await verifier.post("/verify", data={"do": f"verify:{claims[0]}"}, follow_redirects=True)
    rejected = await verifier.post("/verify", data=rejection, follow_redirects=True)
    elsewhere = await far.get(f"/verify?of={claims[0]}&done=1")

    assert "Đã xác nhận: Buổi hướng dẫn của Vừa Xong Rồi." in text_of(done)
    assert "Không nhận: Buổi hướng dẫn của Vừa Xong Rồi." in text_of(rejected)
    assert "Đã xác nhận 1." in text_of(elsewhere)
    assert "Vừa Xong" not in elsewhere.text
