"""Where teams, households and units have their place, in a word: the line below their name."""

from collections.abc import Collection
from uuid import UUID

from thidua.infra.database import Connection

_PLACES = """
WITH asked AS (SELECT DISTINCT unnest($1::uuid[]) AS id)
SELECT asked.id, u.name, u.name_en FROM asked JOIN team t USING (id) JOIN unit u ON u.id = t.unit
UNION ALL
SELECT asked.id, u.name, u.name_en FROM asked JOIN household h USING (id) JOIN unit u ON u.id = h.unit
UNION ALL
SELECT asked.id, p.name, p.name_en FROM asked JOIN unit c USING (id) JOIN unit p ON p.id = c.parent
"""


async def place_names(connection: Connection, subjects: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """The unit of a team or household, and the unit above a unit, in both languages; none of people."""
    rows = await connection.fetch(_PLACES, list(subjects))
    return {row["id"]: (row["name"], row["name_en"] or row["name"]) for row in rows}
