"""The lists and figures that the demo is made from: names, places, words, habits; each a file beside this."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

Table = dict[str, Any]


@cache
def told(name: str) -> Table:
    """What the file of that name says."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def words(name: str) -> list[str]:
    """One list of words that activities are about."""
    found: list[str] = told("words")[name]
    return found
