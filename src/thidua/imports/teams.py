"""What a row of a list of teams means: a new team, a known one, or a doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from thidua.imports.ground import Ground, unit_meant
from thidua.imports.ids import id_of
from thidua.imports.model import Verdict, Weight
from thidua.imports.queries import worst
from thidua.imports.reading import Reader, RowReader, TeamRow, read_team
from thidua.imports.state import RowState
from thidua.imports.words import team_kind_in
from thidua.infra.database import Connection
from thidua.organisation.vietnamese import fold

_TEAMS = """
SELECT id, kind, name, name_fold, unit, valid_from FROM team
WHERE unit = ANY($1::uuid[]) AND name_fold = ANY($2::text[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPlan:
    """What writing a row would do."""

    number: int
    verdict: Verdict
    team: UUID | None
    given: Mapping[str, object] = field(default_factory=dict)
    before: Mapping[str, object] | None = None


async def judge_teams(
    connection: Connection, rows: Sequence[RowState], reader: Reader, ground: Ground
) -> list[tuple[TeamPlan, RowReader]]:
    """Return what each row would do, with the remarks on it."""
    readers = [reader.row(row.number, row.cells) for row in rows]
    said = [read_team(one) for one in readers]
    units = [
        unit_meant(one, team.unit, ground, is_needed=True) for one, team in zip(readers, said, strict=True)
    ]
    known = await _known(connection, said, units)
    plans = [
        _judged(row.number, one, team, unit, known, ground)
        for row, one, team, unit in zip(rows, readers, said, units, strict=True)
    ]
    return list(zip(plans, readers, strict=True))


async def _known(
    connection: Connection, said: Sequence[TeamRow], units: Sequence[UUID | None]
) -> dict[tuple[UUID, str], Any]:
    asked = {unit for unit in units if unit is not None}
    rows = await connection.fetch(_TEAMS, list(asked), [fold(team.name) for team in said])
    return {(row["unit"], row["name_fold"]): row for row in rows}


def _judged(
    number: int,
    row: RowReader,
    said: TeamRow,
    unit: UUID | None,
    known: Mapping[tuple[UUID, str], Any],
    ground: Ground,
) -> TeamPlan:
    weight = worst(row.remarks)
    if unit is None or weight is Weight.BAD or not said.name:
        is_doubt = weight is Weight.DOUBT
        return TeamPlan(number=number, verdict=Verdict.DOUBTFUL if is_doubt else Verdict.BAD, team=None)
    same = known.get((unit, fold(said.name)))
    plan = _new(number, said, unit, ground) if same is None else _changed(number, said, same)
    if weight is Weight.DOUBT:
        return TeamPlan(number=number, verdict=Verdict.DOUBTFUL, team=plan.team)
    return plan


def _new(number: int, said: TeamRow, unit: UUID, ground: Ground) -> TeamPlan:
    team = id_of(ground.secret, "team", unit, fold(said.name))
    given = {
        "id": team,
        "kind": said.kind or str(team_kind_in(said.name)),
        "name": said.name,
        "unit": str(unit),
        "valid_from": said.valid_from or date(ground.today.year, 1, 1),
    }
    return TeamPlan(number=number, verdict=Verdict.NEW, team=team, given=given)


def _changed(number: int, said: TeamRow, same: Any) -> TeamPlan:  # noqa: ANN401 -- asyncpg's records carry no types
    told = {"kind": said.kind, "valid_from": said.valid_from}
    given = {name: value for name, value in told.items() if value is not None and value != same[name]}
    if not given:
        return TeamPlan(number=number, verdict=Verdict.SAME, team=same["id"])
    before = {name: same[name] for name in given}
    return TeamPlan(
        number=number,
        verdict=Verdict.CHANGED,
        team=same["id"],
        given={"id": same["id"], **given},
        before=before,
    )
