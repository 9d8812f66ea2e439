"""New units below a leader's own: which kinds, under which code, and what they take over from above."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError, InputError
from thidua.organisation import editing
from thidua.organisation.editing import Editor, Faults
from thidua.organisation.model import Put, UnitKind

# The rest of the tree is the state's: it comes with the national data.
FOUNDED_KINDS = (
    UnitKind.BRANCH,
    UnitKind.SCHOOL,
    UnitKind.AGENCY,
    UnitKind.ENTERPRISE,
    UnitKind.HAMLET,
)
_CODES_BELOW = "SELECT code FROM unit WHERE code LIKE $1 || '.%'"
_LEFT = """
SELECT
    (SELECT count(*) FROM unit WHERE parent = $1 AND (valid_to IS NULL OR valid_to > $2)) AS units,
    (SELECT count(*) FROM team WHERE unit = $1 AND (valid_to IS NULL OR valid_to > $2)) AS teams,
    (SELECT count(*) FROM person_home WHERE unit = $1 AND (valid_to IS NULL OR valid_to > $2)) AS people
"""
_ABOVE = "SELECT code, area_group, flags FROM unit WHERE id = $1 OR code = $2"


async def free_code(connection: Connection, parent: UUID) -> str:
    """Return a code for one more unit below: that of the parent, a dot and the next number."""
    above = await connection.fetchrow(_ABOVE, parent, None)
    used = {row["code"] for row in await connection.fetch(_CODES_BELOW, above["code"])}
    return next(
        code for number in range(1, len(used) + 2) if (code := f"{above['code']}.{number}") not in used
    )


async def found(
    connection: Connection, stated: Mapping[str, object], *, editor: Editor, faults: Faults = ()
) -> Put:
    """Write a new unit of a kind that leaders found; it lies in the same kind of area as the unit above."""
    above = await connection.fetchrow(_ABOVE, None, stated.get("parent"))
    place = {} if above is None else {"area_group": above["area_group"], "flags": list(above["flags"])}
    return await editing.create(
        connection, editing.UNIT, {**stated, **place}, editor=editor, faults=[*faults, *_kind_faults(stated)]
    )


async def change(
    connection: Connection, stated: Mapping[str, Any], *, seen: editing.Facts, editor: Editor
) -> Put:
    """Write what is stated of a known unit; it ends only when nobody and nothing is left in it."""
    faults = _kind_faults(stated) if "kind" in stated else []
    put = await editing.change(connection, editing.UNIT, stated, seen=seen, editor=editor, faults=faults)
    ends_on = stated.get("valid_to")
    if ends_on is not None:
        left = await connection.fetchrow(_LEFT, stated["id"], ends_on)
        if any(left.values()):
            raise InputError([FieldError("last_on", "unit_not_empty", facts=dict(left))])
    return put


def _kind_faults(stated: Mapping[str, object]) -> list[FieldError]:
    return [] if stated.get("kind") in FOUNDED_KINDS else [FieldError("kind", "nothing_chosen")]
