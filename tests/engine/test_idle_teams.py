"""Which teams a web process takes for idle: those that have had their award of the week (ARCHITECTURE.md)."""

from datetime import datetime, timedelta

from tests.scoring.folding import NINE, TEAM, fact
from thidua.activities.catalogue import catalogue
from thidua.engine.buckets import buckets_of
from thidua.engine.changes import Change, Effect
from thidua.engine.idle import IdleTeams
from thidua.scoring.milestones import MilestoneState, elements_of, with_elements
from thidua.scoring.registry import Registry
from thidua.scoring.rulebook import parse_rulebook, shipped_text

WEEK = timedelta(weeks=1)
REGISTRY = Registry([parse_rulebook(shipped_text(), types=catalogue().types)])
RULE = REGISTRY.families["team_week_active"].rules[1]


def _change(at: datetime) -> Change:
    told = fact("PUBLIC_SERVICE_CASE", at, team=TEAM, team_unit=TEAM)
    return Change(told, told.id, Effect.COMES, "recorded")


def _learn(teams: IdleTeams, *moments: datetime) -> None:
    """Let the team's week be seen with deeds at these moments."""
    changes = [_change(at) for at in moments]
    (bucket,) = (one for one in buckets_of(changes, REGISTRY) if one.family.name == RULE.name)
    state: MilestoneState | None = None
    for change in changes:
        kept = bucket.family.milestone_count_max
        state = with_elements(state, elements_of(RULE, change.fact), kept=kept)
    assert state is not None
    teams.learn(bucket, state)


def _three(at: datetime) -> list[datetime]:
    return [at + timedelta(minutes=minute) for minute in range(3)]


def _is_idle(teams: IdleTeams, at: datetime) -> bool:
    return TEAM in teams.among([_change(at)], REGISTRY)


def test_a_team_is_idle_after_what_completed_its_week_and_not_before() -> None:
    teams = IdleTeams()
    _learn(teams, *_three(NINE)[:2])
    assert not _is_idle(teams, NINE + timedelta(hours=1))
    _learn(teams, *_three(NINE))

    assert _is_idle(teams, NINE + timedelta(hours=1))
    assert not _is_idle(teams, NINE - timedelta(hours=1))
    assert not _is_idle(teams, NINE + WEEK)


def test_a_week_that_lost_a_deed_is_not_idle() -> None:
    teams = IdleTeams()
    _learn(teams, *_three(NINE))
    _learn(teams, *_three(NINE)[:2])

    assert not _is_idle(teams, NINE + timedelta(hours=1))


def test_of_each_team_only_the_latest_week_is_kept() -> None:
    teams = IdleTeams()
    for week in (1, 0, 2, 0):  # earlier ones are seen again by late reports
        _learn(teams, *_three(NINE + week * WEEK))

    assert _is_idle(teams, NINE + 2 * WEEK + timedelta(hours=1))
    assert not any(_is_idle(teams, NINE + week * WEEK + timedelta(hours=1)) for week in (0, 1))
