"""What somebody has used of their caps, how far derived awards are, and what would pay next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from thidua.engine.rulebooks import shelf
from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind
from thidua.ledger.earned import paid_by_rule
from thidua.ledger.queries import states
from thidua.organisation.directory import SubjectCard, UnitCard, directory
from thidua.scoring.advice import Advice, Progress, advised
from thidua.scoring.milestones import MilestoneState
from thidua.scoring.model import Fact, Pays, Rule
from thidua.scoring.used import CapUsed, caps_used, first_day_needed
from thidua.scoring.windows import bucket_of

# Who has done something within so many days has done it before.
_REMEMBERED = timedelta(days=180)
_decode = msgspec.json.Decoder(MilestoneState).decode


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where somebody stands with the rules of today."""

    caps: list[CapUsed]
    progress: list[Progress]
    advice: list[Advice]


async def outlook(connection: Connection, person: UUID, *, at: datetime) -> Outlook:
    """Return the caps that stand now with their use, the derived awards begun, and what would pay next.

    Caps nothing was paid under are left out. Raises nothing for who has no home: then nothing is advised.
    """
    rules = await _rules_now(connection, at)
    today = local_day(at)
    first = first_day_needed(rules.values(), today)
    since = None if first is None else min(first, today - _REMEMBERED)
    paid = await paid_by_rule(connection, person, since=since)
    caps = caps_used(rules.values(), paid, today)
    done = {name for name, _ in paid}
    fact = await _fact_of_today(connection, person, at=at)
    if fact is None:
        return Outlook([cap for cap in caps if cap.used], [], [])
    progress = await _progress(connection, person, [rules[name] for name in sorted(rules)], fact)
    advice = advised(rules, caps=caps, progress=progress, done=done, today=fact)
    return Outlook([cap for cap in caps if cap.used], progress, advice)


async def _rules_now(connection: Connection, at: datetime) -> dict[str, Rule]:
    rules = (await shelf(connection, at=at)).rules_at(at)
    return {name: rule for name, rule in rules.items() if rule.pays is Pays.ACTOR}


async def _progress(connection: Connection, person: UUID, rules: list[Rule], fact: Fact) -> list[Progress]:
    derived = {
        (person, rule.name, bucket_of(rule.milestone.window, fact)): rule
        for rule in rules
        if rule.milestone is not None
    }
    stored = await states(connection, list(derived))
    # An empty text says that there were deeds, none of which led anywhere yet.
    return [Progress(derived[key], len(_decode(text).first)) for key, text in stored.items() if text]


async def _fact_of_today(connection: Connection, person: UUID, *, at: datetime) -> Fact | None:
    await directory().refresh(connection)
    cards = await directory().load(connection, [person])
    card = cards.subject(person)
    home = None if card is None else card.unit_on(local_day(at))
    if card is None or home is None or card.kind is not SubjectKind.PERSON:
        return None
    return _fact(card, home, cards.unit(home), at)


def _fact(card: SubjectCard, home: UUID, unit: UnitCard | None, at: datetime) -> Fact:
    return Fact(
        id=card.id,
        type="",
        occurred_at=at,
        version=0,
        actor=card.id,
        actor_kind=SubjectKind.PERSON,
        unit=home,
        area_group=None if unit is None else unit.area_group,
        flags=frozenset() if unit is None else unit.flags,
        target_group=card.target_group,
    )
