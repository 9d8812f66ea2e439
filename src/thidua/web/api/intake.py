"""Reads reported activities from a body: fast when all is well, item by item when something is not."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from thidua.kernel.errors import FieldError
from thidua.web.api.activity_bodies import BATCH_MAX, ActivityBody, BatchBody, keys_of, keys_of_batch
from thidua.web.json_faults import fault_of
from thidua.web.problems import ProblemError
from thidua.web.strict_json import canonical, decode_canonical, is_plain

_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
_AHEAD_MAX = timedelta(minutes=5)
_BATCH = re.compile(rb'\s*+\{\s*+"activities"')
_TOO_PRECISE = re.compile(rb'"occurred_at":"[^"]*?\.\d{7}')
_one = msgspec.json.Decoder(ActivityBody)
_many = msgspec.json.Decoder(BatchBody)


class _RawBatch(Struct, forbid_unknown_fields=True):
    activities: list[msgspec.Raw]


_raw_batch = msgspec.json.Decoder(_RawBatch)


@dataclass(frozen=True, slots=True)
class Intake:
    """The activities that can be read, each with its place, and what is wrong with the others."""

    sent: int
    bodies: list[tuple[int, ActivityBody]]
    errors: list[FieldError]


def intake_of(body: bytes, *, at: datetime) -> Intake:
    """Everything in the body: one activity, or `{"activities": [...]}`."""
    bodies = _quick(body)
    if bodies is None:
        return _slow(canonical(body), at)
    if all(_EARLIEST <= one.occurred_at <= at + _AHEAD_MAX for one in bodies):
        return Intake(len(bodies), list(enumerate(bodies)), [])
    return _timely(len(bodies), list(enumerate(bodies)), [], at)


def _quick(body: bytes) -> list[ActivityBody] | None:
    if not is_plain(body) or _TOO_PRECISE.search(body):
        return None
    try:
        if _BATCH.match(body):
            batch = _many.decode(body)
            return batch.activities if body.count(b'":') == keys_of_batch(batch) else None
        one = _one.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return [one] if body.count(b'":') == keys_of(one) else None


def _slow(body: bytes, at: datetime) -> Intake:
    items = _items(body)
    bodies: list[tuple[int, ActivityBody]] = []
    errors: list[FieldError] = []
    for index, item in enumerate(items):
        read = _read(index, item)
        if isinstance(read, FieldError):
            errors.append(read)
        else:
            bodies.append((index, read))
    return _timely(len(items), bodies, errors, at)


def _items(body: bytes) -> list[bytes]:
    if not _BATCH.match(body):
        return [body]
    items = [bytes(item) for item in decode_canonical(body, _raw_batch).activities]
    if len(items) > BATCH_MAX:
        fault = FieldError("activities", "too_many_items", facts={"maximum": BATCH_MAX})
        raise ProblemError(422, "invalid_input", errors=[fault])
    return items


def _read(index: int, item: bytes) -> ActivityBody | FieldError:
    if _TOO_PRECISE.search(item):
        return FieldError("occurred_at", "too_precise", index)
    try:
        return _one.decode(item)
    except msgspec.ValidationError as error:
        return fault_of(error, index=index)


def _timely(
    sent: int, bodies: list[tuple[int, ActivityBody]], errors: list[FieldError], at: datetime
) -> Intake:
    late = list(_untimely(bodies, at))
    refused = {error.index for error in late}
    kept = [(index, body) for index, body in bodies if index not in refused]
    return Intake(sent, kept, sorted([*errors, *late], key=lambda error: error.index or 0))


def _untimely(bodies: Iterable[tuple[int, ActivityBody]], at: datetime) -> Iterator[FieldError]:
    for index, body in bodies:
        if body.occurred_at > at + _AHEAD_MAX:
            yield FieldError("occurred_at", "in_the_future", index)
        elif body.occurred_at < _EARLIEST:
            yield FieldError("occurred_at", "too_early", index)
