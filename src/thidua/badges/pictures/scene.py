"""What a picture is made of, before anybody decides how it is painted: areas, lines and words, in order."""

from dataclasses import dataclass

from thidua.badges.pictures.paths import Path


@dataclass(frozen=True, slots=True)
class Area:
    """A filled path; what lies within two of its pieces is a hole."""

    path: Path
    colour: str


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn path with round ends and corners."""

    path: Path
    colour: str
    width: float


@dataclass(frozen=True, slots=True)
class Text:
    """A line of words; `anchor` says which of its points lies at x: l, m or r."""

    words: str
    x: float
    baseline: float
    size: float
    weight: int
    colour: str
    anchor: str = "m"


Piece = Area | Line | Text


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: how large its own units make it, and its pieces from the lowest to the highest."""

    width: float
    height: float
    pieces: tuple[Piece, ...]
