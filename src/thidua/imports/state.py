"""An import as it stands: its file, how it is read, and what its reader has said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from thidua.imports.model import Kind, Outcome, Remark, Stage, Verdict
from thidua.imports.reading import RowAnswer

REMARKS_SHOWN_MAX = 1_000


class Answers(msgspec.Struct, omit_defaults=True):
    """Everything said to correct a file: common values, replaced texts, rows, new branches, the order."""

    defaults: dict[str, str] = {}
    texts: dict[str, dict[str, str]] = {}
    rows: dict[int, "RowSaid"] = {}
    new_branches: str = ""
    order: str = ""


class RowSaid(msgspec.Struct, omit_defaults=True):
    """What was said of one row."""

    texts: dict[str, str] = {}
    who: str = ""
    kept: list[str] = []
    left_out: bool = False

    def answer(self) -> RowAnswer:
        """The same, as readers take it."""
        return RowAnswer(self.texts, self.who, frozenset(self.kept), self.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportState:
    """One import."""

    id: UUID
    kind: Kind
    unit: UUID
    file_name: str
    encoding: str
    sheets: tuple[str, ...]
    sheet: str
    header: int
    titles: tuple[str, ...]
    columns: Mapping[int, str]
    answers: Answers
    stage: Stage
    reached: int
    rows: int
    source: str
    by_account: UUID | None
    made_at: datetime
    changed_at: datetime
    confirmed_at: datetime | None
    undone_at: datetime | None
    undo_reason: str | None
    undone_by: str | None
    has_texts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowState:
    """One row of an import."""

    number: int
    cells: tuple[str, ...]
    verdict: Verdict | None
    remarks: tuple[Remark, ...]
    why_not: str
    thing: UUID | None
    outcome: Outcome | None
    before: Mapping[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchNamed:
    """A branch that is not there yet: in which unit, named by how many rows, and whether they are written."""

    name: str
    unit: str
    rows: int
    is_written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows there are of each verdict and each outcome."""

    verdicts: Mapping[Verdict, int]
    outcomes: Mapping[Outcome, int]
    gone_through: int

    def of(self, verdict: Verdict) -> int:
        """The rows of one verdict."""
        return self.verdicts.get(verdict, 0)

    def came_to(self, outcome: Outcome) -> int:
        """The rows of one outcome."""
        return self.outcomes.get(outcome, 0)

    @property
    def written(self) -> int:
        """The rows that confirming writes."""
        return sum(number for verdict, number in self.verdicts.items() if verdict.is_written)
