"""What an import asks, in the order in which it is quickest to settle, with what was answered so far."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from thidua.imports import queries
from thidua.imports.activities import importable_types
from thidua.imports.fields import ATTRIBUTE
from thidua.imports.ground import CREATE, Ground, ground_of
from thidua.imports.model import Choice, Remark, Weight
from thidua.imports.reading import closed_list
from thidua.imports.state import REMARKS_SHOWN_MAX, BranchNamed, ImportState, RowState
from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.web.activity_fields import OTHER, options_of
from thidua.web.import_shown import said, says, sentence
from thidua.web.language import Language
from thidua.web.wording import say

# A form with a thousand rows would be slow to load on a phone; the next come after the next check.
_ROWS_ASKED_MAX = 100
_NUMBERS_SHOWN_MAX = 8
_OFTEN = 10
_NEARLY_ALL = Fraction(4, 5)
_PLACES_OFFERED_MAX = 400
_ALIKE = frozenset({"unit", "type", "target_group", "priority", "kind", "team"})
_WHO = frozenset({"which_person", "moved_person", "unsure_birthday", "spelled_otherwise"})
_KEPT = frozenset({"formula", "odd_name"})


@dataclass(slots=True, kw_only=True)
class Alike:
    """One question about all cells that read the same, or that are all empty."""

    field: str
    read: str
    sentence: str
    choices: list[tuple[str, str]]
    chosen: str
    # What was written where the choices offer something else too.
    other: str = ""
    numbers: list[int] = dataclasses.field(default_factory=list)

    @property
    def rows(self) -> str:
        """The numbers of the rows, the first of them."""
        more = ", …" if len(self.numbers) > _NUMBERS_SHOWN_MAX else ""
        return ", ".join(str(number) for number in self.numbers[:_NUMBERS_SHOWN_MAX]) + more


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of one row to be mended or settled."""

    field: str
    read: str
    sentence: str
    right: str
    is_bad: bool
    is_who: bool
    may_keep: bool
    choices: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAsked:
    """One row of which something must be said."""

    number: int
    says: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """All there is to settle, and what was settled for many rows at once."""

    alike: list[Alike]
    common: list[Alike]
    rows: list[RowAsked]
    new_branches: list[BranchNamed]
    branches_made: int
    asked_rows: int
    more_rows: int
    # What is wrong with very many rows alike, and with how many: one cause, not as many mistakes.
    often: list[tuple[str, int]]

    @property
    def count(self) -> int:
        """How many questions there are."""
        return len(self.alike) + len(self.common) + len(self.rows) + bool(self.new_branches)


async def questions_of(
    connection: Connection, state: ImportState, language: Language, *, at: datetime
) -> Questions:
    """Return what must be mended or said of an import's rows, and what was said of many at once."""
    rows = await queries.rows_asked_about(connection, state.id, count_max=REMARKS_SHOWN_MAX)
    ground = await ground_of(
        connection, state.unit, texts=(), secret=b"", new_branches="", today=local_day(at)
    )
    asking = _Asking(state, ground, language)
    for row in rows:
        asking.take(row)
    for field, texts in state.answers.texts.items():
        asking.take_answered(field, await queries.rows_reading(connection, state, field, texts))
    asking.take_common()
    shown = asking.rows[:_ROWS_ASKED_MAX]
    branches = await queries.new_branches(connection, state.id)
    made = sum(one.is_written for one in branches) if state.answers.new_branches == CREATE else 0
    return Questions(
        alike=list(asking.alike.values()),
        common=list(asking.common.values()),
        rows=shown,
        more_rows=await queries.rows_one_by_one(connection, state.id, alike=_ALIKE) - len(shown),
        new_branches=branches,
        branches_made=made,
        asked_rows=len(rows),
        often=await _often(connection, state, language),
    )


async def rows_outside(connection: Connection, state: ImportState) -> int:
    """How many rows name another unit, if that is nearly all of them; else none."""
    outside = await queries.rows_remarked(connection, state.id, "unit_out_of_scope")
    return outside if outside >= state.rows * _NEARLY_ALL else 0


