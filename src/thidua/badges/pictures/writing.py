"""Writes a scene as SVG: every curve kept as a curve, every word as its outlines."""

from xml.sax.saxutils import escape

from thidua.badges.pictures.lettering import outlines, width
from thidua.badges.pictures.paths import Path, moved
from thidua.badges.pictures.scene import Area, Line, Piece, Scene

_BEFORE = {"l": 0.0, "m": 0.5, "r": 1.0}


def written(scene: Scene, title: str) -> str:
    """The scene as an SVG document that scales to any size and says its title to who cannot see it."""
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {_figure(scene.width)} {_figure(scene.height)}" role="img">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", *map(_element, scene.pieces), "</svg>\n"])


def _element(piece: Piece) -> str:
    if isinstance(piece, Line):
        ends = 'stroke-linecap="round" stroke-linejoin="round"'
        paint = f'fill="none" stroke="{piece.colour}" stroke-width="{_figure(piece.width)}"'
        return f'<path d="{_steps(piece.path)}" {paint} {ends}/>'
    if isinstance(piece, Area):
        return f'<path d="{_steps(piece.path)}" fill="{piece.colour}" fill-rule="evenodd"/>'
    shift = piece.x - _BEFORE[piece.anchor] * width(piece.words, piece.weight) * piece.size
    path = moved(outlines(piece.words, piece.weight), scale=piece.size, x=shift, y=piece.baseline)
    return f'<path d="{_steps(path)}" fill="{piece.colour}"/>'


def _steps(path: Path) -> str:
    return "".join(verb + " ".join(f"{_figure(x)},{_figure(y)}" for x, y in ps) for verb, ps in path)


def _figure(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
