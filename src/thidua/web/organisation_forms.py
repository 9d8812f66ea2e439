"""Forms of the leaders' pages: what was typed, what is wrong with it, and what others changed meanwhile."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import FieldError, InputError, NotFoundError
from thidua.organisation.editing import AlreadyThereError, Changed, Facts, StaleError
from thidua.organisation.fields import as_id
from thidua.web.formats import shown_date
from thidua.web.language import AnyRequest, Language
from thidua.web.problems import field_problem
from thidua.web.wording import say

_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})|(\d{2})(\d{2})(\d{4})", re.ASCII)
_COUNT = re.compile(r"\d{1,3}(?:[., ]\d{3})+|\d{1,9}", re.ASCII)
# Words for programs that people should not read in a form.
_IN_FORMS = {
    "not_a_date": "not_a_typed_date",
    "missing_field": "empty",
    "not_a_choice": "nothing_chosen",
    "not_a_code": "not_a_typed_code",
}

# What facts are made of; a form that claims to have seen anything else was not made by us.
_Seen = str | int | float | bool | list[str] | None

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent."""

    fields: Mapping[str, Sequence[str]]

    def line(self, name: str) -> str:
        """What stands in a field, as it was typed."""
        return next(iter(self.fields.get(name, ())), "")

    def maybe(self, name: str) -> str | None:
        """The same, or None for an empty field."""
        return self.line(name).strip() or None

    def several(self, name: str) -> list[str]:
        """Every box ticked under this name."""
        return list(self.fields.get(name, ()))

    def day(self, name: str) -> str | None:
        """A day in ISO form when it can be read as one; else as typed, for the check to refuse."""
        return iso_day(self.line(name))

    def count(self, name: str) -> int | str | None:
        """A whole number, groups of three or not; else as typed, for the check to refuse."""
        typed = self.maybe(name)
        if typed is None or not _COUNT.fullmatch(typed):
            return typed
        return int(re.sub(r"\D", "", typed))

    def an_id(self, name: str) -> UUID:
        """The id that the form carries unseen; anything else was not made by us."""
        found = as_id(self.line(name))
        if found is None or found.int == 0:
            raise NotFoundError
        return found

    def seen(self) -> Facts:
        """What the form had shown when it was opened; of an unreadable one everything counts as changed."""
        try:
            return msgspec.json.decode(self.line("seen"), type=dict[str, _Seen])
        except (msgspec.DecodeError, RecursionError):
            return {}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was not taken: faults to mend (422), or changes made meanwhile (409)."""

    status: int
    faults: tuple[FieldError, ...] = ()
    changes: tuple[Changed, ...] = ()
    now: Facts | None = None
    is_already_there: bool = False

    def sentences(self, labels: Mapping[str, str], language: Language) -> dict[str, str]:
        """The first fault of each field, named as its label does, in the order of the labels."""
        worded: dict[str, str] = {}
        for fault in self.faults:
            facts = {"field": labels.get(fault.field, fault.field), **(fault.facts or {})}
            worded.setdefault(fault.field, say(_IN_FORMS.get(fault.code, fault.code), language, facts))
        return {name: worded[name] for name in labels if name in worded} | worded


async def typed_of(request: AnyRequest) -> Typed:
    """The form that a request carries."""
    form = await request.form()
    lines = {name: [one for one in form.getall(name) if isinstance(one, str)] for name in form}
    for name, values in lines.items():
        if any("\0" in one for one in (name, *values)):
            raise field_problem(400, "form", "nul_character")
    return Typed(lines)


async def written(write: Callable[[Connection], Awaitable[Done]]) -> Done | Refused:
    """Do it in one transaction; what a person can mend comes back as a refusal, and nothing is written."""
    try:
        async with transaction() as connection:
            return await write(connection)
    except InputError as error:
        return Refused(422, faults=error.errors)
    except StaleError as error:
        return Refused(409, changes=error.changes, now=error.now)
    except AlreadyThereError:
        return Refused(409, is_already_there=True)


def sheet(
    values: Mapping[str, Any],
    language: Language,
    *,
    seen: Facts | None = None,
    refused: Refused | None = None,
) -> dict[str, Any]:
    """What the template of a form needs; a form with changes made meanwhile now shows those as seen."""
    shown = seen if refused is None or refused.now is None else refused.now
    refusal = refused or Refused(200)
    return {
        "typed": values,
        "seen": msgspec.json.encode(shown or {}).decode(),
        "worded": lambda labels: refusal.sentences(labels, language),
        "changes": [(one.field, readable(_as_it_may_be(one)), readable(one.now)) for one in refusal.changes],
        "is_already_there": refusal.is_already_there,
        "candidates": _candidates(refusal, language),
    }


def values_of(facts: Facts) -> dict[str, Any]:
    """Recorded facts as a form shows them."""
    return {
        name: value if isinstance(value, list | bool) else readable(value) for name, value in facts.items()
    }


def readable(value: object) -> Any:  # noqa: ANN401 -- text for a field, or a list of ticked boxes
    """A recorded value as people read it: days as dd/mm/yyyy, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        with suppress(ValueError):
            return shown_date(date.fromisoformat(value))
    return value


def _as_it_may_be(changed: Changed) -> object:
    """What the form says it had shown, if a field of this kind can hold it."""
    return changed.seen if isinstance(changed.seen, list) is isinstance(changed.now, list) else None


def iso_day(typed: str) -> str | None:
    """A day typed as day, month, year in ISO form; what is no such day stays as typed."""
    told = typed.strip()
    found = _DAY.fullmatch(told)
    if found is None:
        return told or None
    day, month, year = (int(one) for one in found.groups() if one is not None)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return told


def typed_day(typed: Typed, name: str) -> date:
    """A day that must be there, as a date; else the form is refused."""
    told = typed.day(name)
    if told is None:
        raise InputError([FieldError(name, "empty")])
    try:
        found = date.fromisoformat(told)
    except ValueError:
        raise InputError([FieldError(name, "not_a_typed_date")]) from None
    if not 1900 <= found.year <= 2999:  # noqa: PLR2004 -- the bounds of every date we keep
        raise InputError([FieldError(name, "typed_years")])
    return found


def day_after(typed: Typed, name: str) -> date | None:
    """The day after a last day that was typed: where a span ends; None for an empty field."""
    return typed_day(typed, name) + timedelta(days=1) if typed.maybe(name) else None


def last_day(ends_on: object) -> str:
    """The last day of a span that ends before this day, as a form shows it."""
    return shown_date(date.fromisoformat(ends_on) - timedelta(days=1)) if isinstance(ends_on, str) else ""


def _candidates(refused: Refused, language: Language) -> list[tuple[str, str, str]]:
    rows = next(
        (fault.facts["units"] for fault in refused.faults if fault.code == "several_units" and fault.facts),
        [],
    )
    assert isinstance(rows, list)
    name, within = ("name", "within_vi") if language == "vi" else ("name_en", "within_en")
    return [(row["code"], row[name], row[within] or "") for row in rows]