class _Asking:
    """Sorts what is said of rows into questions."""

    def __init__(self, state: ImportState, ground: Ground, language: Language) -> None:
        self._state, self._ground, self._language = state, ground, language
        self.alike: dict[tuple[str, str], Alike] = {}
        self.common: dict[str, Alike] = {}
        self.rows: list[RowAsked] = []

    def take(self, row: RowState) -> None:
        """Ask what this row leaves open."""
        cells: list[Cell] = []
        for remark in _to_settle(row.remarks):
            if remark.field.startswith(ATTRIBUTE) and not remark.read:
                self._common(remark.field).numbers.append(row.number)
            elif remark.field in _ALIKE and remark.read:
                self._alike(remark).numbers.append(row.number)
            else:
                cells.append(_cell(remark, self._language))
        if cells:
            self.rows.append(RowAsked(number=row.number, says=says(self._state, row), cells=cells))

    def take_answered(self, field: str, rows: dict[str, list[int]]) -> None:
        """Let what was answered of all these cells be changed."""
        for read, value in self._state.answers.texts[field].items():
            choices = self._offered(field, closed_list(field))
            if value not in dict(choices):
                choices = []
            answered = Alike(
                field=field,
                read=read,
                sentence=say("answered", self._language),
                choices=choices,
                chosen=value,
                numbers=rows.get(read, []),
            )
            self.alike.setdefault((field, read), answered)

    def take_common(self) -> None:
        """Let what was answered for empty cells be changed."""
        for field in self._state.answers.defaults:
            if field.startswith(ATTRIBUTE):
                self._common(field)

    def _common(self, field: str) -> Alike:
        if field not in self.common:
            chosen = self._state.answers.defaults.get(field, "")
            choices = _options(field, self._language)
            is_offered = not chosen or chosen in dict(choices)
            self.common[field] = Alike(
                field=field,
                read="",
                sentence=say("asked_by_type", self._language),
                choices=choices,
                chosen=chosen if is_offered else OTHER,
                other="" if is_offered else chosen,
            )
        return self.common[field]

    def _alike(self, remark: Remark) -> Alike:
        key = remark.field, remark.read
        if key not in self.alike:
            self.alike[key] = Alike(
                field=remark.field,
                read=remark.read,
                sentence=sentence(remark, self._language),
                choices=self._offered(remark.field, remark.choices),
                chosen=remark.choices[0].value if remark.choices and remark.right else "",
            )
        return self.alike[key]

    def _offered(self, field: str, choices: Sequence[Choice]) -> list[tuple[str, str]]:
        """What a text may be replaced by: the likeliest first, then everything of the kind."""
        likely = [(one.value, one.label) for one in choices if one.label]
        known = {value for value, _ in likely}
        if field == "unit":
            all_ = self._units()
        elif field == "type":
            all_ = [
                (code, one.name.vi if self._language == "vi" else one.name.en)
                for code, one in importable_types().items()
            ]
        else:
            all_ = [(one.value, one.label) for one in choices]
        rest = sorted((one for one in all_ if one[0] not in known), key=lambda one: one[1])
        return [*likely, *rest] if len(rest) <= _PLACES_OFFERED_MAX else likely

    def _units(self) -> list[tuple[str, str]]:
        units = [one for one in self._ground.units.values() if one.kind not in {"branch", "hamlet"}]
        return [(one.code, self._ground.label_of(one.id)) for one in units]


async def _often(connection: Connection, state: ImportState, language: Language) -> list[tuple[str, int]]:
    """What is said of many rows, and of how many; several codes may have the same words."""
    rows: dict[str, set[int]] = {}
    for code, facts, numbers in await queries.faults_one_by_one(connection, state.id, alike=_ALIKE):
        rows.setdefault(said(code, facts, language), set()).update(numbers)
    often = [(told, len(numbers)) for told, numbers in rows.items() if len(numbers) >= _OFTEN]
    return sorted(often, key=lambda one: (-one[1], one[0]))


def _to_settle(remarks: Iterable[Remark]) -> list[Remark]:
    """The remarks that ask for something: of one cell what is wrong, else what is unsure."""
    asking = [one for one in remarks if one.weight is not Weight.NOTE and one.code != "new_branch"]
    bad = {one.field for one in asking if one.weight is Weight.BAD}
    first: dict[str, Remark] = {}
    for one in asking:
        if one.weight is Weight.BAD or one.field not in bad:
            first.setdefault(one.field, one)
    return list(first.values())


def _options(field: str, language: Language) -> list[tuple[str, str]]:
    """What the form for recording offers for an attribute that some type asks for."""
    name = field.removeprefix(ATTRIBUTE)
    asked = [one.attributes[name] for one in importable_types().values() if name in one.required]
    return options_of(asked[0], language)[0] if asked else []


def _cell(remark: Remark, language: Language) -> Cell:
    is_who = remark.code in _WHO
    return Cell(
        field=remark.field,
        read=remark.read,
        sentence=sentence(remark, language),
        right=remark.right,
        is_bad=remark.weight is Weight.BAD,
        is_who=is_who,
        may_keep=remark.code in _KEPT,
        choices=[(one.value, one.label) for one in remark.choices] if is_who else [],
    )
