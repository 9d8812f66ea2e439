"""Late facts: from where on a bucket is folded again when facts come before the last one folded (16)."""

from collections.abc import Iterable
from datetime import datetime

from thidua.engine.buckets import Bucket, bucket_at
from thidua.ledger.model import Net
from thidua.scoring.caps import Use
from thidua.scoring.evaluate import State
from thidua.scoring.model import Window
from thidua.scoring.windows import span_of


def folded_from(bucket: Bucket) -> datetime | None:
    """Return from when on the facts of a late bucket must be folded again; None where all of them must.

    That is where the first late fact stands, or where the widest of its windows begins that have passed
    since: there their use was 0, and of the windows still open the state tells it, less what was paid since.
    Festivals are no spans of time: rules with such windows fold all.
    """
    state, family = bucket.state, bucket.family
    if state is None or not bucket.is_late or Window.FESTIVAL in family.windows:
        return None
    if bucket_at(family.window, state.last_at) != bucket.name:
        return None
    first_at = bucket.coming[0].occurred_at
    begins = [first_at]
    for window in _passed(family.windows, first_at, state.last_at):
        span = span_of(window, bucket_at(window, first_at))
        assert span is not None, "only calendar windows pass"
        begins.append(span[0])
    return min(begins)


def state_before(bucket: Bucket, nets: Iterable[Net]) -> State:
    """Return the state before the facts folded again; `nets` are what stands for them in the ledger."""
    state, windows = bucket.state, bucket.family.windows
    assert state is not None, "a late bucket has one"
    first_at = bucket.coming[0].occurred_at
    paid = [net for net in nets if net.subject == bucket.subject]
    units, points = sum(net.units for net in paid), sum(net.points for net in paid)
    passed = _passed(windows, first_at, state.last_at)
    use: Use = {}
    for window in windows:
        row = state.use.get(str(window))
        # A row of an earlier day, month ... says that nothing was paid yet in the present one.
        if row is not None and window not in passed and row[0] == bucket_at(window, first_at):
            use[str(window)] = (row[0], row[1] - units, row[2] - points)
    return State(state.last_at, state.last_id, use, state.windows)


def _passed(windows: Iterable[Window], first_at: datetime, last_at: datetime) -> list[Window]:
    """Return those of the windows that ended between the two moments."""
    calendar = [window for window in windows if window is not Window.EVENT]
    return [window for window in calendar if bucket_at(window, first_at) != bucket_at(window, last_at)]
