"""Late facts: from where on a bucket is folded again when facts come before the last one folded (16)."""

from collections.abc import Iterable
from datetime import datetime

from thidua.engine.buckets import Bucket, bucket_at
from thidua.ledger.model import Net
from thidua.scoring.caps import Use
from thidua.scoring.evaluate import State
from thidua.scoring.model import Window
from thidua.scoring.windows import bucket_of, span_of


def folded_from(bucket: Bucket) -> datetime | None:
    """Return from when on the facts of a late bucket must be folded again; None where all of them must.

    That is where the first late fact stands, or where the widest of its windows begins that have passed
    since: there their use was 0, and of the windows still open the state tells it, less what was paid since.
    """
    state, windows = bucket.state, bucket.family.windows
    if state is None or not bucket.is_late or Window.FESTIVAL in windows:
        return None
    if bucket_at(bucket.family.window, state.last_at) != bucket.name:
        return None
    first = bucket.coming[0]
    begins = first.occurred_at
    for window in windows:
        name = bucket_of(window, first)
        if window is not Window.EVENT and name != bucket_at(window, state.last_at):
            span = span_of(window, name)
            assert span is not None, "only calendar windows pass"
            begins = min(begins, span[0])
    return begins


def state_before(bucket: Bucket, nets: Iterable[Net]) -> State:
    """Return the state before the facts folded again; `nets` are what stands for them in the ledger."""
    state, first = bucket.state, bucket.coming[0]
    assert state is not None, "a late bucket has one"
    paid = [net for net in nets if net.subject == bucket.subject]
    units, points = sum(net.units for net in paid), sum(net.points for net in paid)
    use: Use = {}
    for window in bucket.family.windows:
        row = state.use.get(str(window))
        if row is not None and row[0] == bucket_of(window, first):
            use[str(window)] = (row[0], row[1] - units, row[2] - points)
    return State(state.last_at, state.last_id, use, state.windows)
