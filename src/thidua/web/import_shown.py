"""What the pages of an import show: its questions in the order in which they are quickest to settle."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from thidua.activities.catalogue import catalogue
from thidua.imports import queries
from thidua.imports.activities import importable_types
from thidua.imports.checking import order_found
from thidua.imports.fields import ATTRIBUTE, NOT_KEPT, fields_of
from thidua.imports.ground import Ground, ground_of
from thidua.imports.model import Kind, Remark, Verdict, Weight
from thidua.imports.receiving import missing_columns
from thidua.imports.state import REMARKS_SHOWN_MAX, ImportState, RowState
from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.web.language import Language
from thidua.web.wording import say

ROWS = 50
_SAMPLES = 3
# A form with a thousand rows would be slow to load on a phone; the next come after the next check.
_ROWS_ASKED_MAX = 100
_NUMBERS_SHOWN_MAX = 8
_OFTEN = 10
_PLACES_OFFERED_MAX = 400
_ALIKE = frozenset({"unit", "type", "target_group", "priority", "kind", "team"})
_WHO = frozenset({"which_person", "moved_person", "unsure_birthday", "spelled_otherwise"})
_KEPT = frozenset({"formula", "odd_name"})
_SHOWN_FIELDS_MAX = 7
# Codes whose words elsewhere name the field.
_OTHER_CODES = {"missing": "left_empty", "missing_field": "left_empty", "empty": "left_empty"}


@dataclass(slots=True, kw_only=True)
class Alike:
    """One question about all cells that read the same."""

    field: str
    read: str
    sentence: str
    weight: Weight
    choices: list[tuple[str, str]]
    right: str
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
    """All there is to settle."""

    alike: list[Alike]
    common: list[Alike]
    rows: list[RowAsked]
    new_branches: int
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
    """Return what must be mended or said of an import's rows."""
    rows = await queries.rows_asked_about(connection, state.id, count_max=REMARKS_SHOWN_MAX)
    ground = await ground_of(
        connection, state.unit, texts=(), secret=b"", new_branches="", today=local_day(at)
    )
    alike: dict[tuple[str, str], Alike] = {}
    common: dict[str, Alike] = {}
    single: list[RowAsked] = []
    for row in rows:
        cells: list[Cell] = []
        for remark in _to_settle(row.remarks):
            if _is_common(remark):
                _add(common, remark.field, remark, row, language, [])
            elif remark.field in _ALIKE and remark.read:
                offered = _offered(remark, ground, language)
                _add(alike, (remark.field, remark.read), remark, row, language, offered)
            else:
                cells.append(_cell(remark, language))
        if cells:
            single.append(RowAsked(number=row.number, says=says(state, row), cells=cells))
    shown = single[:_ROWS_ASKED_MAX]
    return Questions(
        alike=list(alike.values()),
        common=list(common.values()),
        rows=shown,
        more_rows=await queries.rows_one_by_one(connection, state.id, alike=_ALIKE) - len(shown),
        new_branches=await queries.new_branches(connection, state),
        asked_rows=len(rows),
        often=await _often(connection, state, language),
    )


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


def says(state: ImportState, row: RowState) -> str:
    """What stands in the row, as far as it is kept."""
    kept = [at for at, name in sorted(state.columns.items()) if name != NOT_KEPT]
    texts = (row.cells[at].strip() for at in kept[:_SHOWN_FIELDS_MAX] if at < len(row.cells))
    return " · ".join(text[:80] for text in texts if text)


def row_shown(state: ImportState, row: RowState, language: Language) -> dict[str, Any]:
    """One row of the list, with what is said of it."""
    remarks = [
        {"field": one.field, "sentence": sentence(one, language), "right": one.right, "weight": one.weight}
        for one in row.remarks
    ]
    left_out = state.answers.rows.get(row.number)
    why = row.why_not or ("left_out" if left_out is not None and left_out.left_out else "")
    return {
        "number": row.number,
        "says": says(state, row),
        "verdict": row.verdict,
        "outcome": row.outcome,
        "remarks": remarks,
        "why_not": say(why, language) if why else "",
        "thing": row.thing if row.outcome else None,
    }


