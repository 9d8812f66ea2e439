"""The tables of activities: keys, facts and the acts that change them."""

from piccolo.columns import JSON, JSONB, UUID, BigInt, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table


class ActivityKey(Table, tablename="activity_key"):
    """Makes every id count once over all sources; apart from the facts so that these can be partitioned."""

    id = UUID(primary_key=True, default=None, null=False)
    source = Text(default=None, null=False)
    fingerprint = Bytea(default=None, null=False)


class ActivityRow(Table, tablename="activity"):
    """One activity, with all that scoring reads of it."""

    id = UUID(primary_key=True, default=None, null=False)
    type = Text(default=None, null=False)
    occurred_at = Timestamptz(default=None, null=False)
    recorded_at = Timestamptz(default=None, null=False)
    actor = UUID(default=None, null=False)
    actor_kind = SmallInt(default=None, null=False)
    team = UUID(default=None, null=True)
    unit = UUID(default=None, null=False)
    festival = Text(default=None, null=True)
    quantity = Integer(default=None, null=False)
    attributes = JSON(default=None, null=False)
    participants = JSONB(default=None, null=False)
    evidence = JSON(default=None, null=False)
    context = JSON(default=None, null=False)
    source = Text(default=None, null=False)
    state = SmallInt(default=None, null=False)
    suspended = SmallInt(default=0, null=False)
    rulebook_version = Integer(default=None, null=False)
    replaces = UUID(default=None, null=True)
    tx = BigInt(default=None, null=False, index=True)


class ActivityAct(Table, tablename="activity_act"):
    """One change of an activity's state; append-only. Recording is the act with the activity's own id."""

    id = UUID(primary_key=True, default=None, null=False)
    activity = UUID(default=None, null=False, index=True)
    kind = Text(default=None, null=False)
    from_state = SmallInt(default=None, null=False)
    to_state = SmallInt(default=None, null=False)
    by = Text(default=None, null=False)
    reason = Text(default=None, null=False)
    at = Timestamptz(default=None, null=False)
    tx = BigInt(default=None, null=False, index=True)


class ActivityDoubt(Table, tablename="activity_doubt"):
    """What somebody says is wrong about an activity's figures, and what was answered."""

    id = UUID(primary_key=True, default=None, null=False)
    activity = UUID(default=None, null=False)
    entry = BigInt(default=None, null=True)
    unit = UUID(default=None, null=False)
    team = UUID(default=None, null=True)
    account = UUID(default=None, null=False)
    said = Text(default=None, null=False)
    raised_at = Timestamptz(default=None, null=False)
    outcome = Text(default=None, null=True)
    answer = Text(default=None, null=True)
    answered_by = UUID(default=None, null=True)
    answered_at = Timestamptz(default=None, null=True)


class ActivityCode(Table, tablename="activity_code"):
    """A code by which somebody helped answers without an account; of it and of devices hashes are kept."""

    id = UUID(primary_key=True, default=None, null=False)
    activity = UUID(default=None, null=False)
    secret_hash = Bytea(default=None, null=False, unique=True)
    made_by = UUID(default=None, null=False)
    made_on = Bytea(default=None, null=False)
    made_at = Timestamptz(default=None, null=False)
    expires_at = Timestamptz(default=None, null=False)
    used_at = Timestamptz(default=None, null=True)
    used_from = Bytea(default=None, null=True)
