"""Checks what every JSON document keeps to: depth, bounds of whole numbers, no NUL; counts its keys."""

from thidua.kernel.errors import FieldError
from thidua.web.problems import ProblemError

DEPTH_MAX = 32
INTEGER_MAX = 2**53 - 1


def checked_tree(tree: object) -> tuple[object, int]:
    """The tree itself and how many keys it holds; the first thing amiss is a problem with its place."""
    keys = 0
    level: list[tuple[str, object]] = [("", tree)]
    for _ in range(DEPTH_MAX + 1):
        below: list[tuple[str, object]] = []
        for path, value in level:
            keys += _open(path, value, below)
        if not below:
            return tree, keys
        level = below
    raise ProblemError(400, "too_deep", facts={"depth": DEPTH_MAX})


def _open(path: str, value: object, below: list[tuple[str, object]]) -> int:
    if isinstance(value, dict):
        for key in value:
            _check_text(path, key)
        below.extend((f"{path}.{key}" if path else key, one) for key, one in value.items())
        return len(value)
    if isinstance(value, list):
        below.extend((f"{path}[{index}]", one) for index, one in enumerate(value))
    elif isinstance(value, str):
        _check_text(path, value)
    elif isinstance(value, int) and abs(value) > INTEGER_MAX:
        raise ProblemError(422, "invalid_input", errors=[FieldError(path, "number_too_large")])
    return 0


def _check_text(path: str, text: str) -> None:
    if "\0" in text:
        raise ProblemError(422, "invalid_input", errors=[FieldError(path, "nul_character")])
