"""Says of each row what confirming would do with it, and what is wrong or unsure; nothing else is written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from thidua.imports import actions, queries
from thidua.imports.actions import Judged
from thidua.imports.activities import ActivityPlan, judge_activities
from thidua.imports.dates import Order, OrderFound, order_of
from thidua.imports.fields import NOT_KEPT
from thidua.imports.ground import Ground, ground_of
from thidua.imports.model import Kind, Remark, Verdict, Weight
from thidua.imports.people import PersonPlan, judge_people
from thidua.imports.reading import Reader, RowReader
from thidua.imports.recorded import recorded_before
from thidua.imports.state import ImportState, RowState
from thidua.imports.teams import TeamPlan, judge_teams
from thidua.infra.database import Connection
from thidua.kernel.period import local_day

Plan = PersonPlan | TeamPlan | ActivityPlan
_DAYS = "SELECT DISTINCT cells[$2] AS cell FROM import_row WHERE import = $1 AND why_not = '' LIMIT 5000"
_DAY_FIELDS = ("day", "born_on", "joined_on", "valid_from")


async def check_rows(
    connection: Connection, state: ImportState, *, secret: bytes, at: datetime, count_max: int
) -> int | None:
    """Judge some more rows; return the last one, None when there are no more."""
    rows = await queries.rows_after(connection, state.id, state.reached, count_max=count_max)
    if not rows:
        return None
    asked = [row for row in rows if _is_row(row, state)]
    judged = [Judged(number=row.number, verdict=Verdict.SKIPPED) for row in rows if not _is_row(row, state)]
    planned = await plans_of(connection, state, asked, secret=secret, at=at)
    mentioned = await _mentioned_before(connection, state, planned)
    judged += [_judged(plan, row, mentioned) for plan, row in planned]
    await actions.judge(connection, state.id, judged)
    return rows[-1].number


async def plans_of(
    connection: Connection, state: ImportState, rows: Sequence[RowState], *, secret: bytes, at: datetime
) -> list[tuple[Plan, RowReader]]:
    """Return what each of these rows would do, as things are now."""
    if not rows:
        return []
    reader = await reader_of(connection, state, at=at)
    texts = {reader.row(row.number, row.cells).text("unit") for row in rows}
    ground = await _ground(connection, state, texts, secret, at)
    if state.kind is Kind.PEOPLE:
        return [*await judge_people(connection, rows, reader, ground)]
    if state.kind is Kind.TEAMS:
        return [*await judge_teams(connection, rows, reader, ground)]
    return [*await _judge_log(connection, state, rows, reader, ground, at)]


async def reader_of(connection: Connection, state: ImportState, *, at: datetime) -> Reader:
    """Return how the rows of this import are read."""
    columns = {name: at for at, name in state.columns.items() if name != NOT_KEPT}
    return Reader(
        columns=columns,
        defaults=state.answers.defaults,
        texts=state.answers.texts,
        rows={number: said.answer() for number, said in state.answers.rows.items()},
        order=Order(state.answers.order)
        if state.answers.order
        else (await order_found(connection, state)).order,
        today=local_day(at),
    )


def thing_of(plan: Plan) -> UUID | None:
    """Return the person, team or activity that a plan is about."""
    if isinstance(plan, PersonPlan):
        return plan.person
    if isinstance(plan, TeamPlan):
        return plan.team
    return plan.activity


async def _judge_log(
    connection: Connection,
    state: ImportState,
    rows: Sequence[RowState],
    reader: Reader,
    ground: Ground,
    at: datetime,
) -> list[tuple[ActivityPlan, RowReader]]:
    """Judge the rows of a log; what the same row of the same file became is not asked about again."""
    asked = [row.number for row in rows if row.number not in state.answers.rows]
    before = await recorded_before(connection, state, asked)
    new = [row for row in rows if row.number not in before]
    judged = await judge_activities(connection, new, reader, ground, source=state.source, at=at)
    kept = [
        (
            ActivityPlan(number=row.number, verdict=Verdict.SAME, recorded=before[row.number]),
            reader.row(row.number, row.cells),
        )
        for row in rows
        if row.number in before
    ]
    return sorted([*judged, *kept], key=lambda one: one[0].number)


async def _ground(
    connection: Connection, state: ImportState, texts: set[str], secret: bytes, at: datetime
) -> Ground:
    return await ground_of(
        connection,
        state.unit,
        texts=texts,
        secret=secret,
        new_branches=state.answers.new_branches,
        today=local_day(at),
    )


async def order_found(connection: Connection, state: ImportState) -> OrderFound:
    """Return in which order days are written, and how many tell."""
    columns = {name: at for at, name in state.columns.items()}
    cells: list[str] = []
    for name in _DAY_FIELDS:
        if name in columns:
            rows = await connection.fetch(_DAYS, state.id, columns[name] + 1)
            cells += [row["cell"] or "" for row in rows]
    return order_of(cells)


def _is_row(row: RowState, state: ImportState) -> bool:
    said = state.answers.rows.get(row.number)
    return not row.why_not and not (said is not None and said.left_out)


async def _mentioned_before(
    connection: Connection, state: ImportState, planned: Sequence[tuple[Plan, RowReader]]
) -> dict[int, tuple[int, bool]]:
    """Which rows state what an earlier one states: which one that is, and whether they say the same."""
    things = {thing for plan, _ in planned if (thing := thing_of(plan)) is not None}
    first = planned[0][0].number if planned else 0
    earlier = await queries.earlier_rows(connection, state.id, things, first)
    texts = await _cells(connection, state, list(earlier.values()))
    texts |= {plan.number: row.mapped() for plan, row in planned}
    found: dict[int, tuple[int, bool]] = {}
    for plan, row in planned:
        thing = thing_of(plan)
        if thing is None:
            continue
        if thing in earlier:
            number = earlier[thing]
            found[plan.number] = number, texts[number] == row.mapped()
        else:
            earlier[thing] = plan.number
    return found


async def _cells(
    connection: Connection, state: ImportState, numbers: Sequence[int]
) -> dict[int, tuple[str, ...]]:
    sql = "SELECT number, cells FROM import_row WHERE import = $1 AND number = ANY($2::integer[])"
    kept = sorted(at for at, name in state.columns.items() if name != NOT_KEPT)
    return {
        row["number"]: tuple((row["cells"][at] if at < len(row["cells"]) else "").strip() for at in kept)
        for row in await connection.fetch(sql, state.id, list(numbers))
    }


def _judged(plan: Plan, row: RowReader, mentioned: Mapping[int, tuple[int, bool]]) -> Judged:
    verdict, remarks = plan.verdict, tuple(row.remarks)
    if plan.number in mentioned:
        number, is_same = mentioned[plan.number]
        remark = Remark(
            field="",
            read="",
            code="doubled" if is_same else "stated_twice",
            weight=Weight.NOTE if is_same else Weight.BAD,
            facts={"row": number},
        )
        verdict = Verdict.SKIPPED if is_same else Verdict.BAD
        remarks = (*remarks, remark)
    return Judged(number=plan.number, verdict=verdict, thing=thing_of(plan), remarks=_short(remarks))


_READ_CHARACTERS_MAX = 200


def _short(remarks: Sequence[Remark]) -> list[Remark]:
    """The remarks, none of them quoting more of a cell than anybody reads."""
    return [
        replace(one, read=one.read[:_READ_CHARACTERS_MAX]) if len(one.read) > _READ_CHARACTERS_MAX else one
        for one in remarks
    ]
