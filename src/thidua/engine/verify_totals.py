"""Whether the totals are the sums of the entries, and the entries what the rules give for the activities."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from thidua.activities import ranges
from thidua.activities.model import Activity
from thidua.engine.changes import fact_of
from thidua.engine.findings import Findings
from thidua.engine.intake import FRAUD_REVERSAL, named_in
from thidua.engine.replay import Holders, Nets, nets_of, replay
from thidua.infra.database import Connection
from thidua.ledger import standing
from thidua.ledger.standing import Place, Range
from thidua.scoring.model import Fact, Pays
from thidua.scoring.registry import Registry

_NOTHING = (0, 0)


async def check_totals(connection: Connection, registry: Registry, findings: Findings) -> None:
    """Find every tally that is not its entries' sum, and every award that is not what the rules give."""
    suspended = await suspended_now(connection)
    holders = await holders_now(connection, registry, suspended)
    async for within in ranges.ranges(connection):
        for row in await standing.differing_tallies(connection, within):
            findings.add("tally_differs", **row)
        stand = await standing.nets_within(connection, within)
        due = await due_within(
            connection, within, registry, holders=holders, suspended=suspended, findings=findings
        )
        await _compare(connection, stand, due, findings)


async def suspended_now(connection: Connection) -> Counter[UUID]:
    """Return how many verified findings of fraud name each activity (13)."""
    named: Counter[UUID] = Counter()
    async for found in ranges.of_types(connection, [FRAUD_REVERSAL]):
        for activity in found:
            named.update(named_in(activity.attributes))
    return named


async def holders_now(connection: Connection, registry: Registry, suspended: Counter[UUID]) -> Holders:
    """Return who holds the keys that count once across all subjects."""
    holders = Holders(registry)
    if holders.types:
        async for found in ranges.of_types(connection, holders.types):
            for fact in counting(found, suspended):
                holders.note(fact)
    return holders


async def due_within(
    connection: Connection,
    within: Range,
    registry: Registry,
    *,
    holders: Holders,
    suspended: Counter[UUID],
    findings: Findings,
) -> Nets:
    """Return what the rules give for all activities that concern the range's subjects."""
    of_actors = await ranges.of_actors(connection, within)
    findings.saw("activities", len(of_actors))
    for activity in of_actors:
        if activity.suspended != suspended[activity.id]:
            findings.add("suspension_differs", activity=activity.id, named=suspended[activity.id])
    own = replay(counting(of_actors, suspended), registry, holders=holders, pays=frozenset({Pays.ACTOR}))
    due = nets_of(own)
    types = types_paying_teams(registry)
    if types:
        of_teams = await ranges.of_teams(connection, within, types)
        facts = counting(of_teams, suspended)
        due |= nets_of(replay(facts, registry, holders=holders, pays=frozenset({Pays.TEAM})))
    return due


def counting(found: Iterable[Activity], suspended: Counter[UUID]) -> Iterable[Fact]:
    """Return what scoring sees of verified activities: all but those named by a finding of fraud."""
    return (fact_of(activity) for activity in found if activity.id not in suspended)


def types_paying_teams(registry: Registry) -> frozenset[str]:
    """Return the activity types that bring teams points."""
    families = (family for family in registry.families.values() if family.pays is Pays.TEAM)
    return frozenset().union(*(family.read_types for family in families))


async def _compare(connection: Connection, stand: Nets, due: Nets, findings: Findings) -> None:
    findings.saw("awards", len(stand))
    if stand == due:
        return
    for place in sorted(stand.keys() | due.keys(), key=_words):
        ours, theirs = due.get(place, _NOTHING), stand.get(place, _NOTHING)
        if ours != theirs:
            activity, rule, subject, team, unit = place
            findings.add(
                "award_differs",
                activity=activity,
                rule=rule,
                subject=subject,
                team=team,
                unit=unit,
                stands=theirs,
                due=ours,
                entries=await standing.entries_of_award(connection, place),
            )


def _words(place: Place) -> tuple[str, ...]:
    return tuple(map(str, place))
