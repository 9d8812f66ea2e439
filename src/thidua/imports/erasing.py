"""Erases who a person is, wherever it stands: profile, account, files and rows of imports, words on badges.

What they did, its points and badges, stay under the random id: they name nobody any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from thidua.accounts.actions import erase_account
from thidua.infra.audit import Deed, note
from thidua.infra.database import Connection
from thidua.kernel.errors import BusyError, NotFoundError
from thidua.organisation.removal import forget_profile

_AT_WORK_MAX = timedelta(hours=1)  # a backup may hold a file that is no longer being written
_AT_WORK = """
SELECT EXISTS (SELECT FROM import_file WHERE stage IN ('writing', 'undoing')
    AND changed_at > $1)"""
# The rows that became this person, and all that hold the name or how to reach them.
_ROWS = """
SELECT r.import, r.number FROM import_row r
WHERE r.cells IS NOT NULL AND (r.thing = $1 OR EXISTS (
    SELECT FROM unnest(r.cells) c, unnest($2::text[]) t WHERE position(lower(t) IN lower(c)) > 0))
"""
_CLEAR_ROWS = f"""
WITH found AS ({_ROWS})
UPDATE import_row r SET cells = NULL, remarks = NULL, before = NULL FROM found f
WHERE r.import = f.import AND r.number = f.number RETURNING r.import
"""  # noqa: S608 -- made of our own words
_CLEAR_FILES = """
UPDATE import_file SET content = NULL, answers = '{}', file_name = '',
    stage = CASE WHEN stage IN ('checking', 'ready') THEN 'discarded' ELSE stage END
WHERE id = ANY($1::uuid[])
"""
_NAMED = "UPDATE import_file SET file_name = '' WHERE position(lower($1) IN lower(file_name)) > 0"
# What leaders wrote of a badge: of the person's own, and wherever it names them.
_CLEAR_BADGES = """
UPDATE badge_award SET note = '', reason = CASE WHEN revoked_by = 'rule' THEN reason ELSE '' END
WHERE subject = $1 AND (note <> '' OR reason <> '') OR EXISTS (
    SELECT FROM unnest($2::text[]) t
    WHERE position(lower(t) IN lower(note)) > 0 OR position(lower(t) IN lower(reason)) > 0)
"""
_MENTIONS = """
SELECT count(*) FROM activity a WHERE EXISTS (SELECT FROM unnest($1::text[]) t
    WHERE position(lower(t) IN lower(a.attributes::text || a.evidence::text)) > 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased, and in how many activities a free text still mentions the name or contact."""

    rows: int
    files: int
    mentions: int


async def erase_person(connection: Connection, person: UUID, *, because: str, at: datetime) -> Erased:
    """Erase who the person is; NotFoundError where nothing is known of them.

    A file that is being written now keeps its rows until that is done: BusyError, try again.
    """
    if await connection.fetchval(_AT_WORK, at - _AT_WORK_MAX):
        raise BusyError
    told = await forget_profile(connection, person)
    if told is None:
        raise NotFoundError(person=person)
    await erase_account(connection, person, at=at)
    cleared = [row["import"] for row in await connection.fetch(_CLEAR_ROWS, person, told)]
    files = sorted(set(cleared))
    await connection.execute(_CLEAR_FILES, files)
    for one in told:
        await connection.execute(_NAMED, one)
    await connection.execute(_CLEAR_BADGES, person, told)
    mentions = await connection.fetchval(_MENTIONS, told)
    facts = {"because": because, "rows": len(cleared), "files": len(files)}
    deed = Deed(
        at=at, actor_id=None, doing="person_erased", thing_kind="person", thing_id=person, facts=facts
    )
    await note(connection, deed)
    return Erased(rows=len(cleared), files=len(files), mentions=mentions)
