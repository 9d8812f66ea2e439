"""Reads a glyph: the artwork of one badge, in the few elements of SVG that every painter here draws alike."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path as File
from xml.parsers import expat

from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path

from thidua.badges.pictures.paths import Path, Point, box, circle, line, polygon
from thidua.badges.pictures.recording import recorded

VIEW_BOX = "-100 -100 200 200"
_BYTES_MAX = 32 * 1024
_FURTHEST = 200
_FORM = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE+\-., \t\r\n]*")
_ROOT = {
    "xmlns": {"http://www.w3.org/2000/svg"},
    "viewBox": {VIEW_BOX},
    "fill": {"currentColor"},
    "stroke-linecap": {"round"},
    "stroke-linejoin": {"round"},
}
_PAINT = {
    "fill": {"currentColor", "none"},
    "stroke": {"currentColor", "none"},
    "class": {"tint", "background"},
    "fill-rule": {"evenodd"},
}
_GEOMETRY = {
    "path": {"d"},
    "circle": {"cx", "cy", "r"},
    "rect": {"x", "y", "width", "height", "rx"},
    "line": {"x1", "y1", "x2", "y2"},
    "polyline": {"points"},
    "polygon": {"points"},
}
_OPTIONAL = {"cx", "cy", "x", "y", "rx"}
_OPEN = {"line", "polyline"}


class Tone(StrEnum):
    """In which of a badge's colours a part of its glyph is painted."""

    WHITE = "white"
    TINT = "tint"  # the second voice
    BACKGROUND = "background"  # cut out of what lies below


@dataclass(frozen=True, slots=True)
class Part:
    """One element of a glyph, in its own units: 100 each way from the middle."""

    path: Path
    tone: Tone
    is_filled: bool
    stroke: float  # how wide; 0: none


class GlyphError(Exception):
    """The file cannot be drawn as it is: which line, and what would be right."""

    def __init__(self, file: File, line_number: int, words: str) -> None:
        """Keep the place apart from the words."""
        super().__init__(f"{file}:{line_number}: {words}")
        self.file, self.line, self.words = file, line_number, words


def glyph(file: File) -> tuple[Part, ...]:
    """The parts of the glyph, from the lowest; read anew when the file changes."""
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read(file: File, _changed_at: int) -> tuple[Part, ...]:
    reader = _Reader(file)
    return reader.parts_of(file.read_bytes())


class _Reader:
    """Goes through one file and refuses what it does not know."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._parser = expat.ParserCreate()
        self._depth = 0
        self._parts: list[Part] = []

    def parts_of(self, content: bytes) -> tuple[Part, ...]:
        if len(content) > _BYTES_MAX:
            raise GlyphError(self._file, 1, f"at most {_BYTES_MAX // 1024} KiB: draw with fewer points")
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        try:
            self._parser.Parse(content, True)  # noqa: FBT003 -- expat takes no keywords
        except expat.ExpatError as error:
            raise GlyphError(self._file, error.lineno, f"this is not XML: {error}") from None
        if not self._parts:
            raise self._fault("the glyph is empty: draw at least one element")
        return tuple(self._parts)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._root(name, attributes)
        elif self._depth > 2 or name not in _GEOMETRY:  # noqa: PLR2004 -- the root, and what lies in it
            raise self._fault(
                f"<{name}> is not drawn here: write {', '.join(sorted(_GEOMETRY))}, one after another"
            )
        else:
            self._parts.append(self._part(name, attributes))

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _text(self, words: str) -> None:
        if words.strip():
            raise self._fault("letters are not drawn here: draw them as paths")

    def _doctype(self, *_told: object) -> None:
        raise self._fault("leave <!DOCTYPE> out")

    def _root(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != "svg" or attributes.get("viewBox") != VIEW_BOX or "xmlns" not in attributes:
            raise self._fault(f'begin with <svg xmlns="http://www.w3.org/2000/svg" viewBox="{VIEW_BOX}">')
        self._check("svg", attributes, _ROOT, set())

    def _part(self, name: str, attributes: Mapping[str, str]) -> Part:
        geometry = _GEOMETRY[name]
        self._check(name, attributes, _PAINT, geometry | {"stroke-width"})
        for missing in sorted(geometry - _OPTIONAL - attributes.keys()):
            raise self._fault(f"<{name}> needs {missing}")
        is_filled = attributes.get("fill", "currentColor") != "none" and name not in _OPEN
        stroke = self._number(attributes, "stroke-width") if attributes.get("stroke", "none") != "none" else 0
        if not is_filled and not stroke:
            raise self._fault(
                f'<{name}> would not be seen: give it a fill, or stroke="currentColor" and stroke-width'
            )
        tone = Tone(attributes.get("class", Tone.WHITE))
        return Part(self._path(name, attributes), tone, is_filled, stroke)

    def _check(
        self, name: str, attributes: Mapping[str, str], choices: Mapping[str, set[str]], free: set[str]
    ) -> None:
        for attribute, value in attributes.items():
            if attribute in choices and value not in choices[attribute]:
                offered = " or ".join(f'"{one}"' for one in sorted(choices[attribute]))
                raise self._fault(f'{attribute}="{value}" is not known here: write {offered}')
            if attribute not in choices and attribute not in free:
                raise self._fault(f"<{name}> takes no {attribute} here: leave it out")

    def _path(self, name: str, attributes: Mapping[str, str]) -> Path:
        def at(attribute: str) -> float:
            return self._number(attributes, attribute)

        match name:
            case "circle":
                return circle(at("cx"), at("cy"), at("r"))
            case "rect":
                left, top = at("x"), at("y")
                return box(left, top, left + at("width"), top + at("height"), at("rx"))
            case "line":
                return line([(at("x1"), at("y1")), (at("x2"), at("y2"))])
            case "path":
                return self._curves(attributes["d"])
            case _:
                shape: Callable[[list[Point]], Path] = polygon if name == "polygon" else line
                return shape(self._points(attributes["points"]))

    def _curves(self, written: str) -> Path:
        pen = RecordingPen()
        if not _FORM.fullmatch(written) or not written.strip():
            raise self._fault(
                "d holds what no path is made of: write M, L, H, V, C, S, Q, T, A, Z and figures"
            )
        try:
            parse_path(written, pen)
        except (ValueError, IndexError, AssertionError, TypeError) as error:
            raise self._fault(f"d cannot be read: {str(error) or 'a figure is missing'}") from None
        return self._within(recorded(pen.value))

    def _points(self, written: str) -> list[Point]:
        try:
            figures = [float(one) for one in written.replace(",", " ").split()]
        except ValueError:
            raise self._fault("points are figures: x,y x,y") from None
        if len(figures) < 4 or len(figures) % 2:  # noqa: PLR2004 -- two points of two figures
            raise self._fault("points are pairs of figures, at least two: x,y x,y")
        return list(zip(figures[::2], figures[1::2], strict=True))

    def _number(self, attributes: Mapping[str, str], name: str) -> float:
        try:
            number = float(attributes.get(name, "0"))
        except ValueError:
            raise self._fault(f'{name}="{attributes[name]}" is not a number') from None
        if not -_FURTHEST <= number <= _FURTHEST:  # also true of nan
            raise self._fault(f'{name}="{attributes[name]}" lies outside the view')
        return number

    def _within(self, path: Path) -> Path:
        if any(abs(figure) > _FURTHEST for step in path for point in step.points for figure in point):
            raise self._fault("d leads outside the view")
        return path

    def _fault(self, words: str) -> GlyphError:
        return GlyphError(self._file, self._parser.CurrentLineNumber, words)
