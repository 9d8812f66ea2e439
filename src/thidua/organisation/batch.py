"""A list of things somebody wants written: checked field by field, with every fault found kept."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from thidua.kernel.errors import FieldError, InputError
from thidua.organisation.fields import Field, UnfitError

ITEMS_MAX = 1000

Given = Mapping[str, object]
Row = dict[str, Any]

# What a thing is known by: with a fault in it, nothing more can be said of the thing.
_KNOWN_BY = ("id", "code")


@dataclass(frozen=True, slots=True)
class Batch:
    """What was stated of each thing, cleaned, in the order given; and the faults found so far."""

    stated: list[Row]
    fields: Mapping[str, Field]
    faults: list[FieldError]

    def fault(self, index: int, field: str, code: str, **facts: object) -> None:
        """Note a fault of one field of one thing."""
        self.faults.append(FieldError(field, code, index, facts or None))

    def knows(self, index: int) -> bool:
        """Whether what identifies the thing is free of faults."""
        return not any(self._has_fault(index, name) for name in _KNOWN_BY)

    def fault_unless_stated(self, index: int, row: Row, *, is_new: bool) -> None:
        """Note each required field of a new thing that was not stated, when we know which thing it is."""
        if not is_new or not self.knows(index):
            return
        for name, field in self.fields.items():
            if field.is_required and name not in row and not self._has_fault(index, name):
                self.fault(index, name, "missing_field")

    def fault_repeats(self, field: str, keys: Sequence[Hashable | None]) -> None:
        """Note every thing whose key stands earlier in the same list."""
        seen: set[Hashable] = set()
        for index, key in enumerate(keys):
            if key is not None and key in seen and self.knows(index):
                self.fault(index, field, "repeated")
            seen.add(key)

    def fault_empty_span(self, index: int, row: Row) -> None:
        """Note a span that ends on or before the day it begins."""
        starts_on, ends_on = row.get("valid_from"), row.get("valid_to")
        if starts_on is not None and ends_on is not None and ends_on <= starts_on:
            self.fault(index, "valid_to", "not_after_start")

    def refuse_faults(self) -> None:
        """Refuse the whole list when anything in it is at fault."""
        if self.faults:
            raise InputError(sorted(self.faults, key=lambda fault: fault.index or 0))

    def with_defaults(self, stated: Row, old: Row | None) -> Row:
        """Return the thing as it will be: what is stated now, else what it was, else the default."""
        return {
            name: stated.get(name, field.default if old is None else old.get(name, field.default))
            for name, field in self.fields.items()
        }

    def _has_fault(self, index: int, field: str) -> bool:
        return any(fault.index == index and fault.field == field for fault in self.faults)


def read_batch(given: Sequence[Given], fields: Mapping[str, Field], today: date) -> Batch:
    """Check every stated field of every thing; the list holds between 1 and 1,000."""
    if not 1 <= len(given) <= ITEMS_MAX:
        fault = FieldError("items", "too_many_items" if given else "no_items", facts={"maximum": ITEMS_MAX})
        raise InputError([fault])
    batch = Batch([], fields, [])
    for index, one in enumerate(given):
        batch.stated.append(_cleaned(batch, index, one, today))
    return batch


def _cleaned(batch: Batch, index: int, given: Given, today: date) -> Row:
    row: Row = {}
    for name, value in given.items():
        field = batch.fields.get(name)
        if field is None:
            batch.fault(index, name, "unknown_field")
            continue
        try:
            row[name] = field.check(value, today)
        except UnfitError as unfit:
            batch.fault(index, name, unfit.code, **unfit.facts)
    return row
