"""The catalogue of badges: every folder of `badges/`, read and checked; a bad one is refused by line."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from thidua.badges.definitions import Badge, Catalogue
from thidua.badges.faults import CatalogueError, FolderFault, field_fault, plain_fault
from thidua.badges.folders import LANGUAGES, read_badge
from thidua.badges.model import Family
from thidua.paths import shipped

_FAMILIES = list(Family)


@cache
def catalogue() -> Catalogue:
    """The badges of this instance."""
    return read_catalogue(shipped("badges"))


def read_catalogue(folder: Path) -> Catalogue:
    """Return the badges of all folders in this one, or raise `CatalogueError` with every fault found.

    Folders whose names begin with a dot or an underscore are not looked at. One badge's folder is read alone.
    """
    faults: list[FolderFault] = []
    found = [read_badge(one, faults) for one in _folders(folder)]
    badges = sorted((badge for badge in found if badge is not None), key=_place)
    faults.extend(_told_twice(badges))
    if faults:
        raise CatalogueError(faults)
    return Catalogue({badge.slug: badge for badge in badges})


def _folders(folder: Path) -> list[Path]:
    if (folder / "badge.toml").exists():
        return [folder if folder.name.strip(".") else folder.resolve()]
    return [one for one in sorted(folder.iterdir()) if _is_badge(one)]


def _is_badge(folder: Path) -> bool:
    return folder.is_dir() and not folder.name.startswith((".", "_"))


def _place(badge: Badge) -> tuple[int, str, int, str]:
    """Families in their order; within one a series stands together, a lone badge by its slug."""
    return (_FAMILIES.index(badge.family), badge.series or badge.slug, badge.level, badge.slug)


def _told_twice(badges: Iterable[Badge]) -> list[FolderFault]:
    """What only one badge may have: its artwork, a level of a series, a name in a language."""
    faults, levels, names = [], dict[tuple[str, int], str](), dict[tuple[str, str], str]()
    glyphs = dict[bytes, str]()
    for badge in badges:
        other = glyphs.setdefault(badge.glyph.read_bytes(), badge.slug)
        if other != badge.slug:
            faults.append(plain_fault(badge.glyph, 1, "glyph_twice", other=other))
        file = badge.glyph.parent / "badge.toml"
        if badge.series is not None:
            other = levels.setdefault((badge.series, badge.level), badge.slug)
            if other != badge.slug:
                facts = {"level": badge.level, "series": badge.series, "other": other}
                faults.append(field_fault(file, "level", "level_twice", **facts))
        for language in LANGUAGES:
            other = names.setdefault((language, badge.names[language].casefold()), badge.slug)
            if other != badge.slug:
                faults.append(field_fault(file, "name", "name_twice", other=other, language=language))
    return faults
