"""What the form of an activity says beside its points: what pays nothing, and what else waits."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.web.conftest import SignIn
from tests.web.recording import AT, named, recorded_session, session, text_of
from tests.web.reporting import somebody
from thidua.accounts.roles import Role
from thidua.activities.catalogue import catalogue
from thidua.engine.rulebooks import shelf_of
from thidua.ledger.queries import PublishedRulebook
from thidua.scoring.rulebook import shipped_text
from thidua.web.activity_fields import form_of

SPRING = datetime(2027, 3, 1, 17, tzinfo=UTC)
_WORKSHOP = 'types = ["FEST_WORKSHOP"]\n'


@pytest.mark.parametrize(
    ("code", "without_points", "optional"),
    [
        ("MENTEE_GRADUATED", 1, 0),
        ("COURSE_COMPLETED", 3, 2),
        ("FEST_WORKSHOP", 0, 4),
        ("MENTOR_SESSION", 0, 0),
    ],
)
async def test_a_form_says_what_pays_nothing_if_left_empty(
    sign_in_as: SignIn, code: str, without_points: int, optional: int
) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)
    address = f"/activities/new?type={code}"

    page = await client.get(address)
    english = await client.get(address, headers={"accept-language": "en"})

    assert page.text.count("(bỏ trống thì không có điểm)") == without_points
    assert english.text.count("(no points if left empty)") == without_points
    assert page.text.count("(không bắt buộc)") == optional


async def test_a_graduation_without_its_skill_is_recorded_all_the_same(sign_in_as: SignIn) -> None:
    lan, helped = await somebody(), await named("Giàng A Nắng")
    client = await sign_in_as(Role.MEMBER, person=lan)
    told = session(lan, type="MENTEE_GRADUATED", helped=str(helped), a_skill="")

    answer = await client.post("/activities/new", data=told)

    assert answer.status_code == 303
    assert (await client.get(answer.headers["location"])).status_code == 200


def test_a_form_says_what_the_version_of_now_needs_not_what_another_did() -> None:
    first = shipped_text()
    assert _WORKSHOP in first
    asking = _WORKSHOP + 'when = [{ attribute = "minutes", at_least = 30 }]\n'
    second = first.replace(_WORKSHOP, asking).replace("version = 1\n", "version = 2\n", 1)
    kept = shelf_of(
        [
            PublishedRulebook(1, "shipped", first, SPRING, None),
            PublishedRulebook(2, "shipped", second, SPRING, SPRING),
        ],
        at=SPRING,
    )
    kind, before = catalogue().types["FEST_WORKSHOP"], SPRING - timedelta(seconds=1)

    needed = [
        [one.name for one in form_of(kind, kept, "vi", at=at).fields if one.needed] for at in (before, SPRING)
    ]

    assert needed == [[], ["a_minutes"]]


async def test_what_else_waits_that_day_is_told_beside_the_forecast(sign_in_as: SignIn) -> None:
    lan = await somebody()
    member = await sign_in_as(Role.MEMBER, person=lan)
    told = "1 việc khác trong ngày cũng chờ xác nhận, có thể dùng hết hạn mức."

    first = await member.get(await recorded_session(member, lan, helped=str(await somebody())))
    asked = {"at": AT.replace("14:00", "15:00"), "helped": str(await somebody())}
    foretold = await member.post("/activities/foretell", data=session(lan, **asked))
    second = await member.get(await recorded_session(member, lan, **asked))
    elsewhen = await member.post("/activities/foretell", data=session(lan, at="2026-11-19T14:00"))

    pages = (first, foretold, second, elsewhen)
    assert [told in text_of(page) for page in pages] == [False, True, True, False]
    assert "Hạn mức ngày, sau lần này 1/2" in text_of(foretold)
