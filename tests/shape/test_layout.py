"""The same word names the code, the page module, the templates, the migrations and the tests."""

from pathlib import Path

import pytest

from thidua.paths import PACKAGE, parts_with_tables, shipped

ROOT = Path(__file__).parents[2]
PARTS = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
PAGES = {path.stem for path in (PACKAGE / "web").glob("*.py")}


def _folders(root: Path) -> set[str]:
    return {path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}


def test_every_folder_of_migrations_is_named_after_a_part() -> None:
    assert _folders(shipped("migrations")) <= PARTS


def test_every_folder_of_templates_is_named_after_a_page_module() -> None:
    assert _folders(shipped("templates")) <= PAGES | {"mail", "print"}


def test_every_folder_of_tests_is_named_after_a_part() -> None:
    assert _folders(ROOT / "tests") <= PARTS | {"corpus", "journeys", "promises", "shape", "support"}


@pytest.mark.parametrize("part", parts_with_tables())
def test_a_part_with_tables_has_migrations_and_tests(part: str) -> None:
    assert list((shipped("migrations") / part).glob("*.py"))
    assert list((ROOT / "tests" / part).glob("test_*.py"))


def test_names_of_migrations_are_unique_and_begin_with_their_part() -> None:
    found = list(shipped("migrations").glob("*/*.py"))

    assert len({path.name for path in found}) == len(found)
    assert [path.name for path in found if not path.name.startswith(f"{path.parent.name}_")] == []
