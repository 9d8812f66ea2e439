"""The words of our pages: written in Vietnamese in the templates, translated by `locale/<language>/*.po`."""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from thidua.web.language import Language

LOCALE = Path(__file__).parent / "locale"


def translate(message: str, language: Language, **facts: object) -> str:
    """The message in that language, with `%(name)s` filled in; untranslated, it stays Vietnamese."""
    worded = message if language == "vi" else catalogue(language).get(message, message)
    return worded % facts if facts else worded


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Every translated message of the language."""
    words: dict[str, str] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        words.update(_read(path))
    return words


def _read(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        messages = read_po(file)
    return {str(one.id): str(one.string) for one in messages if one.id and one.string}
