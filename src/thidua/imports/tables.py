"""The tables of imports. Texts and cells are thrown away in time; what came of each row stays."""

from piccolo.columns import JSONB, UUID, Array, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class ImportFile(Table, tablename="import_file"):
    """One file, how it is read, and where its import stands; `reached` is the last row gone through."""

    id = UUID(primary_key=True, default=None, null=False)
    kind = Text(default=None, null=False)
    unit = UUID(default=None, null=False)
    file_name = Text(default=None, null=False)
    file_hash = Bytea(default=None, null=False)
    content = Bytea(default=None, null=True)
    encoding = Text(default=None, null=False)
    sheets = Array(base_column=Text(default=None, null=False), default=None, null=False)
    sheet = Text(default=None, null=False)
    header = Integer(default=None, null=False)
    titles = Array(base_column=Text(default=None, null=False), default=None, null=False)
    columns = JSONB(default=None, null=False)
    answers = JSONB(default=None, null=False)
    stage = Text(default=None, null=False)
    reached = Integer(default=None, null=False)
    rows = Integer(default=None, null=False)
    source = Text(default=None, null=False)
    by_account = UUID(default=None, null=True)
    made_at = Timestamptz(default=None, null=False)
    changed_at = Timestamptz(default=None, null=False)
    confirmed_at = Timestamptz(default=None, null=True)
    undone_at = Timestamptz(default=None, null=True)
    undo_reason = Text(default=None, null=True)
    undone_by = Text(default=None, null=True)


class ImportRow(Table, tablename="import_row"):
    """One filled line of the file: what it says, what is said of it, and what came of it."""

    import_ = UUID(primary_key=True, default=None, null=False, db_column_name="import")  # with the number
    number = Integer(default=None, null=False)
    cells = Array(base_column=Text(default=None, null=False), default=None, null=True)
    verdict = Text(default=None, null=True)
    remarks = JSONB(default=None, null=True)
    why_not = Text(default=None, null=False)
    thing = UUID(default=None, null=True)
    outcome = Text(default=None, null=True)
    before = JSONB(default=None, null=True)


class ImportBranch(Table, tablename="import_branch"):
    """A branch that an import created, so that undoing it may take the branch back."""

    import_ = UUID(primary_key=True, default=None, null=False, db_column_name="import")  # with the unit
    unit = UUID(default=None, null=False)
