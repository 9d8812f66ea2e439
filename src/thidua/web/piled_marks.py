"""Finds marks piled on one letter: ordering n of them takes n x n steps, and no language needs so many."""

import re
import sys
from functools import cache
from unicodedata import combining

# Unicode's own bound for streams (UAX 15, Stream-Safe Text Format).
MARKS_MAX = 30


def has_piled_marks(text: str) -> bool:
    """Whether more than 30 combining marks follow each other somewhere; asked before any normalisation."""
    if text.isascii():
        return False
    # So long a run cannot lie between two of these characters: most texts are looked at only here.
    if not any(map(combining, set(text[MARKS_MAX :: MARKS_MAX + 1]))):
        return False
    return _pile().search(text) is not None


@cache
def _pile() -> re.Pattern[str]:
    marks = "".join(char for char in map(chr, range(sys.maxunicode + 1)) if combining(char))
    return re.compile(f"[{re.escape(marks)}]{{{MARKS_MAX + 1}}}")
