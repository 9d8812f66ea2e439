"""One row into values: each cell through the reader's own corrections, then read, with remarks on the odd.

Pure: what the instance knows of people and units is asked later (`people`, `teams`, `activities`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

from thidua.imports.dates import Order, day_of, hour_of
from thidua.imports.fields import ATTRIBUTE
from thidua.imports.model import Choice, Remark, UnreadableError, Weight
from thidua.imports.values import cleaned, contact_of, name_of, quantity_of
from thidua.imports.words import PRIORITIES, TARGET_GROUPS, TEAM_KINDS, priorities_of, word_of

_Value = TypeVar("_Value")
_YOUNGEST_YEARS, _OLDEST_YEARS = 6, 110
KEEP = "keep"


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What was said of one row: texts in place of cells, who is meant, what is kept, or to leave it."""

    texts: Mapping[str, str] = field(default_factory=dict)
    who: str = ""
    kept: frozenset[str] = frozenset()
    is_left_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How the rows of one import are read: which column is what, and everything its reader has corrected."""

    columns: Mapping[str, int]
    defaults: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    rows: Mapping[int, RowAnswer]
    order: Order
    today: date

    def answer(self, number: int) -> RowAnswer:
        """What was said of that row."""
        return self.rows.get(number, _NOTHING_SAID)

    def row(self, number: int, cells: Sequence[str]) -> "RowReader":
        """Begin to read one row."""
        return RowReader(self, self.answer(number), cells)


_NOTHING_SAID = RowAnswer()


class RowReader:
    """Reads the cells of one row and keeps the remarks."""

    def __init__(self, reader: Reader, answer: RowAnswer, cells: Sequence[str]) -> None:
        """Take one row."""
        self._reader, self.answer, self._cells = reader, answer, cells
        self.remarks: list[Remark] = []

    def written(self, name: str) -> str:
        """What stands in the file."""
        at = self._reader.columns.get(name)
        return self._cells[at].strip() if at is not None and at < len(self._cells) else ""

    def is_stated(self, name: str) -> bool:
        """Whether the row itself says it, in its cell or mended."""
        return bool(self.answer.texts.get(name, self.written(name)).strip())

    def mapped(self) -> tuple[str, ...]:
        """What stands in the columns that are kept, in their order."""
        return tuple(
            self._cells[at].strip() if at < len(self._cells) else ""
            for at in sorted(self._reader.columns.values())
        )

    def text(self, name: str) -> str:
        """What holds: the row's own correction, that of all cells alike, the cell, else the common value."""
        written = self.answer.texts.get(name, self.written(name)).strip()
        if not written:
            return "" if name in self.answer.texts else self._reader.defaults.get(name, "")
        return self._reader.texts.get(name, {}).get(written, written)

    def remark(
        self,
        name: str,
        code: str,
        weight: Weight,
        *,
        right: str = "",
        choices: tuple[Choice, ...] = (),
        facts: Mapping[str, object] | None = None,
    ) -> None:
        """Say something of one cell."""
        read = self.answer.texts.get(name, self.written(name)) or self.text(name)
        remark = Remark(
            field=name, read=read, code=code, weight=weight, facts=facts or {}, right=right, choices=choices
        )
        self.remarks.append(remark)

    def value(self, name: str, read: Callable[[str], _Value]) -> _Value | None:
        """Return what the cell says, None if it is empty or cannot be read; the latter with a remark."""
        text = self.text(name)
        if not text:
            return None
        try:
            return read(text)
        except UnreadableError as error:
            self.remark(name, error.code, Weight.BAD, choices=closed_list(name), facts=error.facts)
            return None

    def noted(self, name: str, read: Callable[[str], tuple[_Value, str]]) -> _Value | None:
        """The same for what is read with a remark on how it was written."""
        found = self.value(name, read)
        if found is None:
            return None
        value, note = found
        if note:
            self.remark(name, note, Weight.NOTE, right=str(value))
        return value

    def needs(self, name: str, value: object) -> None:
        """Remark that a cell is empty which may not be."""
        said = {remark.field for remark in self.remarks if remark.weight is not Weight.NOTE}
        if not value and name not in said:
            self.remark(name, "missing_field", Weight.BAD)

    def line(self, name: str) -> str:
        """A cell as a line of text."""
        return self.value(name, cleaned) or ""

    def day(self, name: str) -> date | None:
        """A day that is not unusual."""
        found = self.value(name, lambda text: day_of(text, self._reader.order, today=self._reader.today))
        if found is None:
            return None
        if found.note:
            self.remark(name, found.note, Weight.NOTE, right=_shown(found.day))
        return found.day

    def born_on(self) -> date | None:
        """A day of birth of somebody who may live and can read."""
        if self.text("born_on").isdigit() and len(self.text("born_on")) == len("1999"):
            self.remark("born_on", "only_a_year", Weight.NOTE)
            return None
        day = self.day("born_on")
        if day is None:
            return None
        years = self._reader.today.year - day.year
        if not _YOUNGEST_YEARS <= years <= _OLDEST_YEARS:
            self.remark("born_on", "unlikely_birthday", Weight.BAD, right=_shown(day), facts={"years": years})
        return day

    def name(self, name: str) -> str:
        """A person's name; what no name looks like must be confirmed."""
        found = self.value(name, name_of)
        if found is None:
            return ""
        value, note = found
        if note in {"formula", "odd_name"}:
            if name not in self.answer.kept:
                self.remark(name, note, Weight.DOUBT, choices=(Choice(value=KEEP, label=value),))
        elif note:
            self.remark(name, note, Weight.NOTE, right=value)
        return value


