"""Opens a file that somebody sent, in a process that may die of it."""

import asyncio
import json
import sys
from dataclasses import dataclass

from thidua.imports.container import form_of
from thidua.imports.errors import FileRefusedError

_SECONDS_MAX = 20.0
_AT_ONCE = asyncio.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file; every cell is text, every row as long as it is filled."""

    name: str
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds; `encoding` is empty for workbooks."""

    encoding: str
    sheets: tuple[Sheet, ...]


async def open_file(content: bytes) -> Opened:
    """Return the file's sheets; FileRefusedError says why it cannot be read."""
    form_of(content)  # what is refused at a glance needs no process
    async with _AT_ONCE:
        said = await _told_by_child(content)
    try:
        found = json.loads(said)
    except ValueError:
        # Killed by its limits, or by a file that its reader did not survive.
        raise FileRefusedError("file_unpacks_too_large") from None
    if "refused" in found:
        raise FileRefusedError(found["refused"], **found["facts"])
    sheets = tuple(Sheet(one["name"], one["rows"]) for one in found["sheets"])
    if not any(sheet.rows for sheet in sheets):
        raise FileRefusedError("file_empty")
    return Opened(found["encoding"], tuple(sheet for sheet in sheets if sheet.rows))


async def _told_by_child(content: bytes) -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # nothing from the folder we happen to stand in
        "-m",
        "thidua.imports.child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"},
    )
    try:
        async with asyncio.timeout(_SECONDS_MAX):
            said, _ = await child.communicate(content)
    except TimeoutError:
        raise FileRefusedError("file_unpacks_too_large") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return said
