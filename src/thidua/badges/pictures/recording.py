"""What pens of fontTools recorded, as the paths that pictures are made of."""

from collections.abc import Iterable, Sequence

from fontTools.pens.basePen import decomposeQuadraticSegment

from thidua.badges.pictures.paths import Path, Point, Step

_VERBS = {"moveTo": "M", "lineTo": "L", "curveTo": "C", "closePath": "Z"}


def recorded(values: Iterable[tuple[str, Sequence[Point]]]) -> Path:
    """The steps one by one; where a font leaves out points between curves, they are put in."""
    steps: list[Step] = []
    for verb, points in values:
        if verb == "qCurveTo":
            steps.extend(Step("Q", tuple(two)) for two in decomposeQuadraticSegment(points))
        elif verb != "endPath":
            steps.append(Step(_VERBS[verb], tuple(points)))
    return tuple(steps)
