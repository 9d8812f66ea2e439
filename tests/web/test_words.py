"""Every text that people may see has its words in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

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


# A limit of a list, and years beyond the first.
ALWAYS_SEVERAL = {
    "A CSV file of at most %(count)s rows. The first row heads the columns.",
    "Valid for %(count)s years from when it is earned.",
}


def sources() -> list[Path]:
    return [*shipped("templates").rglob("*.html"), *(PACKAGE / "web").rglob("*.py")]


def two_forms() -> dict[str, tuple[str, str]]:
    """What English says of one and of several, by its message."""
    found: dict[str, tuple[str, str]] = {}
    for path in (PACKAGE / "web" / "locale" / "en").glob("*.po"):
        with path.open("rb") as file:
            told = [(one.id, one.string) for one in read_po(file)]
        found |= {
            ids[0]: (words[0], words[1])
            for ids, words in told
            if not isinstance(ids, str) and words is not None and not isinstance(words, str)
        }
    return found


def messages() -> Iterator[tuple[str, str]]:
    for path in sources():
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


def test_one_more_or_one_less_is_one() -> None:
    assert [
        translate_counted("%(points)s điểm", points, "en", points=points) for points in (-1, 0, 1, 12)
    ] == ["-1 point", "0 points", "1 point", "12 points"]


def test_what_english_has_in_two_forms_is_always_counted() -> None:
    uncounted = re.compile(r"""(?<![A-Za-z0-9_])(?:_|translate)\(\s*"((?:[^"\\]|\\.)+)\"""")
    told = [found for path in sources() for found in uncounted.findall(path.read_text(encoding="utf-8"))]

    counted = two_forms()
    assert [message for message in told if message in counted] == []


def test_no_english_text_names_several_of_what_may_be_one() -> None:
    several = re.compile(
        r"%\((?!name)\w+\)s (?:\w+ )?(?:people|activities|\w+[^s]s)\b(?<! is)(?<! has)(?<! was)"
    )

    found = {message for message in catalogue("en").values() if several.search(message)}

    assert found - {english for _, english in two_forms().values()} == ALWAYS_SEVERAL


def test_a_code_words_one_and_several_apart() -> None:
    assert [say("phone_too_short", "en", {"count": count}) for count in (1, 2)] == [
        "The phone number lacks 1 digit.",
        "The phone number lacks 2 digits.",
    ]
    assert say("phone_too_short", "en") == "The phone number lacks … digits."


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
