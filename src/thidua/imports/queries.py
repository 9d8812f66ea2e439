"""What is asked of imports: how they stand, their rows, and how many of which kind."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from thidua.imports.fields import ATTRIBUTE
from thidua.imports.model import Kind, Outcome, Remark, Stage, Verdict, Weight
from thidua.imports.state import Answers, BranchNamed, Counts, ImportState, RowState
from thidua.infra.database import Connection
from thidua.kernel.errors import NotFoundError

_FILE = """
SELECT id, kind, unit, file_name, encoding, sheets, sheet, header, titles, columns, answers, stage, reached,
    rows, source, by_account, made_at, changed_at, confirmed_at, undone_at, undo_reason,
    undone_by,    content IS NOT NULL AS has_texts
FROM import_file
"""
_NAMES = "SELECT id, file_name FROM import_file WHERE id = ANY($1::uuid[]) AND file_name <> ''"
_ONE = _FILE + "WHERE id = $1"
_TAKEN = _ONE + " FOR UPDATE SKIP LOCKED"
_LATEST = (
    _FILE
    + """WHERE stage <> 'discarded' AND EXISTS (
    SELECT FROM unit_within w WHERE w.unit = import_file.unit AND w.ancestor = ANY($1::uuid[]))
ORDER BY made_at DESC LIMIT $2"""
)
_AT_WORK = """
SELECT id FROM import_file WHERE stage IN ('checking', 'writing', 'undoing') ORDER BY changed_at LIMIT 20
"""
_ROWS = "SELECT * FROM import_row WHERE import = $1"
_AFTER = _ROWS + " AND number > $2 ORDER BY number LIMIT $3"
_WRITABLE = (
    _ROWS
    + " AND number > $2 AND verdict IN ('new', 'changed', 'same') AND outcome IS NULL"
    + " ORDER BY number LIMIT $3"
)
_WRITTEN = _ROWS + " AND number > $2 AND outcome IN ('created', 'updated') ORDER BY number LIMIT $3"
_REMARKED = (
    _ROWS
    + " AND verdict = ANY($2::text[]) ORDER BY array_position($2::text[], verdict), number LIMIT $3 OFFSET $4"
)
# Asked about: what is wrong or unsure of single rows. That branches are new is one question for all.
_ASKED = """
SELECT * FROM import_row WHERE import = $1 AND verdict IN ('bad', 'doubtful') AND EXISTS (
    SELECT FROM jsonb_array_elements(remarks) r WHERE r ->> 'code' <> 'new_branch'
        AND r ->> 'weight' <> 'note')
ORDER BY verdict, number LIMIT $2
"""
_NEW_BRANCHES = """
SELECT min(r ->> 'read') AS name, r #>> '{facts,unit}' AS unit, count(*) AS rows,
    bool_or(verdict IN ('new', 'changed')) AS is_written
FROM import_row, jsonb_array_elements(remarks) r
WHERE import = $1 AND r ->> 'code' = 'new_branch'
GROUP BY r #>> '{facts,branch}', unit ORDER BY unit, name
"""
_REMARKED_SO = """
SELECT count(*) FROM import_row
WHERE import = $1 AND remarks @> jsonb_build_array(jsonb_build_object('code', $2::text))
"""
_READING_SO = """
SELECT btrim(cells[$2]) AS read, array_agg(number ORDER BY number) AS numbers FROM import_row
WHERE import = $1 AND btrim(cells[$2]) = ANY($3::text[]) GROUP BY 1
"""
_COUNTS = """
SELECT verdict, outcome, count(*) AS number FROM import_row WHERE import = $1 GROUP BY verdict, outcome
"""
_EARLIER = """
SELECT DISTINCT ON (thing) thing, number FROM import_row
WHERE import = $1 AND thing = ANY($2::uuid[]) AND number < $3 AND verdict <> 'skipped' ORDER BY thing, number
"""
_NOTED = """
SELECT r ->> 'field' AS field, r ->> 'code' AS code, count(*) AS number
FROM import_row, jsonb_array_elements(remarks) r
WHERE import = $1 AND r ->> 'weight' = 'note' AND r ->> 'field' <> '' AND r ->> 'code' <> 'new_branch'
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""


