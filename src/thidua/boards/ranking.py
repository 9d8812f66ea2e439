"""Competition ranking: equal scores share a rank and the next is skipped (1, 2, 2, 4). Pure."""

from collections.abc import Sequence


def ranks_of(scores: Sequence[int], *, first_index: int = 0, rank_before: int | None = None) -> list[int]:
    """The ranks of `scores`, best first, the first of which stands at `first_index` of the whole board.

    `rank_before` is the first one's rank where it shares it with rows further up.
    """
    ranks: list[int] = []
    for index, score in enumerate(scores):
        is_equal = index > 0 and score == scores[index - 1]
        ranks.append(ranks[-1] if is_equal else first_index + index + 1)
        if index == 0 and rank_before is not None:
            ranks[0] = rank_before
    return ranks


def ties_of(scores: Sequence[int]) -> list[bool]:
    """Whether each score stands beside an equal one."""
    last = len(scores) - 1
    return [
        (index > 0 and scores[index - 1] == score) or (index < last and scores[index + 1] == score)
        for index, score in enumerate(scores)
    ]
