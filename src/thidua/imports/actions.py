"""Every write of imports' own tables. The caller holds the transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

import msgspec

from thidua.imports.errors import ImportStageError
from thidua.imports.model import Outcome, Remark, Stage, Verdict
from thidua.imports.state import Answers, ImportState
from thidua.imports.table import Line, Table
from thidua.infra.audit import Deed, note
from thidua.infra.database import Connection
from thidua.kernel.ids import new_id

UNCONFIRMED_KEPT = timedelta(days=7)
TEXTS_KEPT = timedelta(days=30)
_FILE_NAME_CHARACTERS_MAX = 120
_CONFIRMED, _TAKEN_BACK = frozenset({Stage.WRITING, Stage.DONE}), frozenset({Stage.UNDOING, Stage.UNDONE})

_INSERT = """
INSERT INTO import_file (id, kind, unit, file_name, file_hash, content, encoding, sheets, sheet, header,
    titles, columns, answers, stage, reached, rows, source, by_account, made_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '{}', 'checking', 0, $13, $14, $15, $16, $16)
"""
_REREAD = """
UPDATE import_file SET kind = $2, sheet = $3, header = $4, titles = $5, columns = $6, answers = $7, rows = $8,
    stage = 'checking', reached = 0, changed_at = $9
WHERE id = $1
"""
_ANSWER = """
UPDATE import_file SET answers = $2, stage = 'checking', reached = 0, changed_at = $3 WHERE id = $1
"""
_JUDGE = """
UPDATE import_row r SET verdict = j.verdict, thing = j.thing, remarks = j.remarks::jsonb
FROM unnest($2::integer[], $3::text[], $4::uuid[], $5::text[]) AS j(number, verdict, thing, remarks)
WHERE r.import = $1 AND r.number = j.number
"""
_COME_OF = """
UPDATE import_row r SET outcome = o.outcome, thing = coalesce(o.thing, r.thing),
    before = coalesce(o.before::jsonb, r.before), remarks = coalesce(o.remarks::jsonb, r.remarks)
FROM unnest($2::integer[], $3::text[], $4::uuid[], $5::text[], $6::text[])
    AS o(number, outcome, thing, before, remarks)
WHERE r.import = $1 AND r.number = o.number
"""
_FORGET_TEXTS = """
WITH old AS (
    UPDATE import_file SET content = NULL, answers = '{}', file_name = '',
        stage = CASE WHEN stage IN ('checking', 'ready') THEN 'discarded' ELSE stage END
    WHERE content IS NOT NULL AND stage NOT IN ('writing', 'undoing')
        AND (made_at < $1 AND stage IN ('checking', 'ready') OR made_at < $2 OR stage = 'discarded')
    RETURNING id
)
UPDATE import_row SET cells = NULL, remarks = NULL, before = NULL FROM old WHERE import = old.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """Who imports: the source of what they report, and the account, if they have one."""

    source: str
    account: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file as it came."""

    name: str
    content: bytes
    encoding: str
    sheets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is said of one row, and which thing it would write."""

    number: int
    verdict: Verdict
    thing: UUID | None = None
    remarks: Sequence[Remark] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of one row."""

    number: int
    outcome: Outcome
    thing: UUID | None = None
    before: Mapping[str, object] | None = None
    remarks: Sequence[Remark] | None = None


async def store(  # noqa: PLR0913 -- a file has all of these
    connection: Connection,
    file: SentFile,
    table: Table,
    lines: Sequence[Line],
    *,
    unit: UUID,
    importer: Importer,
    at: datetime,
) -> UUID:
    """Keep a file and its lines; nothing outside these tables is written. Return the import's id."""
    one = new_id(at)
    name = "".join(char for char in file.name if char.isprintable())[:_FILE_NAME_CHARACTERS_MAX]
    digest = blake2b(file.content, digest_size=16).digest()
    described = (table.sheet, table.header, list(table.titles), _json(table.columns))
    await connection.execute(
        *(_INSERT, one, table.kind, unit, name, digest, file.content, file.encoding, list(file.sheets)),
        *(*described, len(lines), importer.source, importer.account, at),
    )
    await _store_lines(connection, one, lines)
    await _note(connection, one, "import.sent", importer, at, kind=table.kind, rows=len(lines))
    return one


async def read_otherwise(
    connection: Connection, state: ImportState, table: Table, lines: Sequence[Line], *, at: datetime
) -> None:
    """Take another sheet, row of titles or kind, and check anew; what was said of rows is dropped."""
    await _demand(connection, state, Stage.READY, Stage.CHECKING)
    answers = Answers(defaults=state.answers.defaults, order=state.answers.order)
    described = (table.kind, table.sheet, table.header, list(table.titles), _json(table.columns))
    await connection.execute(_REREAD, state.id, *described, _json(answers), len(lines), at)
    await connection.execute("DELETE FROM import_row WHERE import = $1", state.id)
    await _store_lines(connection, state.id, lines)


async def map_columns(
    connection: Connection, state: ImportState, columns: Mapping[int, str], answers: Answers, *, at: datetime
) -> None:
    """Let columns mean something else, keep what was said, and begin to check anew."""
    await _demand(connection, state, Stage.READY, Stage.CHECKING)
    await connection.execute("UPDATE import_file SET columns = $2 WHERE id = $1", state.id, _json(columns))
    await answer(connection, state, answers, at=at)


