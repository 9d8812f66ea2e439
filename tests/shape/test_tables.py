"""Every table in the code is the table in the database, and says so completely."""

import ast
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from piccolo.columns import Column
from piccolo.conf.apps import Finder
from piccolo.table import Table

from thidua.infra.database import APP_ROLE
from thidua.infra.migrate import APPEND_ONLY
from thidua.paths import PACKAGE

TABLE_FILES = sorted(PACKAGE.glob("*/tables.py"))
TABLES = [table for config in Finder().get_app_configs() for table in config.table_classes]
SERIALS = {"BIGSERIAL": "bigint", "SERIAL": "integer", "SMALLSERIAL": "smallint"}
LONG_NAMES = {"timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone"}
COLUMNS = """
SELECT attname AS name, format_type(atttypid, NULL) AS type, NOT attnotnull AS is_null
FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
"""
MAY_EDIT = "SELECT has_table_privilege($1, $2, 'UPDATE') OR has_table_privilege($1, $2, 'DELETE')"
GUARDS = """
SELECT tgrelid::regclass::text AS guarded FROM pg_trigger
WHERE tgfoid = 'refuse_change()'::regprocedure AND tgenabled <> 'D' AND tgtype & 58 = 58
"""


def _part(path: Path) -> str:
    return path.parent.name


def _meta(thing: type[Table] | Column) -> Any:  # noqa: ANN401 -- Piccolo keeps two unlike things there
    return thing._meta  # noqa: SLF001 -- Piccolo's own documents read it too


def _name(table: type[Table]) -> str:
    return str(_meta(table).tablename)


@pytest.mark.parametrize("table", TABLES, ids=_name)
async def test_a_table_has_the_columns_that_the_database_has(
    table: type[Table], rolled_back: asyncpg.Connection
) -> None:
    stored = await rolled_back.fetch(COLUMNS, _name(table))

    assert {_told(column) for column in _meta(table).columns} == {tuple(row.values()) for row in stored}


def _told(column: Column) -> tuple[str, str, bool]:
    told = SERIALS.get(column.column_type, column.column_type.lower())
    return _meta(column).db_column_name, LONG_NAMES.get(told, told), bool(_meta(column).null)


async def test_the_database_has_no_table_unknown_to_the_code(rolled_back: asyncpg.Connection) -> None:
    stored = await rolled_back.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")

    assert {row["tablename"] for row in stored} == {_name(table) for table in TABLES} | {"migration"}


@pytest.mark.parametrize("path", TABLE_FILES, ids=_part)
def test_every_column_states_null_and_every_foreign_key_states_on_delete(path: Path) -> None:
    assert [ast.unparse(call) for call in _columns(path) if not _required(call) <= _stated(call)] == []


def _columns(path: Path) -> list[ast.Call]:
    tables = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    fields = [node for table in tables for node in table.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    return [node.value for node in fields if isinstance(node.value, ast.Call)]


def _required(call: ast.Call) -> set[str]:
    is_key = isinstance(call.func, ast.Name) and call.func.id == "ForeignKey"
    return {"null", "on_delete"} if is_key else {"null"}


def _stated(call: ast.Call) -> set[str]:
    return {keyword.arg for keyword in call.keywords if keyword.arg}


async def test_history_is_guarded_by_rights_and_by_a_trigger(rolled_back: asyncpg.Connection) -> None:
    history = {_name(table) for table in TABLES} & set(APPEND_ONLY)
    guarded = {row["guarded"] for row in await rolled_back.fetch(GUARDS)}

    for table in history:
        assert not await rolled_back.fetchval(MAY_EDIT, APP_ROLE, table), table
    assert guarded >= history


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_tables_are_seen_by_their_own_part(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0]
    foreign = [name for name in _imports(path) if name.endswith(".tables") and name.split(".")[1] != part]

    assert path.name == "tables.py" or foreign == []


def _imports(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    froms = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return froms + [one.name for node in nodes if isinstance(node, ast.Import) for one in node.names]
