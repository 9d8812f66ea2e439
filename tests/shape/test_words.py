"""What no linter looks at: reasons beside exceptions, bare front doors, one form of every letter."""

import ast
import re
import subprocess
import unicodedata
from pathlib import Path

import pytest

from thidua.paths import PACKAGE

ROOT = Path(__file__).parents[2]
CODE = sorted(path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py"))
FRONT_DOORS = sorted(path for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)")
CODES = r"(noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*|type: ignore\[[a-z-]+(, ?[a-z-]+)*\])"
WITH_REASON = re.compile(rf"# {CODES}\s+(-- |# )?[A-Za-z_`]")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=_name)
def test_a_silenced_rule_carries_its_code_and_a_reason(path: Path) -> None:
    lines = path.read_text().splitlines()
    silenced = [line for line in lines if SILENCED.search(line) and "re.compile" not in line]

    assert [line for line in silenced if not WITH_REASON.search(line)] == []


@pytest.mark.parametrize("path", FRONT_DOORS, ids=_name)
def test_a_front_door_holds_a_docstring_and_nothing_else(path: Path) -> None:
    body = ast.parse(path.read_text()).body

    assert [type(node) for node in body] == [ast.Expr]


def test_every_text_is_in_composed_form() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607 -- git on PATH
    names = (
        name for name in listed.stdout.decode().split("\0") if name and not name.endswith(".bin")
    )  # bad input
    texts = {name: _text(ROOT / name) for name in names}

    assert [name for name, text in texts.items() if not unicodedata.is_normalized("NFC", text)] == []


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):  # a picture, a font, a file not kept
        return ""


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_names_packages_and_hashes_only(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    shape = re.compile(r"[a-z0-9._-]+==[A-Za-z0-9.+]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")

    assert [line for line in lines if not shape.fullmatch(line)] == []
