"""The values of imports: kinds, stages, verdicts on rows, and what is said of a cell."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from thidua.kernel.errors import DomainError

# What a row number means: as in the file, the first line is 1.
Cells = tuple[str, ...]


class Kind(StrEnum):
    """What a file lists."""

    PEOPLE = "people"
    TEAMS = "teams"
    ACTIVITIES = "activities"


class Stage(StrEnum):
    """Where an import stands; nothing outside it is written before WRITING."""

    CHECKING = "checking"
    READY = "ready"
    WRITING = "writing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"

    @property
    def is_at_work(self) -> bool:
        """Whether rows are being gone through."""
        return self in {Stage.CHECKING, Stage.WRITING, Stage.UNDOING}


class Verdict(StrEnum):
    """What would become of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    SKIPPED = "skipped"

    @property
    def is_written(self) -> bool:
        """Whether confirming writes such rows."""
        return self in {Verdict.NEW, Verdict.CHANGED}


class Outcome(StrEnum):
    """What became of a row when the import was confirmed, and when it was undone."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    KEPT = "kept"


class Weight(StrEnum):
    """How much a remark on a cell weighs."""

    BAD = "bad"  # the row cannot be written
    DOUBT = "doubt"  # somebody must say what is meant
    NOTE = "note"  # read otherwise than written; said, not asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a doubt: what is kept, and what the asked person reads."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is said of one cell: the field, what was read, why, and what would be right."""

    field: str
    read: str
    code: str
    weight: Weight
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    right: str = ""


class UnreadableError(DomainError):
    """A cell that a value cannot be made of."""

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the stable code."""
        super().__init__(code, **facts)
        self.code = code  # type: ignore[misc]  # one class, many stable codes
