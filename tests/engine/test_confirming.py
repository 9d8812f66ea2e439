"""People confirm claims: every step its own person, and nobody what they reported or are paid for."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE, a_team, an_id, recorded, reported, some_people
from thidua.activities.model import ActivityReport, State
from thidua.activities.queries import acts_of
from thidua.engine.confirm import (
    NotIndependentError,
    NotYourStepError,
    OwnReportError,
    PaidForItError,
    ReasonMissingError,
    StepDoneError,
    confirm,
    refuse,
)
from thidua.engine.moderate import StateError, shown, verify
from thidua.engine.separation import Confirmer, source_of
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.errors import DomainError, NotFoundError
from thidua.organisation.queries import unit_id_of

pytestmark = pytest.mark.usefixtures("module_database")
MEMBER = an_id("the member's account")


async def unit_of(code: str) -> UUID:
    """The id of the unit with this code."""
    async with connection() as acquired:
        found = await unit_id_of(acquired, code)
    assert found is not None
    return found


async def verifier(name: str, *, unit: str = PLAIN_COMMUNE, person: UUID | None = None) -> Confirmer:
    """Somebody who verifies all within the unit."""
    return Confirmer(an_id(name), person, units=frozenset({await unit_of(unit)}))


def leader(name: str, team: UUID, *, person: UUID | None = None) -> Confirmer:
    """Somebody who leads the team."""
    return Confirmer(an_id(name), person, teams=frozenset({team}))


async def claimed(type_code: str, actor: UUID, **more: Any) -> ActivityReport:  # noqa: ANN401 -- as reports
    """A claim that the member's account reported and that nobody has confirmed yet."""
    report = reported(type_code, actor, source=source_of(MEMBER), verified=False, **more)
    await recorded([report])
    return report


async def state_of(activity: UUID) -> tuple[State, int]:
    """Where the activity stands, and what it brings."""
    found, result = await shown(activity, at=now())
    return found.state, result.points


async def kinds_of(activity: UUID) -> list[tuple[str, str]]:
    """What was done to the activity, and by whom."""
    async with connection() as acquired:
        return [(act.kind, act.by) for act in await acts_of(acquired, activity)]


async def test_nobody_judges_the_claims_of_the_units_their_home_lies_in() -> None:
    [neighbour] = await some_people(1, unit=MOUNTAIN_COMMUNE)
    claim = await claimed("FEST_HOST", await unit_of("P-12"), name="the province")
    within = await verifier("at home in a commune of it", unit="VN", person=neighbour)

    with pytest.raises(PaidForItError):
        await confirm(claim.id, who=within, at=now())

    [stranger] = await some_people(1)
    await confirm(claim.id, who=await verifier("from elsewhere", unit="VN", person=stranger), at=now())
    assert (await state_of(claim.id))[0] is State.VERIFIED


async def test_an_account_judges_nothing_of_who_gave_it_its_password() -> None:
    [lan, giver, other] = await some_people(3)
    claim = await claimed("VNEID_SUPPORT", lan, name="given", participants=[(giver, "co_actor")])
    units = frozenset({await unit_of("VN")})

    for behind in (MEMBER, lan, giver):
        who = Confirmer(an_id("given"), other, units=units, behind=frozenset({behind}))
        with pytest.raises(NotIndependentError):
            await confirm(claim.id, who=who, at=now())
    stranger = Confirmer(an_id("no office"), other, behind=frozenset({MEMBER}))
    with pytest.raises(NotFoundError):
        await confirm(claim.id, who=stranger, at=now())
    free = Confirmer(an_id("given"), other, units=units, behind=frozenset({an_id("somebody above")}))

    await confirm(claim.id, who=free, at=now())


async def test_one_step_of_one_person_verifies_what_needs_one() -> None:
    [lan, leading] = await some_people(2)
    team = await a_team([lan, leading], name="one step")
    claim = await claimed("VNEID_SUPPORT", lan, name="one step", team=team)

    await confirm(claim.id, who=leader("leads", team, person=leading), at=now())

    assert (await state_of(claim.id))[0] is State.VERIFIED
    assert (await state_of(claim.id))[1] > 0
    assert await kinds_of(claim.id) == [("confirm:L", source_of(an_id("leads")))]


