"""Households and clusters as leaders list them."""

from datetime import datetime
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.organisation.leading import Led, Row, Wanted
from thidua.organisation.vietnamese import fold

_WILD = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
# Households have no folded name of their own: few have any name at all.
_FOLDED = (
    r"""translate(lower(regexp_replace(normalize(h.name, NFD), E'[\u0300-\u036f]', '', 'g')), 'đ', 'd')"""
)
_HOUSEHOLDS = f"""
SELECT h.id, coalesce(h.name, '') AS name, u.code AS unit_code, u.name AS unit_vi,
    coalesce(u.name_en, u.name) AS unit_en
FROM household h JOIN unit u ON u.id = h.unit
WHERE h.unit IN (SELECT unit FROM unit_within WHERE ancestor = ANY($1::uuid[]))
    AND ($2::uuid IS NULL OR h.unit IN (SELECT unit FROM unit_within WHERE ancestor = $2))
    AND ($3::text IS NULL OR {_FOLDED} LIKE '%' || $3 || '%')
    AND ($4::text IS NULL OR (coalesce(h.name, ''), h.id) > ($4, $5::uuid))
ORDER BY coalesce(h.name, ''), h.id LIMIT $6
"""  # noqa: S608 -- a constant of ours
_CLUSTERS = """
SELECT c.id, c.code, c.kind, c.name, u.name AS unit_vi, coalesce(u.name_en, u.name) AS unit_en, (
        SELECT array_agg(m.name ORDER BY m.name_fold, m.code) FROM cluster_unit w JOIN unit m ON m.id = w.unit
        WHERE w.cluster = c.id AND (m.valid_to IS NULL OR m.valid_to > $2)
    ) AS members_vi, (
        SELECT array_agg(coalesce(m.name_en, m.name) ORDER BY m.name_fold, m.code)
        FROM cluster_unit w JOIN unit m ON m.id = w.unit
        WHERE w.cluster = c.id AND (m.valid_to IS NULL OR m.valid_to > $2)
    ) AS members_en
FROM cluster c LEFT JOIN unit u ON u.id = c.unit
WHERE EXISTS (SELECT FROM cluster_unit w JOIN unit_within i ON i.unit = w.unit
    WHERE w.cluster = c.id AND i.ancestor = ANY($1::uuid[]))
    OR c.unit IN (SELECT unit FROM unit_within WHERE ancestor = ANY($1::uuid[]))
ORDER BY c.name, c.code LIMIT 200
"""


async def households_led(connection: Connection, led: Led, wanted: Wanted, *, count_max: int) -> list[Row]:
    """Return the households of the units led, those without a name first."""
    name, one = wanted.after or (None, None)
    words = fold(wanted.q or "").translate(_WILD) or None
    same = (list(led.units), wanted.unit, words)
    return list(await connection.fetch(_HOUSEHOLDS, *same, name, one, count_max))


async def clusters_led(connection: Connection, units: tuple[UUID, ...], *, at: datetime) -> list[Row]:
    """Return the clusters in which units led compete, each with the names of all its units."""
    return list(await connection.fetch(_CLUSTERS, list(units), local_day(at)))
