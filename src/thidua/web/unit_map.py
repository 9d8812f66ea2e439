"""The map of the units right below one: circles at their real centres, the figure inside, a table behind."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any
from uuid import UUID

from thidua.boards.model import Place as BoardPlace
from thidua.organisation.queries import UnitView
from thidua.web.formats import shown_number
from thidua.web.language import Language
from thidua.web.map_labels import labelled
from thidua.web.map_layout import Centre, Layout, laid_out

_DESK_WIDTH, _PHONE_WIDTH = 880.0, 344.0
_MANY = 60
_KINDS = ("Xã ", "Phường ", "Đặc khu ", "Tỉnh ", "Thành phố ", " Commune", " Ward", " Special Zone")
_KINDS_EN = (" Province", " City")
_STEPS = 5
_RADIUS, _RADIUS_MANY, _RADIUS_PHONE, _RADIUS_PHONE_MANY = 15.0, 13.0, 13.0, 7.0
_LARGEST_TIMES = Fraction(3, 2)
_SHORT_FROM = 10_000
_TENTHS_BELOW = 10
_RULING = 22
_FOOT = 34
_MILLION = 1_000_000


def map_shown(
    units: Sequence[UnitView], places: Mapping[UUID, BoardPlace], *, is_per_member: bool, language: Language
) -> dict[str, Any] | None:
    """The map for a template; None where no unit has a known place."""
    placed = [one for one in units if one.latitude is not None and one.longitude is not None]
    if not placed:
        return None
    scores = [_score(places.get(one.id), is_per_member=is_per_member) for one in placed]
    bounds = _bounds([score for score in scores if score is not None])
    desk, phone = (
        _layout(placed, width=width, is_phone=width == _PHONE_WIDTH) for width in (_DESK_WIDTH, _PHONE_WIDTH)
    )
    names = [bare_name(one, language) for one in placed]
    labels = labelled(desk, names)
    words = [_words(score, is_per_member=is_per_member, language=language) for score in scores]
    steps = [_step(score, bounds) for score in scores]
    return {
        "desk": _drawn(desk, names, words, steps, labels),
        "phone": _drawn(phone, names, words, steps, [None] * len(names)),
        "has_figures_on_phone": len(placed) <= _MANY,
        "legend": [
            (step, _words(bound, is_per_member=is_per_member, language=language))
            for step, bound in enumerate(bounds, start=1)
        ],
        "has_unknown": None in scores,
        "is_per_member": is_per_member,
        "unplaced": [bare_name(one, language) for one in units if one not in placed],
    }


def bare_name(unit: UnitView, language: Language) -> str:
    """The name without the word for its kind, as a map has it."""
    name = unit.name if language == "vi" else unit.name_en or unit.name
    for kind in (*_KINDS, *_KINDS_EN):
        name = name.removeprefix(kind) if kind.endswith(" ") else name.removesuffix(kind)
    return name


def _score(place: BoardPlace | None, *, is_per_member: bool) -> int | None:
    if place is None or (is_per_member and place.rank is None):
        return None
    return place.hundredths


def _layout(units: Sequence[UnitView], *, width: float, is_phone: bool) -> Layout:
    many = len(units) > _MANY
    plain = (
        (_RADIUS_PHONE_MANY if many else _RADIUS_PHONE) if is_phone else (_RADIUS_MANY if many else _RADIUS)
    )
    sizes = [one.adults or one.members for one in units]
    largest = max((size for size in sizes if size), default=0)
    centres = tuple(
        Centre(one.longitude or 0.0, one.latitude or 0.0, _radius(size, largest, plain))
        for one, size in zip(units, sizes, strict=True)
    )
    return _kept_layout(centres, width)


@lru_cache(maxsize=128)
def _kept_layout(centres: tuple[Centre, ...], width: float) -> Layout:
    return laid_out(centres, width=width)


def _radius(size: int | None, largest: int, plain: float) -> float:
    """Area goes with size; a unit whose size nobody declared is drawn plain."""
    if not size or not largest:
        return plain
    share = math.sqrt(size / largest)
    return round(plain * max(1.0, float(_LARGEST_TIMES) * share), 1)


def _bounds(scores: Sequence[int]) -> list[int]:
    """The lowest score of each of five steps of equal count."""
    ordered = sorted(scores)
    firsts = [ordered[len(ordered) * step // _STEPS] for step in range(_STEPS)] if ordered else []
    return sorted(set(firsts))


def _step(score: int | None, bounds: Sequence[int]) -> int:
    return 0 if score is None else sum(score >= bound for bound in bounds)


def _words(score: int | None, *, is_per_member: bool, language: Language) -> str:
    if score is None:
        return ""
    if is_per_member:
        whole, tenth = divmod((score + 5) // 10, 10)
        mark = "," if language == "vi" else "."
        return (
            f"{whole}{mark}{tenth}" if whole < _TENTHS_BELOW else shown_number((score + 50) // 100, language)
        )
    return _short(score // 100, language)


def _short(points: int, language: Language) -> str:
    """Points as a circle has room for: 940, 9.400, 12k, 3tr (3M)."""
    if points >= _MILLION:
        return f"{points // _MILLION}{'tr' if language == 'vi' else 'M'}"
    if points >= _SHORT_FROM:
        return f"{points // 1000}{'N' if language == 'vi' else 'k'}"
    return shown_number(points, language)


def _drawn(
    layout: Layout, names: Sequence[str], words: Sequence[str], steps: Sequence[int], labels: Sequence[Any]
) -> dict[str, Any]:
    return {
        "width": round(layout.width),
        "height": round(layout.height),
        "ruling": _ruling(round(layout.width), round(layout.height) + _FOOT),
        "bar_km": layout.bar_km,
        "bar_to": round(16 + layout.bar_width),
        "circles": [
            {
                "x": f"{spot.x:.1f}",
                "y": f"{spot.y:.1f}",
                "figure_y": f"{spot.y + 4:.1f}",
                "radius": spot.radius,
                "name": name,
                "words": word,
                "step": step,
                "label": label,
            }
            for spot, name, word, step, label in zip(layout.spots, names, words, steps, labels, strict=True)
        ],
    }


def _ruling(width: int, height: int) -> str:
    """The lines of the paper the map is drawn on."""
    across = "".join(f"M0 {y}H{width}" for y in range(_RULING, height, _RULING))
    return across + "".join(f"M{x} 0V{height}" for x in range(_RULING, width, _RULING))
