"""The colours of badges: one blue in three depths, paper, and what time or a decision makes of them."""

from dataclasses import dataclass

from thidua.badges.model import Status


@dataclass(frozen=True, slots=True)
class Palette:
    """What is painted in which colour."""

    face: str
    edge: str  # of the face and of the ribbon
    grid: str  # the cells of the paper, or the hatching
    line: str  # around
    tint: str  # the second voice of a glyph, the fold of a page
    shade: str  # where the ribbon turns behind
    ink: str  # glyph and words on the face
    paper: str  # the ribbon
    on_paper: str  # its words and cells


# The depths of LOOK, each with the tint that reads on it: white on them is 5.2, 8.4 and 15.8 to 1.
_LEVELS = {1: ("#2F6DBE", "#BBD7F8"), 2: ("#0B4A9E", "#8FBDF3"), 3: ("#06214D", "#6FB4F2")}
_PAPER = "#FFFFFF"
# What a revoked badge is drawn in: 4.9 and 7.9 to 1 on paper.
_GREY, _GREY_INK, _PALE = "#62738D", "#40516D", "#BCC8D9"


def palette(level: int, status: Status) -> Palette:
    """The colours of a badge of this level that stands so."""
    deep, tint = _LEVELS[level]
    if status is Status.REVOKED:
        return Palette(
            face=_PAPER,
            edge=_GREY,
            grid=_PAPER,
            line=_GREY,
            tint=_PALE,
            shade=_PALE,
            ink=_GREY,
            paper=_PAPER,
            on_paper=_GREY_INK,
        )
    if status is Status.EXPIRED:
        return Palette(
            face=mixed(tint, _PAPER, 0.2),
            edge=deep,
            grid=mixed(tint, _PAPER, 0.5),
            line=deep,
            tint=mixed(deep, _PAPER, 0.55),
            shade=mixed(deep, _PAPER, 0.6),
            ink=deep,
            paper=_PAPER,
            on_paper=deep,
        )
    return Palette(
        face=deep,
        edge=deep,
        grid=mixed(_PAPER, deep, 0.1),
        line=tint,
        tint=tint,
        shade=mixed(tint, deep, 0.35),
        ink=_PAPER,
        paper=_PAPER,
        on_paper=deep,
    )


def mixed(colour: str, other: str, share: float) -> str:
    """So much of the colour, the rest of the other."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)
