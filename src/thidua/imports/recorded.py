"""What of a log is recorded already: found by its row of the file, or by who did what, when and where.

An empty cell says nothing, so a common answer, given now or then, tells no row from what it became.
"""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from thidua.activities import queries as activities
from thidua.activities.model import Activity, ActivityReport, State
from thidua.imports.fields import ATTRIBUTE
from thidua.imports.ids import id_of
from thidua.imports.model import Weight
from thidua.imports.reading import RowReader
from thidua.imports.state import ImportState
from thidua.infra.database import Connection

_TAKEN_BACK_MAX = 20
_NOTHING = "-"
# The same row of the same file, sent before for the same unit.
_BEFORE = """
SELECT DISTINCT r.number, r.thing FROM import_file f
JOIN import_row r ON r.import = f.id AND r.number = ANY($4::integer[])
    AND r.outcome IN ('created', 'unchanged')
JOIN activity a ON a.id = r.thing AND a.state <> $5
WHERE f.id <> $1 AND f.kind = 'activities' AND f.unit = $2 AND f.sheet = $3
    AND f.file_hash = (SELECT file_hash FROM import_file WHERE id = $1)
"""


async def recorded_before(
    connection: Connection, state: ImportState, numbers: Collection[int]
) -> dict[int, UUID]:
    """Return what became of these rows of the file when it came before; not of what was withdrawn since."""
    asked = (state.id, state.unit, state.sheet, list(numbers), State.WITHDRAWN)
    return {row["number"]: row["thing"] for row in await connection.fetch(_BEFORE, *asked)}


async def settle_ids(
    connection: Connection, reports: Collection[ActivityReport], secret: bytes
) -> dict[UUID, Activity]:
    """Give each report the id of its row, and return what is recorded; what was withdrawn makes room."""
    open_, there = list(reports), {}
    for turn in range(_TAKEN_BACK_MAX):
        for report in open_:
            said = (report.actor, report.type, report.occurred_at.isoformat(), report.unit, turn)
            report.id = id_of(secret, "activity", *said)
        known = await activities.by_id(connection, [report.id for report in open_])
        there.update(known)
        open_ = [one for one in open_ if one.id in known and known[one.id].state is State.WITHDRAWN]
        if not open_:
            break
    return there


def remark_differences(row: RowReader, report: ActivityReport, known: Activity) -> None:
    """Say of each cell that states otherwise what is recorded."""
    for name, recorded in _differences(row, report, known):
        row.remark(name, "recorded_otherwise", Weight.BAD, facts={"recorded": recorded or _NOTHING})
    if report.team not in {None, known.team}:
        row.remark("", "recorded_for_other_team", Weight.BAD)


def _differences(row: RowReader, report: ActivityReport, known: Activity) -> Iterator[tuple[str, str]]:
    if row.is_stated("quantity") and report.quantity != known.quantity:
        yield "quantity", str(known.quantity)
    if row.is_stated("evidence") and report.evidence != known.evidence:
        yield "evidence", "; ".join(_cited(one) for one in known.evidence)
    for name, value in report.attributes.items():
        if row.is_stated(ATTRIBUTE + name) and value != known.attributes.get(name):
            yield ATTRIBUTE + name, str(known.attributes.get(name, ""))


def _cited(evidence: Mapping[str, object]) -> str:
    return ", ".join(str(value) for name, value in evidence.items() if name != "kind")
