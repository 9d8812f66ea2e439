"""Makes those known to the follower who are not yet: by all that they did, and by what they have."""

from thidua.badges.deciding import is_settled_by
from thidua.badges.near import Near
from thidua.badges.queries import awards_of_many
from thidua.badges.telling import Told, done
from thidua.infra.database import Connection

# So many subjects are read at once.
SUBJECTS_MAX = 1_000


async def meet_strangers(connection: Connection, near: Near, need: Told) -> None:
    """Read what those did who are not known, until all are; what is told of them again does no harm."""
    for strangers in near.strangers(SUBJECTS_MAX):
        kind, subjects = strangers.kind, strangers.subjects
        held = await awards_of_many(connection, subjects, kind.badges)
        settled = [(one.subject, (one.badge, one.window)) for one in held if is_settled_by(one)]
        deeds = await done(connection, kind.who, subjects, kind.types, need)
        near.meet(strangers, deeds, settled)