def sentence(remark: Remark, language: Language) -> str:
    """What is said of a cell, in words; the field itself stands beside it."""
    return said(remark.code, remark.facts, language)


def said(code: str, facts: Mapping[str, object], language: Language) -> str:
    """The words of a code without the field's name, as the beginning of a line."""
    told = say(_OTHER_CODES.get(code, code), language, {**facts, "field": ""}).lstrip(": ")
    return told[:1].upper() + told[1:]


async def columns_shown(connection: Connection, state: ImportState) -> list[dict[str, Any]]:
    """Every column with its title, the field it states, and some of its cells."""
    rows = await queries.rows_with(connection, state.id, tuple(Verdict), count_max=_SAMPLES)
    return [
        {
            "at": at,
            "title": title,
            "field": state.columns.get(at, ""),
            "samples": [row.cells[at] for row in rows if at < len(row.cells) and row.cells[at].strip()],
        }
        for at, title in enumerate(state.titles)
    ]


async def reading_shown(connection: Connection, state: ImportState) -> dict[str, Any]:
    """How the file is read, for the form that changes it."""
    found = await order_found(connection, state)
    fields = [name for name in fields_of(state.kind) if name != NOT_KEPT]
    stated = set(state.columns.values())
    return {
        "columns": await columns_shown(connection, state),
        "fields": fields,
        "missing": missing_columns(state),
        "unstated": [name for name in _worth_a_default(state.kind) if name not in stated],
        "order": state.answers.order or found.order,
        "unsure_days": found.unsure if not found.sure and not state.answers.order else 0,
    }


def attribute_words(language: Language) -> dict[str, str]:
    """The names of attributes as fields, in the reader's language."""
    words = {}
    for one in catalogue().types.values():
        for name, told in one.attributes.items():
            word = told.vi if language == "vi" else told.en
            words[ATTRIBUTE + name] = word[:1].upper() + word[1:]
    return words


def _worth_a_default(kind: Kind) -> tuple[str, ...]:
    if kind is Kind.ACTIVITIES:
        return ("day", "type", "unit", "hour", ATTRIBUTE + "minutes", ATTRIBUTE + "skill")
    return ("unit", "target_group", "team") if kind is Kind.PEOPLE else ("unit", "kind")


def _is_common(remark: Remark) -> bool:
    return remark.field.startswith(ATTRIBUTE) and not remark.read


def _add(
    found: dict[Any, Alike],
    key: object,
    remark: Remark,
    row: RowState,
    language: Language,
    choices: list[tuple[str, str]],
) -> None:
    if key not in found:
        found[key] = Alike(
            field=remark.field,
            read=remark.read,
            sentence=sentence(remark, language),
            weight=remark.weight,
            choices=choices,
            right=remark.choices[0].value if remark.choices and remark.right else "",
        )
    found[key].numbers.append(row.number)


def _offered(remark: Remark, ground: Ground, language: Language) -> list[tuple[str, str]]:
    """What a text may be replaced by: the likeliest first, then everything of the kind."""
    likely = [(one.value, one.label) for one in remark.choices if one.label]
    known = {value for value, _ in likely}
    if remark.field == "unit":
        units = [ground.units[one] for one in ground.codes.values()]
        all_ = [(one.code, one.name) for one in units if one.kind not in {"branch", "hamlet"}]
    elif remark.field == "type":
        all_ = [
            (code, one.name.vi if language == "vi" else one.name.en)
            for code, one in importable_types().items()
        ]
    else:
        all_ = [(one.value, one.label) for one in remark.choices]
    rest = sorted((one for one in all_ if one[0] not in known), key=lambda one: one[1])
    return [*likely, *rest] if len(rest) <= _PLACES_OFFERED_MAX else likely


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
