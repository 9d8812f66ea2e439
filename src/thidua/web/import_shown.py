"""What the pages of an import show: its rows with what is said of them, and how the file is read."""

from collections.abc import Mapping
from typing import Any

from thidua.activities.catalogue import catalogue
from thidua.imports import queries
from thidua.imports.checking import order_found
from thidua.imports.fields import ATTRIBUTE, NOT_KEPT, fields_of
from thidua.imports.model import Kind, Remark, Verdict
from thidua.imports.receiving import missing_columns
from thidua.imports.state import ImportState, RowState
from thidua.infra.database import Connection
from thidua.web.language import Language
from thidua.web.wording import say

ROWS = 50
_SAMPLES = 3
_SHOWN_FIELDS_MAX = 7
# Codes whose words elsewhere name the field.
_OTHER_CODES = {"missing": "left_empty", "missing_field": "left_empty", "empty": "left_empty"}


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
        return ("day", "type", "unit", "hour")
    return ("unit", "target_group", "team") if kind is Kind.PEOPLE else ("unit", "kind")
