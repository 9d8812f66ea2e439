"""A standing in memory finds, cuts and ranks as its rows say."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tests.boards.builders import NOON, people
from thidua.boards.ranking import ranks_of, ties_of
from thidua.boards.standing import Standing, pack, place_of, position_of

scores = st.lists(st.integers(-5, 5).filter(bool), max_size=40)


def standing_of(points: list[int]) -> Standing:
    rows = enumerate(zip(people(len(points)), points, strict=True))
    records = (pack(score, NOON + timedelta(seconds=number % 3), one) for number, (one, score) in rows)
    return Standing(b"".join(sorted(records)))


@given(points=scores)
def test_a_rank_is_one_more_than_how_many_are_better(points: list[int]) -> None:
    rows = list(standing_of(points).rows())

    for row in rows:
        assert row.rank == 1 + sum(other.points > row.points for other in rows)
        assert row.is_tied == (sum(other.points == row.points for other in rows) > 1)


@given(points=scores, start=st.integers(0, 40), length=st.integers(0, 10))
def test_any_page_is_cut_from_the_whole(points: list[int], start: int, length: int) -> None:
    standing = standing_of(points)

    assert standing.places(start, start + length) == list(standing.rows())[start : start + length]


@given(points=scores)
def test_everybody_is_found_with_and_without_an_index(points: list[int]) -> None:
    plain, indexed = standing_of(points), standing_of(points)
    indexed.make_index()

    for index, row in enumerate(plain.rows()):
        assert plain.find(row.subject) == indexed.find(row.subject) == index
        assert plain.after(position_of(row)) == index + 1
    assert indexed.find(UUID(int=1)) is None
    assert plain.find_many([row.subject for row in plain.rows()]) == {
        row.subject: index for index, row in enumerate(plain.rows())
    }


@given(points=st.integers(-(2**52), 2**52), microseconds=st.integers(0, 10**15))
def test_a_record_keeps_what_was_packed(points: int, microseconds: int) -> None:
    reached_at, one = NOON + timedelta(microseconds=microseconds), people(1)[0]

    place = place_of(pack(points, reached_at, one), rank=1, is_tied=False)

    assert (place.points, place.reached_at, place.subject) == (points, reached_at, one)


@given(points=st.lists(st.integers(0, 4), min_size=1).map(lambda some: sorted(some, reverse=True)))
def test_ranks_of_a_slice_are_those_of_the_whole(points: list[int]) -> None:
    ranks, ties = ranks_of(points), ties_of(points)

    assert ranks == [1 + sum(other > score for other in points) for score in points]
    assert ties == [points.count(score) > 1 for score in points]
    middle = len(points) // 2
    assert ranks_of(points[middle:], first_index=middle, rank_before=ranks[middle]) == ranks[middle:]
