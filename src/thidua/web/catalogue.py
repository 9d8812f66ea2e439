"""The words of our pages: written in Vietnamese in the templates, translated by `locale/<language>/*.po`."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from thidua.web.formats import shown_number
from thidua.web.language import Language

LOCALE = Path(__file__).parent / "locale"


def translate(message: str, language: Language, **facts: object) -> str:
    """The message in that language, with `%(name)s` filled in; untranslated, it stays Vietnamese."""
    worded = message if language == "vi" else catalogue(language).get(message, message)
    return worded % facts if facts else worded


def translate_counted(message: str, count: int, language: Language, **facts: object) -> str:
    """The message about so many, `%(count)s`; Vietnamese knows no plural, English words one apart."""
    told = {"count": shown_number(count, language), **facts}
    if abs(count) == 1 and message in _of_one(language):
        return _of_one(language)[message] % told
    return translate(message, language, **told)


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Every translated message of the language; of those with a plural, the plural."""
    return {message: words[-1] for message, words in _messages(language)}


@cache
def _of_one(language: Language) -> dict[str, str]:
    """The singular of every message that has one."""
    return {message: words[0] for message, words in _messages(language) if len(words) > 1}


def _messages(language: Language) -> Iterator[tuple[str, Sequence[str]]]:
    """Every message with its words: one form, or singular and plural."""
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            yield from (
                (_forms(one.id)[0], _forms(one.string)) for one in read_po(file) if one.id and one.string
            )


def _forms(words: str | Sequence[str] | None) -> Sequence[str]:
    return [words] if isinstance(words, str) else words or []
