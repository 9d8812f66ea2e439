"""Lines of a rulebook: every value has one, and a mangled text is a fault and nothing worse."""

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thidua.activities.catalogue import catalogue
from thidua.scoring.lines import Path, lines_of
from thidua.scoring.places import RulebookError
from thidua.scoring.rulebook import parse_rulebook, shipped_text

SMALL = "\n".join(shipped_text().splitlines()[:110])
TRICKY = '''
plain = "# no comment, [no header]" # a comment, with ] and }
"quoted key" = 'it = {'
a.b.c = { x = [1, 2, { y = "}" }], z = """
two
lines""" }
[[list]]
one = [
  # nothing
  [1, 2], # two numbers
  [],
]
[[list]]
[list.inner]
day = 2026-01-01
[[list.inner.deep]]
end = true
'''


def paths_of(value: object, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_of(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths_of(inner, (*path, index))


def lines_refused(text: str) -> list[int]:
    """The lines of its faults; none when it can be read."""
    try:
        parse_rulebook(text, types=catalogue().types)
    except RulebookError as error:
        return [fault.line for fault in error.faults]
    return []


@pytest.mark.parametrize("text", [TRICKY, shipped_text()])
def test_every_value_of_a_text_has_its_line(text: str) -> None:
    wanted = set(paths_of(tomllib.loads(text))) - {()}

    assert set(lines_of(text)) == wanted


def test_lines_are_those_on_which_the_values_begin() -> None:
    lines = lines_of(TRICKY)

    assert lines[("a", "b", "c", "x", 2, "y")] == 4
    assert lines[("list", 0, "one", 0)] == 10
    assert lines[("list", 1)] == 13
    assert lines[("list", 1, "inner", "deep", 0, "end")] == 17


@settings(max_examples=150, deadline=None)
@given(
    start=st.integers(0, len(SMALL)),
    length=st.integers(0, 30),
    put=st.sampled_from(
        ["", "[", "]", "{", "}", '"', "'", "=", ".", "1.5", "-1", "true", "[]", "{}", "\n", "nan", '""']
    ),
)
def test_a_mangled_rulebook_is_read_or_refused_with_lines_and_nothing_else(
    start: int, length: int, put: str
) -> None:
    text = SMALL[:start] + put + SMALL[start + length :]

    assert all(1 <= line <= text.count("\n") + 1 for line in lines_refused(text))
