"""The words in `sentences.toml`: every text of scoring by its group and code, in Vietnamese and English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["vi", "en"]
Words = Mapping[str, str]

_FILE = Path(__file__).parent / "sentences.toml"
_MINUS = "\N{MINUS SIGN}"


@cache
def all_words() -> Mapping[str, Mapping[str, Words]]:
    """Every group of words, by code and language."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def sentence_codes() -> tuple[str, ...]:
    """The codes that a rulebook may name as a rule's sentence."""
    return tuple(all_words()["sentence"])


def words(group: str, code: str, language: Language, *, otherwise: str = "other") -> str:
    """The text of that code; an unknown one gives the group's general text, else the code itself."""
    known = all_words()[group]
    told = known.get(code) or known.get(otherwise)
    return code if told is None else told[language]


def shown_number(number: int, language: Language) -> str:
    """The number with its thousands marked and a true minus: 1.284 in Vietnamese, 1,284 in English."""
    digits = f"{abs(number):,}"
    digits = digits.replace(",", ".") if language == "vi" else digits
    return f"{_MINUS}{digits}" if number < 0 else digits


def counted(number: int, of: str, language: Language) -> str:
    """The number with its word; `of` is "one/many" where the language tells them apart."""
    one, _, many = of.partition("/")
    word = many if many and abs(number) != 1 else one
    return f"{shown_number(number, language)} {word}"


def shown_ratio(numerator: int, denominator: int, language: Language) -> str:
    """The ratio in full: a decimal where it ends within three digits, else a fraction. No float is made."""
    thousandths, rest = divmod(abs(numerator) * 1000, denominator)
    if rest:
        return f"{shown_number(numerator, language)}/{denominator}"
    whole, part = divmod(thousandths, 1000)
    sign = _MINUS if numerator < 0 else ""
    mark = "," if language == "vi" else "."
    decimals = f"{part:03d}".rstrip("0")
    return f"{sign}{shown_number(whole, language)}{mark if decimals else ''}{decimals}"
