"""The locks under which all is written: first keys across subjects, then subjects; each ascending (23)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

import msgspec

from thidua.engine.changes import Change, Effect
from thidua.infra.database import Connection
from thidua.ledger import queries
from thidua.ledger.queries import ClaimRow
from thidua.scoring.evaluate import eligible
from thidua.scoring.keys import keys_of
from thidua.scoring.model import Pays, Rule
from thidua.scoring.registry import Registry

_LOCK = "SELECT pg_advisory_xact_lock(number) FROM unnest($1::bigint[]) AS number"
_LOCK_SOME_SHARED = """
SELECT CASE WHEN is_shared THEN pg_advisory_xact_lock_shared(number)::text
    ELSE pg_advisory_xact_lock(number)::text END
FROM unnest($1::bigint[], $2::boolean[]) AS wanted(number, is_shared)
"""
_KEY_BIT = 1 << 62

RuleKey = tuple[str, UUID]


class Claiming(msgspec.Struct, frozen=True, gc=False):
    """A key of `once_per` that a changed fact claims, or ceases to claim."""

    change: Change
    rule: Rule
    key: UUID
    subject: UUID


def claims_of(changes: Iterable[Change], registry: Registry) -> list[Claiming]:
    """Return every key that the coming and going facts claim under the rules of their own versions."""
    found: list[Claiming] = []
    for change in changes:
        if change.effect is Effect.TOUCHED:
            continue
        for rule in registry.claiming_rules_of(change.fact.version, change.fact.type):
            subject = subject_of(rule, change)
            key = rule.once_per or rule.best_of
            if subject is None or key is None or eligible(rule, change.fact) is not None:
                continue
            keys = keys_of(rule.name, key, change.fact, subject)
            found.extend(Claiming(change, rule, one, subject) for one in keys)
    return found


def subject_of(rule: Rule, change: Change) -> UUID | None:
    """Return whom the rule pays for the fact; None for a rule that pays a team where no team is named."""
    return change.fact.team if rule.pays is Pays.TEAM else change.fact.actor


@dataclass(frozen=True, slots=True)
class Locked:
    """What is held.

    `claims` are each key's first claims as they stand, enough of them to name the holder that follows even if
    all the going facts held the key; `shared` are teams whose rows may be read but not written.
    """

    claims: dict[RuleKey, list[ClaimRow]]
    shared: frozenset[UUID] = frozenset()


async def lock(
    connection: Connection,
    changes: Sequence[Change],
    registry: Registry,
    *,
    idle_teams: Collection[UUID] = (),
) -> Locked:
    """Take every lock the changes need; of `idle_teams`, which they seem to leave alone, a shared one."""
    claiming = [claim for claim in claims_of(changes, registry) if claim.rule.once_per is not None]
    wanted: dict[RuleKey, int] = {}
    for claim in claiming:
        going = claim.change.effect is Effect.GOES
        wanted[(claim.rule.name, claim.key)] = wanted.get((claim.rule.name, claim.key), 1) + going
    await _take(connection, (_number(f"{rule}:{key}") | _KEY_BIT for rule, key in wanted))
    standing = await queries.first_claims(
        connection, [(rule, key, count) for (rule, key), count in wanted.items()]
    )
    subjects = {row.subject for rows in standing.values() for row in rows}
    subjects.update(change.fact.actor for change in changes)
    teams = {change.fact.team for change in changes if change.fact.team is not None}
    shared = teams.intersection(idle_teams) - subjects
    await _take_some_shared(connection, subjects | teams, shared)
    return Locked(standing, frozenset(shared))


def number_of(subject: UUID) -> int:
    """Return the lock number of a subject: a random-looking part of its id, with the key bit clear."""
    return (subject.int ^ (subject.int >> 66)) & (_KEY_BIT - 1)


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) & (_KEY_BIT - 1)


async def _take_some_shared(connection: Connection, subjects: set[UUID], shared: set[UUID]) -> None:
    if not shared:
        await _take(connection, map(number_of, subjects))
        return
    wanted = {number_of(subject): True for subject in shared}
    wanted |= {
        number_of(subject): False for subject in subjects - shared
    }  # of equal numbers the stronger lock
    ordered = sorted(wanted)
    await connection.execute(_LOCK_SOME_SHARED, ordered, [wanted[number] for number in ordered])


async def _take(connection: Connection, numbers: Iterable[int]) -> None:
    ordered = sorted(set(numbers))
    if ordered:
        await connection.execute(_LOCK, ordered)
