"""What the engine counts for Prometheus: how large groups are, how long they take, and who keeps up."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

_group_rows = Histogram(
    "thidua_record_group_rows",
    "Activities recorded with one commit",
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000),
)
_group_seconds = Histogram(
    "thidua_record_group_seconds",
    "Time from taking a group to its commit",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_relayed_at = Gauge(
    "thidua_relayed_timestamp_seconds",
    "When the worker last brought the boards up to date",
    multiprocess_mode="mostrecent",
)
_sealed_at = Gauge(
    "thidua_sealed_timestamp_seconds",
    "When the worker last had nothing more to seal",
    multiprocess_mode="mostrecent",
)
_rows_differing = Counter(
    "thidua_board_rows_differing", "Rows of boards in Redis found other than SQL has them"
)


@contextmanager
def a_group(rows: int) -> Iterator[None]:
    """Count a group and time it, also one that fails."""
    _group_rows.observe(rows)
    with _group_seconds.time():
        yield


def note_relayed() -> None:
    """Note that the boards are up to date."""
    _relayed_at.set_to_current_time()


def note_sealed() -> None:
    """Note that all that could be sealed is."""
    _sealed_at.set_to_current_time()


def note_board_differs(rows: int) -> None:
    """Count rows of a board that were found to differ from the ledger."""
    _rows_differing.inc(rows)
