"""The tables of badges: what was given, by which version, its credential; how far earning has read."""

from piccolo.columns import UUID, Boolean, ForeignKey, Integer, OnDelete, SmallInt, Text, Timestamptz
from piccolo.table import Table


class BadgeVersion(Table, tablename="badge_version"):
    """Criteria by which somebody was given a badge: from then on they stand. Its key is (badge, version)."""

    badge = Text(primary_key=True, default=None, null=False)
    version = Integer(default=None, null=False)
    fingerprint = Text(default=None, null=False)
    first_awarded_at = Timestamptz(default=None, null=False)


class BadgeAward(Table, tablename="badge_award"):
    """One badge of one subject; revoked ones stay. Active is at most one a badge, subject and window."""

    id = UUID(primary_key=True, default=None, null=False)
    badge = Text(default=None, null=False)
    version = Integer(default=None, null=False)
    subject = UUID(default=None, null=False)
    subject_kind = SmallInt(default=None, null=False)
    window = Text(default=None, null=False)
    earned_at = Timestamptz(default=None, null=False)
    awarded_at = Timestamptz(default=None, null=False)
    expires_at = Timestamptz(default=None, null=True)
    state = SmallInt(default=None, null=False)
    revoked_at = Timestamptz(default=None, null=True)
    reason = Text(default="", null=False)
    revoked_by = Text(default="", null=False)
    by = Text(default=None, null=False)
    note = Text(default="", null=False)
    have = Integer(default=None, null=False)
    need = Integer(default=None, null=False)
    list_number = Integer(default=None, null=False)
    list_index = Integer(default=None, null=False)
    batch = UUID(default=None, null=True)


class BadgeCredential(Table, tablename="badge_credential"):
    """What was signed for an award, and by which keys."""

    award = ForeignKey(BadgeAward, primary_key=True, null=False, on_delete=OnDelete.restrict)
    key_es = Text(default=None, null=False)
    key_ed = Text(default=None, null=False)
    json = Text(default=None, null=False)
    jwt = Text(default=None, null=False)
    signed_at = Timestamptz(default=None, null=False)


class BadgeStatusList(Table, tablename="badge_status_list"):
    """A status list, and how many of its places are taken; places are dealt at random."""

    number = Integer(primary_key=True, default=None, null=False)
    used = Integer(default=None, null=False)


class BadgeSweep(Table, tablename="badge_sweep"):
    """A version of a badge for which all that happened earlier was read. Its key is (badge, version)."""

    badge = Text(primary_key=True, default=None, null=False)
    version = Integer(default=None, null=False)
    swept_at = Timestamptz(default=None, null=False)


class BadgeCursor(Table, tablename="badge_cursor"):
    """Up to which position of history badges were given; one row."""

    only = Boolean(primary_key=True, default=True, null=False)
    position = Text(default=None, null=False)
    moved_at = Timestamptz(default=None, null=False)
