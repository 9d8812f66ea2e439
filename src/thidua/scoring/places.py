"""Reading a rulebook's values one place at a time: each fault is kept with its line, field and choices."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import date
from typing import ClassVar

from typing_extensions import override

from thidua.kernel.errors import FieldError, InputError
from thidua.scoring.lines import Path, line_at

LIST_MAX = 200
TEXT_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a rulebook: where, a stable code, and what might stand there instead."""

    line: int
    field: str
    code: str
    choices: tuple[str, ...] = ()
    facts: Mapping[str, object] = made_by(default_factory=dict)

    @override
    def __str__(self) -> str:
        """The fault on one line, for the command line and the log."""
        figures = "".join(f", {name} {value}" for name, value in self.facts.items())
        known = f" (choose from: {', '.join(self.choices)})" if self.choices else ""
        return f"line {self.line}: {self.field}: {self.code}{figures}{known}"


class RulebookError(InputError):
    """The rulebook cannot be taken as it is; every fault names its line and field."""

    code: ClassVar[str] = "invalid_rulebook"

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Carry all faults found, in the order of their lines."""
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.field)))
        errors = [
            FieldError(
                one.field, one.code, facts={"line": one.line, "choices": list(one.choices), **one.facts}
            )
            for one in self.faults
        ]
        super().__init__(errors, "; ".join(str(one) for one in self.faults))


class Faults:
    """The faults found so far; one place is told of once."""

    def __init__(self, lines: dict[Path, int]) -> None:
        """Know on which line each path stands."""
        self._lines = lines
        self._found: dict[Path, Fault] = {}

    def add(self, path: Path, code: str, choices: Iterable[str] = (), **facts: object) -> None:
        """Keep the fault, unless the same place has one already."""
        fault = Fault(line_at(self._lines, path), name_of(path), code, tuple(choices), facts)
        self._found.setdefault(path, fault)

    def settle(self) -> None:
        """Refuse the rulebook when anything was found."""
        if self._found:
            raise RulebookError(self._found.values())


@dataclass(frozen=True, slots=True)
class Place:
    """A value of the rulebook and its path; reading a faulty one keeps the fault and goes on."""

    path: Path
    value: object
    faults: Faults

    def fault(self, code: str, choices: Iterable[str] = (), **facts: object) -> None:
        """Keep a fault of this place."""
        self.faults.add(self.path, code, choices, **facts)

    def table(
        self, known: Collection[str] | None = None, required: Collection[str] = ()
    ) -> dict[str, "Place"]:
        """The places of a table by key; unknown keys are faults that name the known ones."""
        if not isinstance(self.value, dict):
            self.fault("not_a_table", known or ())
            return {}
        for key in required:
            if key not in self.value:
                self.faults.add((*self.path, key), "missing")
        inner = {key: Place((*self.path, key), value, self.faults) for key, value in self.value.items()}
        if known is None:
            return inner
        for key in inner.keys() - set(known):
            inner.pop(key).fault("unknown_key", known)
        return inner

    def items(self) -> list["Place"]:
        """The places of a list that holds at least one thing."""
        if not isinstance(self.value, list) or not self.value:
            self.fault("not_a_list")
            return []
        if len(self.value) > LIST_MAX:
            self.fault("too_many", highest=LIST_MAX)
            return []
        return [Place((*self.path, index), one, self.faults) for index, one in enumerate(self.value)]

    def whole(self, lowest: int, highest: int) -> int:
        """A whole number between the two, both included."""
        if type(self.value) is not int:
            self.fault("not_whole")
            return lowest
        if not lowest <= self.value <= highest:
            self.fault("out_of_range", lowest=lowest, highest=highest)
            return lowest
        return self.value

    def text(self, pattern: str = r"\S.*") -> str:
        """A text that the whole pattern fits."""
        if not isinstance(self.value, str) or len(self.value) > TEXT_CHARACTERS_MAX:
            self.fault("not_text")
            return ""
        if not re.fullmatch(pattern, self.value, re.ASCII):
            self.fault("malformed")
        return self.value

    def choice(self, known: Collection[str], code: str = "unknown_choice") -> str | None:
        """One of the known words; None when it is another."""
        if isinstance(self.value, str) and self.value in known:
            return self.value
        self.fault(code, known)
        return None

    def choices(self, known: Collection[str], code: str = "unknown_choice") -> list[str]:
        """A list of known words, none of them twice."""
        words = [word for item in self.items() if (word := item.choice(known, code)) is not None]
        if len(set(words)) < len(words):
            self.fault("repeated")
        return words

    def yes(self) -> bool:
        """The word true: what is not so is left out."""
        if self.value is not True:
            self.fault("not_true", ["true"])
        return True

    def day(self) -> date | None:
        """A date as text, like 2026-01-31."""
        try:
            return date.fromisoformat(self.text(r"\d{4}-\d{2}-\d{2}"))
        except ValueError:
            self.fault("malformed")
            return None


def name_of(path: Path) -> str:
    """The path as people write it: `rule.mentor_session.caps[0].window`."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return name.removeprefix(".") or "(top)"
