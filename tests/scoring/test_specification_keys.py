"""Sentences 9 to 12 and 14: keys, the best of a key, prerequisites, derived awards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from tests.builders import an_id
from tests.scoring.folding import (
    DAY,
    LAN,
    NINE,
    PAO,
    TEAM,
    UNIT,
    fact,
    folded,
    points,
    reasons,
    rule,
    shipped,
)
from thidua.kernel.period import local_day
from thidua.scoring.evaluate import best
from thidua.scoring.keys import keys_of
from thidua.scoring.milestones import MilestoneState, elements_of, reached, with_elements
from thidua.scoring.model import Among, Fact, Outcome, Rule
from thidua.scoring.places import RulebookError

Given = dict[str, Any]
MENTEES = tuple(an_id(f"mentee {number}") for number in range(8))


def course(at_day: int = 0, **attributes: object) -> Fact:
    """A course completed so many days later."""
    return fact(
        "COURSE_COMPLETED", at=NINE + at_day * DAY, attributes={"course": "a", "version": 1} | attributes
    )


def test_sentence_09_the_first_in_order_holds_the_key_and_others_are_already_counted() -> None:
    courses = shipped("course_completed")

    # Whatever the level: another level of the same course and version is the same thing.
    assert points(courses, course(2, level=1), course(1, level=2), course(0, level=3)) == [30, 0, 0]
    assert reasons(courses, course(0, level=3), course(1, level=2)) == [[], ["already_counted"]]


@pytest.mark.parametrize(
    "other", ["Chợ  Lớn ", "Chợ\u00a0Lớn", "Chợ\u200b Lớn", "\u2060Chợ Lớn", "C\u00adhợ Lớn", "Chợ Lớn\ufe0f"]
)
def test_sentence_09_what_looks_the_same_is_one_key(other: str) -> None:
    courses = shipped("course_completed")

    assert points(courses, course(course="Chợ Lớn", level=3), course(1, course=other, level=3)) == [30, 0]
    assert reasons(courses, course(course="\u200b\u2060")) == [["key_missing"]]


def test_sentence_09_a_key_is_held_also_when_a_cap_then_pays_nothing() -> None:
    capped = rule(
        'types = ["COURSE_COMPLETED"]\npoints = 10\nonce_per = { attributes = ["course"] }\n'
        'caps = [{ window = "day", units = 1 }]'
    )
    facts = [course(course="a"), course(course="b", level=1), course(1, course="b", level=2)]

    first, second, third = points(capped, *facts)
    assert {first, second} == {10, 0}
    assert third == (0 if folded(capped, facts)[1][2].reasons[0].code == "already_counted" else 10)


def test_sentence_09_units_are_the_keys_held_and_never_the_quantity() -> None:
    graduated = shipped("mentee_graduated")
    both = tuple((one, "mentee") for one in MENTEES[:2])
    facts = [
        fact("MENTEE_GRADUATED", attributes={"skill": "qr"}, participants=both[:1]),
        fact("MENTEE_GRADUATED", at=NINE + DAY, attributes={"skill": "qr"}, participants=both, quantity=9),
        fact("MENTEE_GRADUATED", at=NINE + 2 * DAY, attributes={"skill": "vneid"}, participants=both),
    ]

    assert [one.units for one in folded(graduated, facts)[1]] == [1, 1, 2]


@pytest.mark.parametrize("given", [{"course": "a"}, {"version": 1}, {}])
def test_sentence_09_a_missing_part_of_a_key_pays_nothing_and_holds_nothing(given: dict[str, Any]) -> None:
    courses = shipped("course_completed")
    lacking = fact("COURSE_COMPLETED", attributes=given | {"level": 3})

    assert reasons(courses, lacking) == [["key_missing"]]
    assert courses.once_per is not None
    assert keys_of("course_completed", courses.once_per, lacking, LAN) == ()


def test_sentence_09_a_graduation_without_a_named_mentee_or_skill_pays_nothing() -> None:
    graduated = shipped("mentee_graduated")
    named = ((MENTEES[0], "mentee"),)

    assert reasons(graduated, fact("MENTEE_GRADUATED", attributes={"skill": "qr"})) == [["key_missing"]]
    assert reasons(graduated, fact("MENTEE_GRADUATED", participants=named)) == [["key_missing"]]


@pytest.mark.parametrize("name", ["merchant_qr", "merchant_4t", "mentee_graduated"])
def test_sentence_09_these_keys_are_held_across_all_subjects(name: str) -> None:
    key = shipped(name).once_per
    assert key is not None
    told = fact(attributes={"merchant": "m", "skill": "qr"}, participants=((MENTEES[0], "mentee"),))

    assert key.among is Among.ALL
    assert keys_of(name, key, told, LAN) == keys_of(name, key, told, PAO)


@pytest.mark.parametrize("name", ["course_completed", "skill_confirmed", "fest_booth", "fest_prize"])
def test_sentence_09_these_keys_are_held_within_the_subject(name: str) -> None:
    key = shipped(name).once_per
    assert key is not None
    words = {"course": "a", "version": 1, "framework_version": 1, "booth": 2, "contest": "c"}
    told = fact(attributes=words, festival="f")

    assert key.among is Among.SUBJECT
    assert keys_of(name, key, told, LAN) != keys_of(name, key, told, PAO)


def bests(one: Rule, *facts: Fact) -> list[int]:
    """What each fact brings when the best of them counts."""
    return [outcome.points for outcome in best(folded(one, facts)[1])]


def initiative(level: str, at_day: int = 0) -> Fact:
    """An initiative recognised at the level."""
    return fact("INITIATIVE", at=NINE + at_day * DAY, attributes={"initiative": "i", "level": level})


def test_sentence_10_the_best_of_a_key_counts_and_ties_go_to_the_first() -> None:
    ladder = shipped("initiative")

    assert bests(ladder, initiative("commune"), initiative("national", 1), initiative("province", 2)) == [
        0,
        100,
        0,
    ]
    assert bests(ladder, initiative("province"), initiative("province", 1)) == [60, 0]


def test_sentence_10_a_late_report_replaces_the_missing_one() -> None:
    slot: Given = {"attributes": {"slot": "s"}}
    missing, late = fact("REPORT_MISSING", **slot), fact("REPORT_LATE", at=NINE + DAY, **slot)

    assert bests(shipped("report"), missing) == [-10]
    assert bests(shipped("report"), missing, late) == [0, -3]


def test_sentence_10_the_best_may_bring_nothing_where_the_others_take_away() -> None:
    kind = rule(
        'types = ["REPORT_LATE", "REPORT_MISSING"]\n'
        "points = { by_type = { REPORT_LATE = 0, REPORT_MISSING = -10 } }\n"
        'best_of = { attributes = ["slot"] }'
    )
    slot: Given = {"attributes": {"slot": "s"}}

    assert bests(kind, fact("REPORT_MISSING", **slot), fact("REPORT_LATE", at=NINE + DAY, **slot)) == [0, 0]


def test_sentence_10_the_best_is_decided_after_multiplier_and_rounding() -> None:
    helped = rule(
        'types = ["INITIATIVE"]\npoints = 1\nmultipliers = "helping"\n'
        'best_of = { attributes = ["initiative"] }'
    )
    plain, mountain = (
        initiative("commune"),
        fact("INITIATIVE", at=NINE + DAY, area_group="mountain", attributes={"initiative": "i"}),
    )

    # 1.2 points are rounded to 1: a tie, which goes to the first.
    assert bests(helped, plain, mountain) == [1, 0]


@pytest.mark.parametrize(
    "more",
    [
        'caps = [{ window = "day", units = 1 }]',
        'counts = "quantity"',
        'once_per = { attributes = ["level"] }',
    ],
)
def test_sentence_10_such_a_rule_has_no_caps_and_counts_one_unit(more: str) -> None:
    with pytest.raises(RulebookError):
        rule(f'types = ["INITIATIVE"]\npoints = 1\nbest_of = {{ attributes = ["initiative"] }}\n{more}')


def test_sentence_11_prerequisites_count_earlier_verified_activities_never_paid_ones() -> None:
    asking = rule(
        'types = ["SAFETY_SESSION"]\npoints = 10\n'
        'requires = [{ types = ["CLASS_ATTENDED"], at_least = 2, window = "month" }]'
    )
    classes = [fact("CLASS_ATTENDED", at=NINE + n * DAY) for n in (-1, 0, 2)]

    # The class attended is worth nothing under these rules, and counts all the same.
    assert reasons(asking, *classes[:1], fact("SAFETY_SESSION", at=NINE + DAY)) == [["prerequisite_missing"]]
    assert points(asking, *classes, fact("SAFETY_SESSION", at=NINE + DAY)) == [10]
    assert points(asking, *classes[1:], fact("SAFETY_SESSION", at=NINE + DAY)) == [0]
    assert points(asking, *classes, fact("SAFETY_SESSION", at=NINE + 40 * DAY)) == [0]


def session(*mentees: UUID, at_day: int = 0, minutes: int = 30) -> Fact:
    """A mentoring session of Lan with the mentees."""
    who = tuple((one, "mentee") for one in mentees)
    return fact("MENTOR_SESSION", at=NINE + at_day * DAY, participants=who, attributes={"minutes": minutes})


def derived(one: Rule, facts: Sequence[Fact]) -> Outcome | None:
    """The derived award that the facts bring, seen in the order given."""
    state: MilestoneState | None = None
    assert one.milestone is not None
    for seen in facts:
        state = with_elements(state, elements_of(one, seen), kept=one.milestone.count)
    return reached(state, rule_at=lambda _version: one, subject=LAN)


def test_sentence_12_fifty_points_come_at_the_session_that_brings_the_fifth_mentee() -> None:
    quota = shipped("mentor_quota_5")
    sessions = [session(*MENTEES[:3]), session(*MENTEES[1:4], at_day=1), session(*MENTEES[4:6], at_day=2)]

    assert derived(quota, sessions[:2]) is None
    for order in (sessions, sessions[::-1]):
        award = derived(quota, order)
        assert award is not None
        assert (award.points, award.fact.id, award.fact.occurred_at) == (
            50,
            sessions[2].id,
            sessions[2].occurred_at,
        )


def test_sentence_12_only_sessions_that_meet_the_conditions_count() -> None:
    quota = shipped("mentor_quota_5")

    assert derived(quota, [session(*MENTEES[:4]), session(MENTEES[5], at_day=1, minutes=29)]) is None


def test_sentence_12_the_third_activity_of_persons_in_a_week_pays_the_team() -> None:
    active = shipped("team_week_active")
    home = an_id("team's own unit")
    done = [fact(at=NINE + n * DAY / 24, team=TEAM, team_unit=home) for n in range(4)]

    award = derived(active, done)

    assert award is not None
    assert (award.points, award.fact.id, award.fact.team, award.fact.team_unit) == (5, done[2].id, TEAM, home)
    assert award.fact.unit == UNIT


def test_sentence_12_activities_of_the_team_itself_do_not_count() -> None:
    active = shipped("team_week_active")

    assert elements_of(active, fact(team=TEAM, actor_kind=2)) == []
    assert elements_of(active, fact()) == []


@pytest.mark.parametrize("name", ["mentor_quota_5", "team_week_active"])
def test_sentence_12_derived_awards_take_no_multiplier(name: str) -> None:
    assert shipped(name).multipliers == ()


@pytest.mark.parametrize(("severity", "wanted"), [(1, -5), (2, -10), (3, -15), (4, -20)])
def test_sentence_14_a_finding_costs_by_its_severity(severity: int, wanted: int) -> None:
    found = fact("INSPECTION_FINDING", attributes={"severity": severity})

    assert points(shipped("inspection_finding"), found) == [wanted]


@pytest.mark.parametrize(("place", "wanted"), [(1, 50), (2, 35), (3, 25), (4, 10)])
def test_sentence_14_a_prize_brings_by_its_place(place: int, wanted: int) -> None:
    prize = fact("FEST_PRIZE", attributes={"place": place, "contest": "c"})

    assert points(shipped("fest_prize"), prize) == [wanted]


def test_sentence_14_one_check_in_a_day_counts_over_all_festivals() -> None:
    checked_in = [fact("FEST_CHECKIN", at=NINE + n * DAY / 24, festival=f"f{n}") for n in range(2)]
    tomorrow = fact("FEST_CHECKIN", at=NINE + DAY, festival="f1")

    assert local_day(checked_in[1].occurred_at) == local_day(NINE)
    assert points(shipped("fest_checkin"), *checked_in, tomorrow) == [10, 0, 10]
