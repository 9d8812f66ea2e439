"""Checks what every JSON document keeps to: depth, bounds of numbers and texts, no NUL; counts its keys."""

from collections.abc import Iterator

from thidua.kernel.errors import FieldError
from thidua.web.problems import ProblemError

DEPTH_MAX = 32
INTEGER_MAX = 2**53 - 1
# No field takes so many; putting megabytes in order would keep everybody waiting.
TEXT_CHARACTERS_MAX = 100_000


def checked_tree(tree: object) -> tuple[object, int]:
    """The tree itself and how many keys it holds; the first thing amiss is a problem with its place."""
    keys = 0
    level: list[object] = [tree]
    for _ in range(DEPTH_MAX + 1):
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                keys += len(value)
                below.extend(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            elif _code_of(value) is not None:
                raise ProblemError(422, "invalid_input", errors=[_first_fault(tree)])
        if not below:
            return tree, keys
        level = below
    raise ProblemError(400, "too_deep", facts={"depth": DEPTH_MAX})


def _code_of(value: object) -> str | None:
    if isinstance(value, str):
        return _code_of_text(value)
    is_large = isinstance(value, int) and abs(value) > INTEGER_MAX
    return "number_too_large" if is_large else None


def _code_of_text(text: str) -> str | None:
    if len(text) > TEXT_CHARACTERS_MAX:
        return "too_long"
    return "nul_character" if "\0" in text else None


def _first_fault(tree: object) -> FieldError:
    """Walk again, now with places: only a document at fault is worth it."""
    return next(
        FieldError(path, code, facts={"maximum": TEXT_CHARACTERS_MAX} if code == "too_long" else None)
        for path, value in _places(tree, "")
        if (code := _code_of(value))
    )


def _places(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield path, key
            yield from _places(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _places(one, f"{path}[{index}]")
    else:
        yield path, value