async def test_two_steps_need_two_people() -> None:
    [lan] = await some_people(1)
    team = await a_team([lan], name="two steps")
    claim = await claimed("PERSON_GUIDED", lan, name="two steps", team=team)
    leading, verifying = leader("a", team), await verifier("b")

    await confirm(claim.id, who=leading, at=now())
    assert await state_of(claim.id) == (State.SUBMITTED, 0)
    with pytest.raises(StepDoneError):
        await confirm(claim.id, who=leading, at=now())
    await confirm(claim.id, who=verifying, at=now())

    assert (await state_of(claim.id))[0] is State.VERIFIED
    assert [kind for kind, _ in await kinds_of(claim.id)] == ["confirm:L", "confirm:V"]


async def test_who_may_take_every_step_takes_the_rarest_and_leaves_the_other() -> None:
    [lan] = await some_people(1)
    team = await a_team([lan], name="rarest")
    claim = await claimed("PERSON_GUIDED", lan, name="rarest", team=team)

    await confirm(claim.id, who=await verifier("first"), at=now())
    await confirm(claim.id, who=leader("second", team), at=now())

    assert [kind for kind, _ in await kinds_of(claim.id)] == ["confirm:V", "confirm:L"]


async def test_two_verifiers_are_needed_where_two_must_verify() -> None:
    [lan] = await some_people(1)
    claim = await claimed("MANUAL", lan, name="V+V", attributes={"points": 10})

    await confirm(claim.id, who=await verifier("one"), at=now())
    assert (await state_of(claim.id))[0] is State.SUBMITTED
    await confirm(claim.id, who=await verifier("two", unit="VN"), at=now())

    assert await state_of(claim.id) == (State.VERIFIED, 10)


async def test_who_was_helped_confirms_that_they_were() -> None:
    [lan, helped] = await some_people(2)
    session = {"minutes": 45, "skill": "vneid"}
    claim = await claimed(
        "MENTOR_SESSION", lan, name="helped", participants=[(helped, "mentee")], attributes=session
    )

    await confirm(claim.id, who=Confirmer(an_id("helped"), helped), at=now())

    assert await kinds_of(claim.id) == [("confirm:C", source_of(an_id("helped")))]
    assert (await state_of(claim.id))[0] is State.VERIFIED


async def test_a_leader_may_not_take_a_verifiers_step() -> None:
    [lan] = await some_people(1)
    team = await a_team([lan], name="news")
    claim = await claimed("NEWS_APPROVED", lan, name="news", team=team)

    with pytest.raises(NotYourStepError):
        await confirm(claim.id, who=leader("leads", team), at=now())


async def test_nobody_confirms_what_they_reported() -> None:
    [lan, helped] = await some_people(2)
    claim = await claimed("VNEID_SUPPORT", lan, name="own report")
    reporter = Confirmer(MEMBER, helped, units=frozenset({await unit_of("VN")}))

    with pytest.raises(OwnReportError):
        await confirm(claim.id, who=reporter, at=now())
    with pytest.raises(OwnReportError):
        await refuse(claim.id, who=reporter, reason="no", at=now())


async def test_nobody_confirms_what_they_are_paid_for() -> None:
    [lan, mate, other] = await some_people(3)
    team = await a_team([lan, mate], name="paid")
    personal = await claimed(
        "VNEID_SUPPORT", lan, name="paid person", team=team, participants=[(other, "co_actor")]
    )
    of_team = await claimed("HERITAGE_DIGITISED", team, name="paid team")
    of_unit = await claimed("FEST_HOST", await unit_of(PLAIN_COMMUNE), name="paid unit")
    refused = [
        (personal, await verifier("lan herself", person=lan)),
        (personal, leader("lan leads", team, person=lan)),
        (personal, await verifier("took part", person=other)),
        (of_team, await verifier("mate", person=mate)),
        (of_team, Confirmer(an_id("leads"), None, frozenset({team}), frozenset({await unit_of("VN")}))),
        (of_unit, await verifier("of the unit itself")),
        (of_unit, await verifier("at home there", unit="VN", person=mate)),
    ]

    for claim, who in refused:
        with pytest.raises(PaidForItError):
            await confirm(claim.id, who=who, at=now())
        with pytest.raises(PaidForItError):
            await refuse(claim.id, who=who, reason="no", at=now())

    for claim in (personal, of_team, of_unit):
        await confirm(claim.id, who=await verifier("above", unit="VN"), at=now())
        assert (await state_of(claim.id))[0] is State.VERIFIED