async def answer(connection: Connection, state: ImportState, answers: Answers, *, at: datetime) -> None:
    """Keep what was said of the file, and begin to check anew."""
    await _demand(connection, state, Stage.READY, Stage.CHECKING)
    await connection.execute(_ANSWER, state.id, _json(answers), at)


async def confirm(connection: Connection, state: ImportState, importer: Importer, *, at: datetime) -> bool:
    """Let the rows be written, reported by who confirms; whether this was the first time. Twice is once."""
    if await _stage(connection, state) in _CONFIRMED:
        return False
    await _demand(connection, state, Stage.READY)
    await _move(connection, state.id, Stage.WRITING, at)
    sql = "UPDATE import_file SET confirmed_at = $2, source = $3, by_account = $4 WHERE id = $1"
    await connection.execute(sql, state.id, at, importer.source, importer.account)
    await _note(connection, state.id, "import.confirmed", importer, at)
    return True


async def begin_undo(
    connection: Connection, state: ImportState, importer: Importer, *, reason: str, at: datetime
) -> bool:
    """Let what the import wrote be taken back; whether this was the first time."""
    if await _stage(connection, state) in _TAKEN_BACK:
        return False
    await _demand(connection, state, Stage.DONE)
    await _move(connection, state.id, Stage.UNDOING, at)
    sql = "UPDATE import_file SET undone_at = $2, undo_reason = $3, undone_by = $4 WHERE id = $1"
    await connection.execute(sql, state.id, at, reason, importer.source)
    await _note(connection, state.id, "import.undone", importer, at)
    return True


async def discard(connection: Connection, state: ImportState, importer: Importer, *, at: datetime) -> None:
    """Throw away a file that was not confirmed."""
    await _demand(connection, state, Stage.READY, Stage.CHECKING)
    await _move(connection, state.id, Stage.DISCARDED, at)
    await forget_old(connection, at=at)
    await _note(connection, state.id, "import.discarded", importer, at)


async def judge(connection: Connection, one: UUID, judged: Sequence[Judged]) -> None:
    """Keep what is said of rows."""
    await connection.execute(
        *(_JUDGE, one, [row.number for row in judged], [str(row.verdict) for row in judged]),
        *([row.thing for row in judged], [_json(row.remarks) for row in judged]),
    )


async def come_of(connection: Connection, one: UUID, came: Sequence[Came]) -> None:
    """Keep what came of rows."""
    await connection.execute(
        *(_COME_OF, one, [row.number for row in came], [str(row.outcome) for row in came]),
        *([row.thing for row in came], [None if row.before is None else _json(row.before) for row in came]),
        [None if row.remarks is None else _json(row.remarks) for row in came],
    )


async def advance(connection: Connection, one: UUID, *, reached: int, at: datetime) -> None:
    """Note the last row gone through."""
    await connection.execute(
        "UPDATE import_file SET reached = $2, changed_at = $3 WHERE id = $1", one, reached, at
    )


async def arrive(
    connection: Connection, state: ImportState, stage: Stage, *, at: datetime, **came: int
) -> None:
    """Let an import stand at another stage, all its rows gone through; what came of them is noted."""
    await _move(connection, state.id, stage, at)
    if stage is not Stage.READY:
        importer = Importer(source=state.source, account=state.by_account)
        await _note(
            connection,
            state.id,
            f"import.{'taken_back' if stage is Stage.UNDONE else stage}",
            importer,
            at,
            **came,
        )


async def keep_branches(connection: Connection, one: UUID, units: Iterable[UUID]) -> None:
    """Remember which branches an import created."""
    sql = "INSERT INTO import_branch SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING"
    await connection.execute(sql, one, list(units))


async def forget_old(connection: Connection, *, at: datetime) -> None:
    """Throw away the texts of files nobody confirmed in a week, and of every file after a month."""
    await connection.execute(_FORGET_TEXTS, at - UNCONFIRMED_KEPT, at - TEXTS_KEPT)


async def _move(connection: Connection, one: UUID, stage: Stage, at: datetime) -> None:
    sql = "UPDATE import_file SET stage = $2, reached = 0, changed_at = $3 WHERE id = $1"
    await connection.execute(sql, one, stage, at)


async def _store_lines(connection: Connection, one: UUID, lines: Sequence[Line]) -> None:
    records = [(one, line.number, [_storable(cell) for cell in line.cells], line.why_not) for line in lines]
    columns = ("import", "number", "cells", "why_not")
    await connection.copy_records_to_table("import_row", records=records, columns=columns)


def _storable(cell: str) -> str:
    return cell.encode("utf-8", "replace").decode() if "\x00" not in cell else cell.replace("\x00", "")


async def _note(
    connection: Connection, one: UUID, doing: str, importer: Importer, at: datetime, **facts: object
) -> None:
    deed = Deed(at=at, actor_id=importer.account, doing=doing, thing_kind="import", thing_id=one, facts=facts)
    await note(connection, deed)


async def _demand(connection: Connection, state: ImportState, *stages: Stage) -> None:
    """Go on only if the import stands at one of the stages now, whatever it did when it was looked at."""
    stage = await _stage(connection, state)
    if stage not in stages:
        raise ImportStageError(stage=stage)


async def _stage(connection: Connection, state: ImportState) -> Stage:
    """The stage at which the import stands, and stays until the transaction ends."""
    return Stage(
        await connection.fetchval("SELECT stage FROM import_file WHERE id = $1 FOR UPDATE", state.id)
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
