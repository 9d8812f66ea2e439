"""The table of denominators. Its true key is (subject, period), which Piccolo cannot say."""

from piccolo.columns import UUID, Integer, Text, Timestamptz
from piccolo.table import Table


class BoardDenominator(Table, tablename="board_denominator"):
    """By how many members a team's or unit's points of one period are divided."""

    subject = UUID(primary_key=True, default=None, null=False)
    period = Text(default=None, null=False)
    value = Integer(default=None, null=False)
    source = Text(default=None, null=False)
    taken_at = Timestamptz(default=None, null=False)
