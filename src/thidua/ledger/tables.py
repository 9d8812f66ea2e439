"""The tables of the ledger."""

from piccolo.columns import (
    JSON,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Bytea,
    Date,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class LedgerEntry(Table, tablename="ledger_entry"):
    """One award, adjustment, reversal or manual award for one subject; append-only by grants and trigger."""

    id = BigSerial(primary_key=True, null=False)
    subject = UUID(default=None, null=False)
    subject_kind = SmallInt(default=None, null=False)
    team = UUID(default=None, null=True)
    unit = UUID(default=None, null=False)
    festival = Text(default=None, null=True)
    category = Text(default=None, null=False)
    rule = Text(default=None, null=False)
    rulebook_version = Integer(default=None, null=False)
    points = Integer(default=None, null=False)
    units = Integer(default=None, null=False)
    activity = UUID(default=None, null=False)
    act = UUID(default=None, null=False)
    kind = SmallInt(default=None, null=False)
    occurred_at = Timestamptz(default=None, null=False)
    posted_at = Timestamptz(default=None, null=False)
    sentence = Text(default=None, null=False)
    params = JSON(default=None, null=False)
    hash = Bytea(default=None, null=False)
    tx = BigInt(default=None, null=False)


class Tally(Table, tablename="tally"):
    """The one grain of totals; every other total is a sum over these rows."""

    # with the rest of the key: Piccolo knows keys of one column only
    subject = UUID(primary_key=True, default=None, null=False)
    subject_kind = SmallInt(default=None, null=False)
    team = UUID(default=None, null=True)
    unit = UUID(default=None, null=False)
    festival = Text(default=None, null=True)
    day = Date(default=None, null=False)
    category = Text(default=None, null=False)
    points = BigInt(default=None, null=False)
    last_at = Timestamptz(default=None, null=True)


class RuleState(Table, tablename="rule_state"):
    """Where the fold of one rule and subject stands in one bucket; rebuilt from facts when missing."""

    # with the rest of the key: Piccolo knows keys of one column only
    subject = UUID(primary_key=True, default=None, null=False)
    rule = Text(default=None, null=False)
    bucket = Text(default=None, null=False)
    state = Text(default=None, null=False)


class RuleClaim(Table, tablename="rule_claim"):
    """A key that a verified activity claims; the first claim in order holds it."""

    rule = Text(primary_key=True, default=None, null=False)  # with the rest of the key: see above
    key = UUID(default=None, null=False)
    occurred_at = Timestamptz(default=None, null=False)
    activity = UUID(default=None, null=False)
    subject = UUID(default=None, null=False)


class RulebookRow(Table, tablename="rulebook"):
    """One published rulebook version; append-only."""

    version = Integer(primary_key=True, default=None, null=False)
    name = Text(default=None, null=False)
    toml = Text(default=None, null=False)
    hash = Bytea(default=None, null=False)
    published_at = Timestamptz(default=None, null=False)
    in_force_from = Timestamptz(default=None, null=True)


class LedgerSeal(Table, tablename="ledger_seal"):
    """A block of sealed entries and its link to the block before; append-only."""

    block = BigInt(primary_key=True, default=None, null=False)
    first_entry = BigInt(default=None, null=False)
    last_entry = BigInt(default=None, null=False)
    count = Integer(default=None, null=False)  # type: ignore[assignment]  # the column's name; we never count() here
    entries = Array(base_column=BigInt(), default=None, null=False)
    root = Bytea(default=None, null=False)
    previous = Bytea(default=None, null=False)
    hash = Bytea(default=None, null=False)
    tx_from = BigInt(default=None, null=False)
    tx_to = BigInt(default=None, null=False)
    sealed_at = Timestamptz(default=None, null=False)


class LedgerRoot(Table, tablename="ledger_root"):
    """The signed last root of a day; append-only."""

    day = Date(primary_key=True, default=None, null=False)
    block = BigInt(default=None, null=False)
    root = Bytea(default=None, null=False)
    signature = Bytea(default=None, null=False)
    key_id = Text(default=None, null=False)
    signed_at = Timestamptz(default=None, null=False)
