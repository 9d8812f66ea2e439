"""Moves activities to another team or unit under a numbered reason: what they brought moves along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from thidua.activities import actions as activity_actions
from thidua.activities.model import Activity
from thidua.engine.decisions import ROWS_MAX, Carried, Decision, announce, carry_out
from thidua.engine.rulebooks import shelf
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import NotFoundError
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.directory import UnitCard, directory


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the activities go: each part None where it stays as it is."""

    team: UUID | None
    team_unit: UUID | None
    unit: UnitCard | None

    def applied_to(self, one: Activity) -> Activity:
        context = one.context
        if self.team is not None:
            context = replace(context, team_unit=self.team_unit)
        if self.unit is not None:
            flags = tuple(sorted(self.unit.flags))
            context = replace(context, area_group=self.unit.area_group, flags=flags)
        return replace(
            one,
            team=self.team or one.team,
            unit=self.unit.id if self.unit is not None else one.unit,
            context=context,
        )


async def reassign(
    number: str,
    activities: Sequence[UUID],
    *,
    team: UUID | None = None,
    unit: str | None = None,
    by: str,
    at: datetime,
) -> Carried:
    """Move the activities to the team, the unit (id or code) or both, and post the differences.

    Repeated under the same number it changes nothing more. Rejected and withdrawn ones stay where they are.
    """
    async with transaction(readonly=True) as connection:
        registry = (await shelf(connection, at=at)).registry
        target = await _target(connection, team, unit)
    ids = sorted(set(activities))
    said = {"team": team, "unit": target.unit.id if target.unit else None, "activities": ids}
    decided = Decision(number=number, cause="reassigned", facts=said, by=by, at=at)
    await announce(decided)

    total = Carried()
    for start in range(0, len(ids), ROWS_MAX):
        part = ids[start : start + ROWS_MAX]
        done = await carry_out(
            decided, part, registry, changed=target.applied_to, store=activity_actions.move
        )
        total = total.plus(done)
    return total


async def _target(connection: Connection, team: UUID | None, unit: str | None) -> _Target:
    await directory().refresh(connection)
    wanted = [unit] if unit is not None else []
    cards = await directory().load(connection, [team] if team is not None else [], units=wanted)
    card = cards.subject(team) if team is not None else None
    if team is not None and (card is None or card.kind is not SubjectKind.TEAM):
        raise NotFoundError(team=team)
    found = (await directory().resolve_units(connection, wanted)).get(unit) if unit is not None else None
    place = cards.unit(found) if found is not None else None
    if unit is not None and place is None:
        raise NotFoundError(unit=unit)
    return _Target(team, card.homes[0].value if card is not None else None, place)
