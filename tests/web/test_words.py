"""Every text that people may see has its words in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from thidua.paths import PACKAGE, shipped
from thidua.web.catalogue import catalogue, translate_counted
from thidua.web.wording import say, wordings

_MESSAGE = re.compile(r"""(?<![A-Za-z0-9_])(?:_n?|translate(?:_counted)?)\(\s*(["'])((?:[^"'\\]|\\.)+)\1""")
_CODES = (
    re.compile(r'FieldError\(\s*(?:f?"[^"]*"|[a-z_.]+),\s*"([a-z0-9_]+)"'),
    re.compile(
        r'(?:ProblemError|Problem|field_problem)\(\s*\d{3},\s*(?:"[a-z_]+",\s*)?"([a-z0-9_]+)"\s*[,)]'
    ),
    re.compile(r'^    code = "([a-z0-9_]+)"', re.MULTILINE),
    re.compile(r'^    code: ClassVar\[str\] = "([a-z0-9_]+)"', re.MULTILINE),
    re.compile(r'fault\([^()]*?"([a-z0-9_]+)"\)'),
)

# Faults of a badge's folder are told to whoever runs a command, in the words of badges/faults.py.
_WORDED_ELSEWHERE = {PACKAGE / "badges" / name for name in ("folders.py", "criteria.py", "catalogue.py")}


def messages() -> Iterator[tuple[str, str]]:
    for path in [*shipped("templates").rglob("*.html"), *(PACKAGE / "web").rglob("*.py")]:
        for _, message in _MESSAGE.findall(path.read_text(encoding="utf-8")):
            yield str(path.name), message


def codes() -> set[str]:
    files = set(PACKAGE.rglob("*.py")) - _WORDED_ELSEWHERE
    texts = [path.read_text(encoding="utf-8") for path in files]
    return {code for text in texts for pattern in _CODES for code in pattern.findall(text)}


def test_every_text_of_a_page_has_its_english() -> None:
    missing = [
        (where, message) for where, message in messages() if message not in catalogue("en") and message != "…"
    ]

    assert missing == []


def test_every_translation_keeps_the_facts_of_its_text() -> None:
    fact = re.compile(r"%\((\w+)\)s")

    for message, english in catalogue("en").items():
        assert set(fact.findall(english)) <= set(fact.findall(message)), message


def test_of_one_thing_english_has_its_own_words_and_vietnamese_the_same() -> None:
    row = "%(count)s dòng sẽ được trao."

    said = [translate_counted(row, count, "en") for count in (0, 1, 2, 1000)]

    assert said == [f"{count} will get the badge." for count in ("0 rows", "1 row", "2 rows", "1,000 rows")]
    assert translate_counted(row, 1, "vi") == "1 dòng sẽ được trao."


def test_every_code_in_the_source_is_worded() -> None:
    assert sorted(codes() - set(wordings())) == []


@pytest.mark.parametrize("code", sorted(wordings()))
def test_every_wording_is_there_twice_and_says_where(code: str) -> None:
    one = wordings()[code]

    assert set(one) == {"vi", "en"}
    assert one["vi"] != one["en"]
    assert re.findall(r"{(\w+)}", one["vi"]) == re.findall(r"{(\w+)}", one["en"]) or "{" in one["vi"]
    assert "{" not in say(code, "vi", {"field": "unit"})


def test_the_folder_of_catalogues_holds_nothing_unread() -> None:
    kinds = {path.suffix for path in (Path(PACKAGE) / "web" / "locale").rglob("*") if path.is_file()}

    assert kinds <= {".po", ".toml"}
