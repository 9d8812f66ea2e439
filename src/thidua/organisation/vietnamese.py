"""Vietnamese text: how it is searched without marks, and how people's names are sorted."""

import unicodedata
from collections.abc import Iterable

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANKS = {letter: chr(ord("A") + rank) for rank, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_LETTER_MARKS = "\u0302\u0306\u031b"
_LEVEL = "0"
# Letters whose stroke or loop no decomposition takes off; those of the Ê Đê, Jarai and Bahnar stand here too.
_STROKES = str.maketrans({"đ": "d", "ƀ": "b", "ħ": "h", "ł": "l", "ŋ": "ng", "ø": "o", "\u2019": "'"})


def fold(text: str) -> str:
    """Return the text as people type it in a hurry: no marks, no capitals, đ as d, single blanks."""
    plain = unicodedata.normalize("NFD", text.lower())
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(bare.translate(_STROKES).casefold().split())


def sort_key(name: str) -> str:
    """Return a key that sorts names by code point as Vietnamese lists do: the last word, then the rest.

    Letters follow the alphabet (a ă â b c d đ ...), words alike differ by tone (level, huyền, hỏi, ngã, sắc,
    nặng), wherever in the syllable the tone was written (hoà or hòa).
    """
    words = unicodedata.normalize("NFC", name.lower()).split()
    return " ".join(_word_key(word) for word in _given_name_first(words))


def _given_name_first(words: list[str]) -> Iterable[str]:
    return [*words[-1:], *words[:-1]]


def _word_key(word: str) -> str:
    letters, tones = "", ""
    for char in word:
        base, tone = _letter_and_tone(char)
        letters += base
        tones += tone
    return f"{letters}.{tones or _LEVEL}"


def _letter_and_tone(char: str) -> tuple[str, str]:
    marks = unicodedata.normalize("NFD", char)
    tone = "".join(_TONES[mark] for mark in marks[1:] if mark in _TONES)
    letter = unicodedata.normalize(
        "NFC", marks[:1] + "".join(mark for mark in marks[1:] if mark in _LETTER_MARKS)
    )
    known = _RANKS.get(letter) or _RANKS.get(fold(letter)) or letter
    return known, tone