# What is asked row by row, of all rows: not what one answer settles for all cells that read the same.
_ONE_BY_ONE = """
FROM import_row, jsonb_array_elements(remarks) r
WHERE import = $1 AND verdict IN ('bad', 'doubtful')
    AND r ->> 'code' <> 'new_branch' AND r ->> 'weight' <> 'note'
    AND NOT (r ->> 'read' <> '' AND r ->> 'field' = ANY($2::text[]))
    AND NOT (r ->> 'read' = '' AND starts_with(r ->> 'field', $3))
"""
_ROWS_ONE_BY_ONE = "SELECT count(DISTINCT number)" + _ONE_BY_ONE
_FAULTS_ONE_BY_ONE = (
    "SELECT r ->> 'code' AS code, r -> 'facts' AS facts, array_agg(number) AS numbers"
    + _ONE_BY_ONE
    + "AND r ->> 'weight' = 'bad' GROUP BY 1, 2"
)


async def file_names(connection: Connection, ones: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of those of these files that still have one."""
    return {row["id"]: row["file_name"] for row in await connection.fetch(_NAMES, list(ones))}


async def import_of(connection: Connection, one: UUID) -> ImportState:
    """Return how an import stands; NotFoundError if there is none or it was thrown away."""
    row = await connection.fetchrow(_ONE, one)
    if row is None or row["stage"] == Stage.DISCARDED:
        raise NotFoundError
    return _state(row)


async def take(connection: Connection, one: UUID) -> ImportState | None:
    """Return the import and keep others from it until the transaction ends; None while others have it."""
    row = await connection.fetchrow(_TAKEN, one)
    return None if row is None else _state(row)


async def latest_in(connection: Connection, units: Collection[UUID], *, count_max: int) -> list[ImportState]:
    """Return the latest imports for any of these units or what lies below them."""
    return [_state(row) for row in await connection.fetch(_LATEST, list(units), count_max)]


async def at_work(connection: Connection) -> list[UUID]:
    """Return the imports whose rows are to be gone through."""
    return [row["id"] for row in await connection.fetch(_AT_WORK)]


async def rows_after(connection: Connection, one: UUID, number: int, *, count_max: int) -> list[RowState]:
    """Return the rows that follow a row."""
    return [_row(row) for row in await connection.fetch(_AFTER, one, number, count_max)]


async def rows_to_write(connection: Connection, one: UUID, number: int, *, count_max: int) -> list[RowState]:
    """Return the rows after a row that confirming writes and that are not yet written."""
    return [_row(row) for row in await connection.fetch(_WRITABLE, one, number, count_max)]


async def rows_written(connection: Connection, one: UUID, number: int, *, count_max: int) -> list[RowState]:
    """Return the rows after a row that the import has written and not taken back."""
    return [_row(row) for row in await connection.fetch(_WRITTEN, one, number, count_max)]


async def rows_with(
    connection: Connection, one: UUID, verdicts: Sequence[Verdict], *, count_max: int, skip: int = 0
) -> list[RowState]:
    """Return rows of these verdicts, those of the first verdict first."""
    return [_row(row) for row in await connection.fetch(_REMARKED, one, list(verdicts), count_max, skip)]


async def rows_asked_about(connection: Connection, one: UUID, *, count_max: int) -> list[RowState]:
    """Return the rows of which something must be mended or said, bad ones first."""
    return [_row(row) for row in await connection.fetch(_ASKED, one, count_max)]


async def rows_one_by_one(connection: Connection, one: UUID, *, alike: Collection[str]) -> int:
    """Return of how many rows something must be said that no answer for all says; `alike`: such fields."""
    found: int = await connection.fetchval(_ROWS_ONE_BY_ONE, one, list(alike), ATTRIBUTE)
    return found


async def faults_one_by_one(
    connection: Connection, one: UUID, *, alike: Collection[str]
) -> list[tuple[str, Mapping[str, object], list[int]]]:
    """Return what is wrong with those rows: why, with which facts, and the numbers of the rows."""
    rows = await connection.fetch(_FAULTS_ONE_BY_ONE, one, list(alike), ATTRIBUTE)
    return [(row["code"], msgspec.json.decode(row["facts"]), row["numbers"]) for row in rows]


async def new_branches(connection: Connection, one: UUID) -> list[BranchNamed]:
    """Return the branches that rows name and that are not there, by unit and name."""
    return [BranchNamed(**row) for row in await connection.fetch(_NEW_BRANCHES, one)]


async def rows_remarked(connection: Connection, one: UUID, code: str) -> int:
    """Return of how many rows this is said."""
    found: int = await connection.fetchval(_REMARKED_SO, one, code)
    return found


async def rows_reading(
    connection: Connection, state: ImportState, field: str, texts: Collection[str]
) -> dict[str, list[int]]:
    """Return in which rows the column of a field has these texts."""
    column = next((at for at, name in state.columns.items() if name == field), -1)
    rows = await connection.fetch(_READING_SO, state.id, column + 1, list(texts))
    return {row["read"]: row["numbers"] for row in rows}


async def counts_of(connection: Connection, one: UUID) -> Counts:
    """Return how many rows of each verdict and outcome an import has."""
    verdicts: dict[Verdict, int] = {}
    outcomes: dict[Outcome, int] = {}
    for row in await connection.fetch(_COUNTS, one):
        if row["verdict"] is not None:
            verdict = Verdict(row["verdict"])
            verdicts[verdict] = verdicts.get(verdict, 0) + row["number"]
        if row["outcome"] is not None:
            outcome = Outcome(row["outcome"])
            outcomes[outcome] = outcomes.get(outcome, 0) + row["number"]
    return Counts(verdicts=verdicts, outcomes=outcomes, gone_through=sum(verdicts.values()))


async def notes_of(connection: Connection, one: UUID) -> list[tuple[str, str, int]]:
    """Return which fields were read otherwise than written, why, and in how many rows."""
    return [(row["field"], row["code"], row["number"]) for row in await connection.fetch(_NOTED, one)]


async def earlier_rows(
    connection: Connection, one: UUID, things: Collection[UUID], before: int
) -> dict[UUID, int]:
    """Return which of these things an earlier row already states, and which row that is."""
    rows = await connection.fetch(_EARLIER, one, list(things), before)
    return {row["thing"]: row["number"] for row in rows}


async def content_of(connection: Connection, one: UUID) -> bytes | None:
    """Return the file as it was sent, while it is kept."""
    found: bytes | None = await connection.fetchval("SELECT content FROM import_file WHERE id = $1", one)
    return found


async def branches_of(connection: Connection, one: UUID) -> list[UUID]:
    """Return the branches that an import created."""
    return [
        row["unit"] for row in await connection.fetch("SELECT unit FROM import_branch WHERE import = $1", one)
    ]


def _state(row: Any) -> ImportState:  # noqa: ANN401 -- asyncpg's records carry no types
    columns = msgspec.json.decode(row["columns"], type=dict[int, str])
    same = {name: row[name] for name in ImportState.__slots__ if name not in _DECODED}
    return ImportState(
        **same,
        kind=Kind(row["kind"]),
        stage=Stage(row["stage"]),
        sheets=tuple(row["sheets"]),
        titles=tuple(row["titles"]),
        columns=columns,
        answers=msgspec.json.decode(row["answers"], type=Answers),
    )


_DECODED = frozenset({"kind", "stage", "sheets", "titles", "columns", "answers"})
_remarks = msgspec.json.Decoder(list[Remark], strict=False)


def _row(row: Any) -> RowState:  # noqa: ANN401 -- see above
    return RowState(
        number=row["number"],
        cells=tuple(row["cells"] or ()),
        verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
        remarks=() if row["remarks"] is None else tuple(_remarks.decode(row["remarks"])),
        why_not=row["why_not"],
        thing=row["thing"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        before=None if row["before"] is None else msgspec.json.decode(row["before"]),
    )


def worst(remarks: Collection[Remark]) -> Weight | None:
    """The heaviest remark's weight."""
    weights = {remark.weight for remark in remarks}
    return next((weight for weight in Weight if weight in weights), None)
