"""A migration runs beside the old version, without deadlocks with whoever writes (migrations/README.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from thidua.paths import shipped

FILES = sorted(shipped("migrations").glob("*/*.py"))


def _forwards(tree: ast.Module) -> Iterator[str]:
    """The statements of a migration, but for those that take it back."""
    for node in ast.walk(tree):
        is_list = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "STATEMENTS"
        if is_list or (isinstance(node, ast.keyword) and node.arg == "statements"):
            for one in ast.walk(node):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value.strip()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_migration_makes_an_index_and_drops_another_in_one_transaction(path: Path) -> None:
    statements = list(_forwards(ast.parse(path.read_text())))
    makes = [one for one in statements if one.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))]
    drops = [one for one in statements if one.startswith("DROP INDEX")]

    assert not (makes and drops), "who writes meanwhile holds what the second waits for: two files"
