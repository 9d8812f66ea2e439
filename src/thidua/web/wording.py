"""The words for every code that a person may meet, in Vietnamese and English (`locale/codes.toml`)."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from typing_extensions import override

from thidua.web.formats import shown_date, shown_number, shown_time
from thidua.web.language import Language

_CODES = Path(__file__).parent / "locale" / "codes.toml"
_UNKNOWN = "unknown_code"


class _Fact(str):
    """A fact as it is shown; `{days:day/days}` puts behind a number the word for one, or for several."""

    __slots__ = ()

    @override
    def __format__(self, words: str) -> str:
        one, _, several = words.partition("/")
        return f"{self!s} {one if self == '1' else several}" if words else str(self)


class _Facts(dict[str, _Fact]):
    """Facts by name; one that was not given is shown as an ellipsis, never as an error."""

    def __missing__(self, name: str) -> _Fact:
        return _Fact("…")


@cache
def wordings() -> dict[str, dict[str, str]]:
    """Every code with its sentence in each language."""
    return tomllib.loads(_CODES.read_text(encoding="utf-8"))


def say(code: str, language: Language, facts: Mapping[str, object] | None = None) -> str:
    """The sentence for the code; an unworded code gets a general one, so nobody ever reads nothing."""
    sentence = wordings().get(code) or wordings()[_UNKNOWN]
    if not facts and "{" not in sentence[language]:
        return sentence[language]
    shown = {name: _Fact(_shown(value, language)) for name, value in (facts or {}).items()}
    if "expected" not in shown and {"lowest", "highest"} <= shown.keys():
        shown["expected"] = _Fact(f"{shown['lowest']} … {shown['highest']}")
    return sentence[language].format_map(_Facts(shown, code=_Fact(code)))


def _shown(value: object, language: Language) -> str:
    if isinstance(value, datetime):
        return shown_time(value)
    if isinstance(value, date):
        return shown_date(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return shown_number(value, language)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_shown(one, language) for one in value)
    return str(value)
