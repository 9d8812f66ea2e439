"""The words themselves: complete, in both languages, with ratios shown exactly."""

import re
from pathlib import Path

import pytest

from thidua.scoring.sentences import Language, all_words, shown_ratio

SOURCE = Path(__file__).parents[2] / "src" / "thidua"
LANGUAGES: tuple[Language, ...] = ("vi", "en")


def test_every_code_in_the_source_has_its_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py")))
    reasons = set(re.findall(r'Reason\(\s*"(\w+)"', source))
    causes = set(re.findall(r'Effect\.[A-Z]+, "(\w+)"', source)) | {"verified", "rejected", "withdrawn"}
    conditions = set(re.findall(r'Condition\(\s*"(\w+)"', source))

    assert reasons - set(all_words()["reason"]) == set()
    assert causes - set(all_words()["because"]) == set()
    assert conditions - set(all_words()["condition"]) == set()


def test_every_text_stands_in_both_languages_with_the_same_figures() -> None:
    for group, texts in all_words().items():
        for code, text in texts.items():
            assert text["vi"], (group, code)
            assert text["en"], (group, code)
            placed = [set(re.findall(r"{(\w+)}", text[language])) - {"unit_one"} for language in LANGUAGES]
            assert placed[0] - {"unit"} == placed[1] - {"unit"}, (group, code)


@pytest.mark.parametrize(
    ("numerator", "denominator", "vi", "en"),
    [
        (3, 2, "1,5", "1.5"),
        (6, 5, "1,2", "1.2"),
        (72, 10, "7,2", "7.2"),
        (4, 2, "2", "2"),
        (10, 3, "10/3", "10/3"),
        (-15, 2, "\N{MINUS SIGN}7,5", "\N{MINUS SIGN}7.5"),
        (2_469_001, 2, "1.234.500,5", "1,234,500.5"),
    ],
)
def test_ratios_are_shown_exactly(numerator: int, denominator: int, vi: str, en: str) -> None:
    assert shown_ratio(numerator, denominator, "vi") == vi
    assert shown_ratio(numerator, denominator, "en") == en