def _shown(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def closed_list(name: str) -> tuple[Choice, ...]:
    """The closed list that the cells of a field come from, so that one may pick; empty for other fields."""
    lists: Mapping[str, Iterable[StrEnum]] = {
        "target_group": TARGET_GROUPS,
        "priority": PRIORITIES,
        "kind": TEAM_KINDS,
    }
    return tuple(Choice(value=one.value, label="") for one in lists.get(name, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """What a row says of a person."""

    name: str
    born_on: date | None
    unit: str
    branch: str
    contact: str | None
    target_group: str | None
    priority: tuple[str, ...] | None
    team: str
    joined_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """What a row says of a team."""

    name: str
    unit: str
    kind: str | None
    valid_from: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """What a row says was done."""

    day: date | None
    hour: time | None
    person: str
    born_on: date | None
    team: str
    type: str
    quantity: int
    unit: str
    evidence: str
    attributes: Mapping[str, str]


def read_person(row: RowReader) -> PersonRow:
    """Read a row of a list of people."""
    name = _whole_name(row)
    priority = row.value("priority", priorities_of)
    group = row.value("target_group", lambda text: word_of(text, TARGET_GROUPS))
    return PersonRow(
        name=name,
        born_on=row.born_on(),
        unit=row.line("unit"),
        branch=row.line("branch"),
        contact=row.noted("contact", contact_of),
        target_group=None if group is None else str(group),
        priority=None if priority is None else tuple(str(flag) for flag in priority),
        team=row.line("team"),
        joined_on=row.day("joined_on"),
    )


def _whole_name(row: RowReader) -> str:
    """The name, of one column or of two."""
    family, given = row.line("family_name"), row.line("given_name")
    name = row.name("name") or " ".join(part for part in (family, given) if part)
    row.needs("name", name)
    return name


def read_team(row: RowReader) -> TeamRow:
    """Read a row of a list of teams."""
    name = row.line("name")
    row.needs("name", name)
    kind = row.value("kind", lambda text: word_of(text, TEAM_KINDS))
    since = row.day("valid_from")
    return TeamRow(
        name=name, unit=row.line("unit"), kind=None if kind is None else str(kind), valid_from=since
    )


def read_activity(row: RowReader, attributes: Sequence[str]) -> ActivityRow:
    """Read a row of a log of activities."""
    day = row.day("day")
    row.needs("day", day)
    person, kind = row.name("person"), row.line("type")
    row.needs("person", person)
    row.needs("type", kind)
    return ActivityRow(
        day=day,
        hour=row.noted("hour", hour_of),
        person=person,
        born_on=row.born_on(),
        team=row.line("team"),
        type=kind,
        quantity=row.value("quantity", quantity_of) or 1,
        unit=row.line("unit"),
        evidence=row.line("evidence"),
        attributes={name: line for name in attributes if (line := row.line(ATTRIBUTE + name))},
    )
