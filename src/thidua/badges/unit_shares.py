"""Shares of what happened in units and below them, summed by PostgreSQL: too much to be read deed by deed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from thidua.badges.deciding import settle
from thidua.badges.definitions import Badge, ShareOf, Who
from thidua.badges.earning import Decisions, Due, Outcome, awards_held, carry_out
from thidua.badges.model import Progress, Window
from thidua.badges.progress import EVER, FESTIVAL, is_settled, part_of_all, window_at
from thidua.badges.queries import holding
from thidua.infra.database import Connection
from thidua.kernel.period import midnight_of

_WINDOWS = {
    Window.EVER: "NULL::text",
    Window.FESTIVAL: "a.festival",
    Window.YEAR: "date_trunc('year', a.occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
    Window.QUARTER: "date_trunc('quarter', a.occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
}
# The worker that earns badges reads by indexes else.
WHOLE_TABLES = "SET LOCAL enable_seqscan = on"
_COUNTS = "a.state = 2 AND a.suspended = 0"
_SUMS = """
WITH counted AS (
    SELECT a.unit, {window} AS span, count(*) FILTER (WHERE {above}) AS good, count(*) AS everything,
        max(a.occurred_at) AS last_at
    FROM activity a WHERE a.type = ANY($1::text[]) AND {told} GROUP BY 1, 2
)
SELECT u.id AS subject, c.span, sum(c.good)::bigint AS good, sum(c.everything)::bigint AS everything,
    max(c.last_at) AS last_at
FROM counted c JOIN unit_within w ON w.unit = c.unit AND ($3 OR w.depth = 0) JOIN unit u ON u.id = w.ancestor
WHERE cardinality($2::text[]) = 0 OR u.kind = ANY($2::text[]) GROUP BY 1, 2
"""


def is_summed(badge: Badge) -> bool:
    """Whether PostgreSQL can say all of it: nothing is asked of a deed but its type and where it counts."""
    asked = badge.criterion
    return asked.who in {Who.UNIT, Who.WITHIN} and not (
        asked.when or asked.on_days or asked.distinct_by or asked.one_helped
    )


async def judge_unit_shares(connection: Connection, badge: Badge, *, at: datetime) -> Outcome:
    """Judge every unit by the sums of each window that has settled."""
    return await carry_out(connection, await weigh_unit_shares(connection, badge, at=at), at=at)


async def weigh_unit_shares(connection: Connection, badge: Badge, *, at: datetime) -> Decisions:
    """What judging them would change; nothing is written."""
    asked = badge.criterion
    is_of_all = asked.share_of is ShareOf.ACCEPTED
    query = _SUMS.format(
        window=_WINDOWS[badge.window],
        above=_COUNTS if is_of_all else "a.type = ANY($4::text[])",
        told="a.state IN (2, 3)" if is_of_all else _COUNTS,
    )
    await connection.execute(WHOLE_TABLES)
    kinds = [kind.value for kind in asked.unit_kinds]
    parameters: list[Any] = [sorted(asked.types_watched), kinds, asked.who is Who.WITHIN]
    found: dict[UUID, dict[str, Progress]] = {}
    for row in await connection.fetch(query, *parameters, *([] if is_of_all else [sorted(asked.types)])):
        window = _code(badge.window, row["span"])
        if window is not None and is_settled(badge, window, row["last_at"], at=at):
            share = part_of_all(asked, row["good"], row["everything"], row["last_at"])
            found.setdefault(row["subject"], {})[window] = share
    held = await awards_held(connection, [Due(badge, found.keys() | await holding(connection, badge.slug))])
    return {
        (badge.slug, unit): settle(badge, unit, found.get(unit, {}), held.get((badge.slug, unit), []))
        for unit in found.keys() | {unit for _, unit in held}
    }


def _code(window: Window, span: Any) -> str | None:  # noqa: ANN401 -- a festival, or the first day of a period
    if window is Window.EVER:
        return EVER
    if window is Window.FESTIVAL:
        return None if span is None else FESTIVAL + str(span)
    return window_at(window, midnight_of(span), None)
