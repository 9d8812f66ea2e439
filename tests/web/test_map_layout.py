"""The map: circles never overlap, never leave the paper, and stand where they are unless there is no room."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thidua.organisation.national.load import national_units
from thidua.web.charts import bars, line, scale_of
from thidua.web.map_labels import labelled
from thidua.web.map_layout import Centre, laid_out, overlap_of

centres = st.builds(
    Centre,
    longitude=st.floats(102, 110),
    latitude=st.floats(8, 23.5),
    radius=st.floats(4, 18),
)


@settings(deadline=None)
@given(given_centres=st.lists(centres, max_size=40), width=st.sampled_from([300.0, 344.0, 880.0]))
def test_no_circle_lies_over_another_or_leaves_the_paper(given_centres: list[Centre], width: float) -> None:
    made = laid_out(given_centres, width=width)

    for place, one in enumerate(made.spots):
        assert one.radius <= one.x <= width - one.radius
        assert one.radius <= one.y <= made.height - one.radius + 0.01
        assert all(overlap_of(one, other) <= 0.05 for other in made.spots[:place])


@settings(deadline=None)
@given(place=centres, count=st.integers(2, 30))
def test_even_places_that_coincide_are_parted(place: Centre, count: int) -> None:
    made = laid_out([place] * count, width=344)

    apart = [overlap_of(one, other) for at, one in enumerate(made.spots) for other in made.spots[:at]]
    assert max(apart) <= 0.05


def test_where_there_is_room_north_is_up_and_east_is_right() -> None:
    north, south, east = Centre(105, 20, 8), Centre(105, 18, 8), Centre(107, 18, 8)

    made = laid_out([north, south, east], width=880)

    up, down, right = made.spots
    assert up.x == pytest.approx(down.x)
    assert up.y < down.y == pytest.approx(right.y)
    assert right.x > down.x
    assert made.bar_width / made.bar_km == pytest.approx((down.y - up.y) / (2 * 111.32))


@pytest.mark.parametrize("province", ["P-12", "P-38", "P-79"])
def test_names_meet_neither_a_circle_nor_one_another(province: str) -> None:
    communes = [one for one in national_units().values() if one["parent"] == province]
    made = laid_out([_centre(one) for one in communes], width=880)

    labels = labelled(made, [one["name"] for one in communes])

    assert sum(label is not None for label in labels) > 10
    for label in labels:
        if label is not None and label.anchor == "middle":
            assert all(abs(spot.y - label.y) > spot.radius / 2 or spot.x != label.x for spot in made.spots)


@given(values=st.lists(st.integers(-50, 10**7), min_size=1, max_size=12))
def test_every_value_fits_its_scale(values: list[int]) -> None:
    top = scale_of(values)

    assert top >= max(values)
    assert top <= max(2.5 * max([*values, 1]), 1)
    assert str(top)[0] in "125"
    assert math.isfinite(float(line(values, top=top).last_y))
    assert all(0 <= float(bar.height) <= 206 for bar in bars(values))


def _centre(unit: dict[str, str]) -> Centre:
    return Centre(float(unit["longitude"]), float(unit["latitude"]), 12)