async def test_a_claim_of_elsewhere_does_not_exist() -> None:
    [lan] = await some_people(1)
    claim = await claimed("VNEID_SUPPORT", lan, name="elsewhere")
    strangers = [await verifier("far", unit=MOUNTAIN_COMMUNE), leader("other", an_id("other team"))]

    for who in (*strangers, Confirmer(an_id("nobody"))):
        with pytest.raises(NotFoundError):
            await confirm(claim.id, who=who, at=now())
        with pytest.raises(NotFoundError):
            await refuse(claim.id, who=who, reason="no", at=now())


async def test_a_rejection_needs_a_reason_and_is_final() -> None:
    [lan] = await some_people(1)
    claim = await claimed("VNEID_SUPPORT", lan, name="rejected")
    who = await verifier("rejects")

    with pytest.raises(ReasonMissingError):
        await refuse(claim.id, who=who, reason=" ", at=now())
    await refuse(claim.id, who=who, reason="Ảnh mờ", at=now())
    await refuse(claim.id, who=who, reason="Ảnh mờ", at=now())

    assert (await state_of(claim.id))[0] is State.REJECTED
    assert [kind for kind, _ in await kinds_of(claim.id)] == ["reject"]
    with pytest.raises(StateError):
        await confirm(claim.id, who=await verifier("too late"), at=now())


async def test_a_leader_does_not_reject_what_a_verifier_verified() -> None:
    [lan] = await some_people(1)
    team = await a_team([lan], name="verified before")
    claim = await claimed("VNEID_SUPPORT", lan, name="verified before", team=team)
    await confirm(claim.id, who=await verifier("verifies"), at=now())

    with pytest.raises(StepDoneError):
        await refuse(claim.id, who=leader("leads", team), reason="no", at=now())
    with pytest.raises(StepDoneError):
        await confirm(claim.id, who=leader("leads", team), at=now())


async def test_a_program_that_may_verify_counts_as_every_step() -> None:
    [lan] = await some_people(1)
    claim = await claimed("PERSON_GUIDED", lan, name="program")

    await verify(claim.id, by="a program", reason="", at=now())

    assert (await state_of(claim.id))[0] is State.VERIFIED
    with pytest.raises(StepDoneError):
        await confirm(claim.id, who=await verifier("late"), at=now())


async def attempt(claim: UUID, who: Confirmer) -> str:
    """Confirm, and say what came of it."""
    try:
        return (await confirm(claim, who=who, at=now())).state.word
    except DomainError as error:
        return error.code


async def test_two_who_race_for_one_step_take_it_once() -> None:
    [lan] = await some_people(1)
    team = await a_team([lan], name="race")
    for round_number in range(10):
        claim = await claimed("PERSON_GUIDED", lan, name=f"race {round_number}", team=team)
        racing = [leader("one", team), leader("two", team), leader("one", team)]

        answers = await asyncio.gather(*(attempt(claim.id, who) for who in racing))

        assert answers.count("submitted") == 1
        assert set(answers) <= {"submitted", "step_done", "not_your_step"}
        assert [kind for kind, _ in await kinds_of(claim.id)] == ["confirm:L"]


async def test_two_who_race_for_the_last_step_pay_once() -> None:
    [lan] = await some_people(1)
    team = await a_team([lan], name="last step")
    for round_number in range(5):
        claim = await claimed("PERSON_GUIDED", lan, name=f"last {round_number}", team=team)
        racing = [leader("lead", team), *[await verifier(f"v{number}") for number in range(4)]]

        await asyncio.gather(*(attempt(claim.id, who) for who in racing))

        acts = await kinds_of(claim.id)
        assert len(acts) == len({by for _, by in acts}) == 2
        async with connection() as acquired:
            found = await acquired.fetchval(
                "SELECT count(*) FROM ledger_entry WHERE activity = $1 AND rule = 'person_guided'", claim.id
            )
        assert found == 1
