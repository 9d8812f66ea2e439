"""Reads what somebody said to mend an import: one form, where a field's name tells what it answers.

`alike:FIELD:TEXT` replaces a text in all rows, `common:FIELD` fills empty cells and `pick:FIELD` chooses with
what, `cell:ROW:FIELD` mends one, `keep:ROW:FIELD` lets an odd one stand, `who:ROW` says who is meant,
`out:ROW` leaves a row out.
"""

from collections.abc import Mapping, Sequence

import msgspec

from thidua.imports.fields import fields_of
from thidua.imports.ground import CREATE, LEAVE_OUT
from thidua.imports.model import Kind
from thidua.imports.state import Answers, RowSaid
from thidua.web.activity_fields import OTHER
from thidua.web.forms import whole_number

ROWS_HIGHEST = 1_048_576
_CHARACTERS_MAX = 500
_YES = "yes"
Form = Mapping[str, Sequence[str]]


def answers_said(known: Answers, form: Form, *, kind: Kind, may_create_branches: bool) -> Answers:
    """Return what was said before as far as the form does not ask it again, and what the form says."""
    said = msgspec.json.decode(msgspec.json.encode(known), type=Answers)
    branches = _one(form, "new_branches")
    if branches == LEAVE_OUT or (branches == CREATE and may_create_branches):
        said.new_branches = branches
    for row in form.get("row", ()):
        number = whole_number(row, highest=ROWS_HIGHEST)
        if number is not None:
            _say_of_row(said, number, form)
    for name in form:
        begins, _, rest = name.partition(":")
        field, _, text = rest.partition(":")
        if field not in fields_of(kind):
            continue
        if begins == "alike":
            _keep(said.texts.setdefault(field, {}), text, _one(form, name))
        elif begins in {"common", "pick"}:
            picked, written = _one(form, f"pick:{field}"), _one(form, f"common:{field}")
            _keep(said.defaults, field, written if picked in {"", OTHER} else picked)
    return said


def columns_said(form: Form, *, kind: Kind, titles: Sequence[str]) -> dict[int, str]:
    """Return which column states which field; a field said twice is the first column's."""
    columns: dict[int, str] = {}
    for at in range(len(titles)):
        name = _one(form, f"column:{at}")
        if name in fields_of(kind) and (name not in columns.values() or name == "not_kept"):
            columns[at] = name
    return columns


def _keep(kept: dict[str, str], name: str, value: str) -> None:
    """Keep an answer; one that is left empty is taken back."""
    if value:
        kept[name] = value
    else:
        kept.pop(name, None)


def _say_of_row(said: Answers, number: int, form: Form) -> None:
    row = said.rows.get(number, RowSaid())
    row.left_out = _one(form, f"out:{number}") == _YES
    row.who = _one(form, f"who:{number}") or row.who
    kept = set(row.kept)
    for name in form:
        begins, _, rest = name.partition(":")
        at, _, field = rest.partition(":")
        if at != str(number):
            continue
        if begins == "cell" and _one(form, name) != _one(form, f"was:{number}:{field}"):
            row.texts[field] = _one(form, name)
        elif begins == "keep":
            kept.add(field)
    row.kept = sorted(kept)
    if row != RowSaid():
        said.rows[number] = row
    else:
        said.rows.pop(number, None)


def _one(form: Form, name: str) -> str:
    values = form.get(name) or ("",)
    return values[0].strip()[:_CHARACTERS_MAX]
