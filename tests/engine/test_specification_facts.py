"""Sentences 1, 2, 4 and 13: states, what is stored, acts, findings of fraud."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.builders import MOUNTAIN_COMMUNE, TENTH, a_team, an_id, recorded, reported, some_people
from thidua.activities import queries as activities
from thidua.activities.model import Activity, ActivityReport, State
from thidua.engine.moderate import StateError, reject, verify, withdraw
from thidua.infra.clock import now
from thidua.infra.database import connection, transaction
from thidua.kernel.errors import InputError
from thidua.organisation import actions

pytestmark = pytest.mark.usefixtures("bootstrapped_database")


async def total_of(subject: UUID) -> int:
    """What the subject has at present, by entries and by totals alike."""
    async with connection() as acquired:
        entries = "SELECT coalesce(sum(points), 0) FROM ledger_entry WHERE subject = $1"
        tallies = "SELECT coalesce(sum(points), 0) FROM tally WHERE subject = $1"
        found = await acquired.fetchval(entries, subject)
        assert found == await acquired.fetchval(tallies, subject)
        return int(found)


async def stored(activity: UUID) -> Activity:
    """The activity as it is stored."""
    async with connection() as acquired:
        return (await activities.by_id(acquired, [activity]))[activity]


async def one_recorded(report: ActivityReport) -> UUID:
    """Record one report; return its id."""
    [result] = await recorded([report])
    assert result.status == "recorded"
    return report.id


ACTS = {State.VERIFIED: verify, State.REJECTED: reject, State.WITHDRAWN: withdraw}


@pytest.mark.parametrize("ways", [(State.VERIFIED, 6), (State.REJECTED, 0), (State.WITHDRAWN, 0)])
async def test_sentence_01_points_exist_only_while_verified(ways: tuple[State, int]) -> None:
    [lan] = await some_people(1)
    activity = await one_recorded(reported("PUBLIC_SERVICE_CASE", lan, quantity=3, verified=False))
    assert await total_of(lan) == 0

    state, points = ways
    await ACTS[state](activity, by="tester", reason="seen", at=now())

    assert await total_of(lan) == points


@pytest.mark.parametrize("state", [State.REJECTED, State.WITHDRAWN])
async def test_sentence_01_a_verified_activity_that_goes_takes_its_points_along(state: State) -> None:
    [lan] = await some_people(1)
    activity = await one_recorded(reported("PUBLIC_SERVICE_CASE", lan, quantity=3))

    await ACTS[state](activity, by="tester", reason="seen", at=now())

    assert await total_of(lan) == 0


@pytest.mark.parametrize("final", [State.REJECTED, State.WITHDRAWN])
async def test_sentence_01_rejected_and_withdrawn_are_final(final: State) -> None:
    [lan] = await some_people(1)
    activity = await one_recorded(reported("PUBLIC_SERVICE_CASE", lan))
    await ACTS[final](activity, by="tester", reason="seen", at=now())

    for other in ACTS.keys() - {final}:
        with pytest.raises(StateError):
            await ACTS[other](activity, by="tester", reason="seen", at=now())

    assert (await ACTS[final](activity, by="tester", reason="again", at=now())).state is final


async def test_sentence_02_what_scoring_reads_is_stored_with_the_activity() -> None:
    [pao] = await some_people(1, unit=MOUNTAIN_COMMUNE, priority=["poor"])
    [lan] = await some_people(1, target_group="student")
    team = await a_team([lan], unit=MOUNTAIN_COMMUNE)
    helped = reported("PUBLIC_SERVICE_CASE", lan, participants=[(pao, "helped")])

    one = await stored(await one_recorded(helped))

    assert (one.team, one.rulebook_version, one.festival) == (team, 1, None)
    assert (one.context.target_group, one.context.helped) == ("student", ("poor",))
    assert one.context.team_unit != one.unit


async def test_sentence_02_later_changes_of_people_and_teams_move_no_points() -> None:
    [lan] = await some_people(1)
    team = await a_team([lan])
    await recorded([reported("PUBLIC_SERVICE_CASE", lan, name=n) for n in range(2)])

    gone = {"person": str(lan), "team": str(team), "valid_from": "2020-01-01", "valid_to": "2020-02-01"}
    async with transaction() as acquired:
        await actions.put_memberships(acquired, [gone], at=TENTH)
    await some_people(1, unit=MOUNTAIN_COMMUNE)
    third = reported("PUBLIC_SERVICE_CASE", lan, name=3)

    assert (await stored(await one_recorded(third))).team is None
    assert await total_of(team) == 0  # the third activity of the week was not the team's


async def test_sentence_02_a_festival_is_stored_as_named() -> None:
    [lan] = await some_people(1)

    one = await stored(await one_recorded(reported("FEST_CHECKIN", lan, attributes={"festival": "f1"})))

    assert one.festival == "f1"


async def test_sentence_04_every_change_of_state_is_an_act() -> None:
    [lan] = await some_people(1)
    activity = await one_recorded(reported("PUBLIC_SERVICE_CASE", lan, verified=False))
    await verify(activity, by="An", reason="seen", at=now())
    await reject(activity, by="Bình", reason="not so", at=now())

    async with connection() as acquired:
        acts = await activities.acts_of(acquired, activity)
        named = await acquired.fetch("SELECT act FROM ledger_entry WHERE activity = $1 ORDER BY id", activity)

    assert [(one.kind, one.by, one.to_state) for one in acts] == [
        ("verify", "An", State.VERIFIED),
        ("reject", "Bình", State.REJECTED),
    ]
    assert [row["act"] for row in named] == [one.id for one in acts]


async def test_sentence_04_a_manual_award_is_an_activity_and_its_entry_is_of_kind_manual() -> None:
    [lan] = await some_people(1)
    activity = await one_recorded(reported("MANUAL", lan, attributes={"points": 40, "decision": "12/QĐ"}))

    async with connection() as acquired:
        [entry] = await acquired.fetch("SELECT * FROM ledger_entry WHERE subject = $1", lan)

    assert (entry["kind"], entry["points"], entry["act"], entry["activity"]) == (4, 40, activity, activity)


async def test_sentence_04_a_correction_withdraws_and_records_in_one_act() -> None:
    [lan] = await some_people(1)
    old = await one_recorded(reported("PUBLIC_SERVICE_CASE", lan, quantity=3))

    new = await one_recorded(reported("PUBLIC_SERVICE_CASE", lan, quantity=5, replaces=old))

    async with connection() as acquired:
        acts = await acquired.fetch(
            "SELECT act FROM ledger_entry WHERE activity = ANY($1) ORDER BY id", [old, new]
        )
    assert (await stored(old)).state is State.WITHDRAWN
    assert await total_of(lan) == 10
    assert [row["act"] for row in acts] == [old, new, new]


async def test_sentence_04_a_correction_keeps_the_stored_context_unless_it_names_it() -> None:
    [lan] = await some_people(1, target_group="student")
    team = await a_team([lan])
    old = await one_recorded(reported("PUBLIC_SERVICE_CASE", lan, quantity=3))
    await some_people(1, target_group="worker", unit=MOUNTAIN_COMMUNE)
    left = {"person": str(lan), "team": str(team), "valid_from": "2020-01-01", "valid_to": "2020-02-01"}
    async with transaction() as acquired:
        await actions.put_memberships(acquired, [left], at=TENTH)

    new = await one_recorded(reported("PUBLIC_SERVICE_CASE", lan, quantity=5, replaces=old))

    before, after = await stored(old), await stored(new)
    assert (after.team, after.unit, after.context) == (before.team, before.unit, before.context)


async def test_sentence_13_a_finding_of_fraud_takes_the_named_and_fifty_points() -> None:
    [lan] = await some_people(1)
    false = await one_recorded(reported("PUBLIC_SERVICE_CASE", lan, quantity=20))
    await one_recorded(reported("PUBLIC_SERVICE_CASE", lan, quantity=5, at=TENTH + timedelta(hours=1)))
    assert await total_of(lan) == 40

    finding = await one_recorded(reported("FRAUD_REVERSAL", lan, attributes={"activities": [str(false)]}))

    # The day has room again: the five cases that the cap had refused are paid.
    assert await total_of(lan) == 10 - 50
    await withdraw(finding, by="tester", reason="wrong", at=now())
    assert await total_of(lan) == 40


async def test_sentence_13_keys_pass_on_from_what_is_found_to_be_fraud() -> None:
    lan, minh = await some_people(2)
    first = reported("MERCHANT_QR", lan, attributes={"merchant": "m"})
    second = reported("MERCHANT_QR", minh, at=TENTH + timedelta(hours=1), attributes={"merchant": "m"})
    await recorded([first, second])
    assert (await total_of(lan), await total_of(minh)) == (10, 0)

    finding = await one_recorded(reported("FRAUD_REVERSAL", lan, attributes={"activities": [str(first.id)]}))

    assert (await total_of(lan), await total_of(minh)) == (-50, 10)
    await reject(finding, by="tester", reason="wrong", at=now())
    assert (await total_of(lan), await total_of(minh)) == (10, 0)


async def test_sentence_13_a_corrected_finding_lifts_what_it_no_longer_names() -> None:
    [lan] = await some_people(1)
    reports = [reported("NEWS_APPROVED", lan, name=n) for n in range(2)]
    await recorded(reports)
    first = reported("FRAUD_REVERSAL", lan, attributes={"activities": [str(one.id) for one in reports]})
    await one_recorded(first)
    assert await total_of(lan) == -50

    named = {"activities": [str(reports[0].id)]}
    again = await one_recorded(reported("FRAUD_REVERSAL", lan, attributes=named, replaces=first.id))

    assert await total_of(lan) == 3 - 50
    assert (await stored(reports[0].id)).suspended == 1
    assert (await stored(reports[1].id)).suspended == 0
    await withdraw(again, by="tester", reason="wrong", at=now())
    assert await total_of(lan) == 6


async def test_sentence_13_a_finding_names_activities_of_its_own_actor_and_no_other_finding() -> None:
    lan, minh = await some_people(2)
    of_minh = await one_recorded(reported("NEWS_APPROVED", minh))
    of_lan = await one_recorded(reported("NEWS_APPROVED", lan))
    finding = await one_recorded(reported("FRAUD_REVERSAL", lan, attributes={"activities": [str(of_lan)]}))

    for named in (of_minh, finding, an_id("nothing")):
        with pytest.raises(InputError):
            await recorded([reported("FRAUD_REVERSAL", lan, attributes={"activities": [str(named)]})])


async def test_sentence_13_what_two_findings_name_counts_again_when_both_are_gone() -> None:
    [lan] = await some_people(1)
    news = await one_recorded(reported("NEWS_APPROVED", lan))
    finding = reported("FRAUD_REVERSAL", lan, attributes={"activities": [str(news)]})
    twice = [finding, replace(finding, id=an_id("second finding"))]
    await recorded(twice)
    assert await total_of(lan) == -100

    await withdraw(twice[0].id, by="tester", reason="wrong", at=now())
    assert await total_of(lan) == -50
    await withdraw(twice[1].id, by="tester", reason="wrong", at=now())

    assert await total_of(lan) == 3
