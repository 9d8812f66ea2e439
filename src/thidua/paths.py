"""Finds what is not code (templates, migrations, badges), in a checkout or in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
_SHIPPED = PACKAGE / "_shipped"
_CHECKOUT = PACKAGE.parent.parent


def checkout() -> Path | None:
    """The root of the checkout this code runs from, or None when it runs from an installed wheel."""
    return _CHECKOUT if (_CHECKOUT / "pyproject.toml").is_file() and not _SHIPPED.is_dir() else None


def shipped(name: str) -> Path:
    """The folder `name` (templates, migrations or badges), wherever it was put at installation."""
    return (_SHIPPED if _SHIPPED.is_dir() else _CHECKOUT) / name


def parts_with_tables() -> list[str]:
    """The names of all parts that register tables, in alphabetical order."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/piccolo_app.py"))
