"""The boards there are, read from boards.toml: who competes, by what, and what decides between equals."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from thidua.kernel.subjects import SubjectKind


class Measure(StrEnum):
    """What a board counts."""

    POINTS = "points"
    POINTS_PER_MEMBER = "points_per_member"
    BEST_N = "best_n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One board as defined; its rows depend on period, scope, kind and division besides."""

    slug: str
    name_vi: str
    name_en: str
    who: SubjectKind
    measure: Measure
    category: str | None
    tie_chain: tuple[str, ...]
    order: tuple[str, ...]
    best_n: int | None

    @property
    def is_per_member(self) -> bool:
        """Whether the score is a fraction of points by members."""
        return self.measure is Measure.POINTS_PER_MEMBER

    @property
    def may_be_large(self) -> bool:
        """Whether the board can hold so many rows that it is worth keeping sorted in Redis."""
        return self.measure is Measure.POINTS and self.who is not SubjectKind.UNIT


@cache
def boards() -> Mapping[str, Board]:
    """All boards by slug, in the order in which they are listed."""
    text = files("thidua.boards").joinpath("boards.toml").read_text(encoding="utf-8")
    return {slug: _board(slug, table) for slug, table in tomllib.loads(text)["board"].items()}


def _board(slug: str, table: Mapping[str, Any]) -> Board:
    measure = Measure(table["measure"])
    assert (measure is Measure.BEST_N) == ("best_n" in table), f"{slug}: best_n goes with its own measure"
    return Board(
        slug=slug,
        name_vi=table["vi"],
        name_en=table["en"],
        who=SubjectKind[table["who"].upper()],
        measure=measure,
        category=table.get("category"),
        tie_chain=tuple(table["tie_chain"]),
        order=tuple(table["order"]),
        best_n=table.get("best_n"),
    )
