"""Paints a scene with Pillow: drawn several times too large, then reduced, so that edges are smooth."""

from itertools import pairwise
from math import ceil

from PIL import Image, ImageChops, ImageDraw

from thidua.badges.pictures.lettering import font
from thidua.badges.pictures.paths import Path, Point, flattened, moved
from thidua.badges.pictures.scene import Line, Piece, Scene, Text

# The large drawing has at least this many pixels a side, and at most so many for each of the small one's.
_SIDE_MIN = 1024
_TIMES_MIN, _TIMES_MAX = 3, 8


def painted(scene: Scene, pixels: int) -> Image.Image:
    """The scene as wide as `pixels`; what nothing covers is transparent."""
    times = max(_TIMES_MIN, min(_TIMES_MAX, ceil(_SIDE_MIN / pixels)))
    scale = pixels / scene.width
    size = (pixels * times, round(scene.height * scale) * times)
    large = Image.new("RGBA", size, (0, 0, 0, 0))
    canvas = ImageDraw.Draw(large)
    for piece in scene.pieces:
        _put(large, canvas, piece, scale * times)
    return large.reduce(times)


def _put(image: Image.Image, canvas: ImageDraw.ImageDraw, piece: Piece, scale: float) -> None:
    if isinstance(piece, Text):
        at = (piece.x * scale, piece.baseline * scale)
        face = font(piece.weight, piece.size * scale)
        canvas.text(at, piece.words, font=face, fill=piece.colour, anchor=f"{piece.anchor}s", language="vi")
    elif isinstance(piece, Line):
        _stroke(canvas, moved(piece.path, scale=scale), piece.colour, piece.width * scale)
    else:
        _fill(image, canvas, flattened(moved(piece.path, scale=scale)), piece.colour)


def _fill(image: Image.Image, canvas: ImageDraw.ImageDraw, shapes: list[list[Point]], colour: str) -> None:
    if len(shapes) == 1:
        canvas.polygon(shapes[0], fill=colour)
        return
    mask = Image.new("1", image.size)
    for shape in shapes:
        one = Image.new("1", image.size)
        ImageDraw.Draw(one).polygon(shape, fill=1)
        mask = ImageChops.logical_xor(mask, one)
    image.paste(colour, mask=mask)


def _stroke(canvas: ImageDraw.ImageDraw, path: Path, colour: str, width: float) -> None:
    """Draw every chord as a box with a disc at each end: ends and corners come out round."""
    half = width / 2
    for shape in flattened(path):
        for x, y in shape:
            canvas.ellipse((x - half, y - half, x + half, y + half), fill=colour)
        for start, end in pairwise(shape):
            if start != end:
                canvas.polygon(_beam(start, end, half), fill=colour)


def _beam(start: Point, end: Point, half: float) -> list[Point]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    x, y = -dy / length * half, dx / length * half
    return [
        (start[0] + x, start[1] + y),
        (end[0] + x, end[1] + y),
        (end[0] - x, end[1] - y),
        (start[0] - x, start[1] - y),
    ]
