"""Makes those known to the follower who are not yet: by all that they did, and by what they have."""

from collections.abc import Collection
from uuid import UUID

from thidua.badges.deciding import is_settled_by
from thidua.badges.definitions import Who
from thidua.badges.facts import fact_of
from thidua.badges.near import Near
from thidua.badges.queries import awards_of_many
from thidua.badges.telling import Told, can_count, told_columns
from thidua.infra.database import Connection
from thidua.scoring.model import Fact

# So many subjects are read at once.
SUBJECTS_MAX = 1_000
# OFFSET 0 keeps the subquery whole: one look into an index a subject, whatever the planner thinks.
_DONE = {
    who: f"""
SELECT {told_columns(3)}, s.subject FROM unnest($1::uuid[]) AS s (subject) CROSS JOIN LATERAL (
    SELECT * FROM activity a WHERE a.{who.value} = s.subject AND a.type = ANY($2::text[]) AND {can_count(3)}
    OFFSET 0
) a
"""  # noqa: S608 -- made of our own words
    for who in (Who.ACTOR, Who.TEAM)
}
_SUBJECT = 12  # its place among the columns


async def meet_strangers(connection: Connection, near: Near, need: Told) -> None:
    """Read what those did who are not known, until all are; what is told of them again does no harm."""
    for strangers in near.strangers(SUBJECTS_MAX):
        kind, subjects = strangers.kind, strangers.subjects
        held = await awards_of_many(connection, subjects, kind.badges)
        settled = [(one.subject, (one.badge, one.window)) for one in held if is_settled_by(one)]
        deeds = await _done(connection, kind.who, subjects, kind.types, need)
        near.meet(strangers, deeds, settled)


async def _done(
    connection: Connection, who: Who, subjects: Collection[UUID], types: Collection[str], need: Told
) -> list[tuple[UUID, Fact]]:
    rows = await connection.fetch(_DONE[who], list(subjects), list(types), *need)
    return [(row[_SUBJECT], fact_of(row)) for row in rows]
