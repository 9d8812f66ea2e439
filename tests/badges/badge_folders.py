"""A folder of one good badge, to be spoiled by tests."""

import shutil
from pathlib import Path

from thidua.badges.catalogue import read_catalogue
from thidua.badges.faults import CatalogueError
from thidua.paths import shipped

SLUG = "tieng-noi-ban-em"
TOML = """name = { vi = "Tiếng nói bản em", en = "Village Voice" }
title = { vi = ["Tiếng nói", "bản em"] }
family = "mentoring"
level = 1
series = "tieng-noi"
subject = "person"
state = "active"
version = 1
window = "year"
valid_for = "1 year"

[criterion]
kind = "count"
types = ["CLASS_TAUGHT"]
when = [{ attribute = "minutes", at_least = 45 }]
at_least = 3

[picture]
glyph = "glyph.svg"
"""


def good_badges(folder: Path) -> Path:
    """Put the badge there, with the texts and the artwork of one we ship."""
    shutil.copytree(shipped("badges") / "la-chan-so", folder / SLUG)
    write(folder, TOML)
    return folder


def write(badges: Path, toml: str) -> None:
    """Let the badge be defined like this."""
    (badges / SLUG / "badge.toml").write_text(toml, encoding="utf-8")


def faults_of(badges: Path) -> list[str]:
    """What is said of the folder, without the part of the path that differs with every run."""
    try:
        read_catalogue(badges)
    except CatalogueError as error:
        return [str(fault).removeprefix(f"{badges}/") for fault in error.faults]
    return []


def changed(badges: Path, old: str, new: str) -> list[str]:
    """What is said after one change of its definition."""
    assert old in TOML
    write(badges, TOML.replace(old, new, 1))
    return faults_of(badges)
