"""Folders for servers: pytest's own are closed to other users, and PostgreSQL is one when we are root."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder with a short name that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="thidua-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
