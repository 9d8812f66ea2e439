"""The criteria of a badge as pages show them: paragraphs, lists and bold words, all they may hold."""

from dataclasses import dataclass
from itertools import groupby

_ITEM = "- "
_BOLD = "**"


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one weight."""

    text: str
    is_bold: bool


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, which is one line, or a list of them."""

    lines: tuple[Line, ...]
    is_list: bool


def blocks(text: str) -> list[Block]:
    """The text from top to bottom; lines that follow one another without a blank one are one paragraph."""
    found: list[Block] = []
    for part in text.strip().split("\n\n"):
        for is_list, lines in groupby(part.strip().splitlines(), key=lambda line: line.startswith(_ITEM)):
            if is_list:
                items = tuple(_line(line.removeprefix(_ITEM)) for line in lines)
            else:
                items = (_line(" ".join(line.strip() for line in lines)),)
            found.append(Block(items, is_list))
    return found


def lead(text: str) -> str:
    """The first paragraph in plain words: what the badge is for, in short."""
    return "".join(run.text for run in blocks(text)[0].lines[0])


def _line(text: str) -> Line:
    """Every second piece between two double asterisks is bold; a pair that is not closed stays as written."""
    pieces = text.strip().split(_BOLD)
    if len(pieces) % 2 == 0:
        pieces[-2:] = [_BOLD.join(pieces[-2:])]
    return tuple(Run(piece, is_bold=at % 2 == 1) for at, piece in enumerate(pieces) if piece)
