"""Finds the commands, and words what went wrong in one line."""

import sys
from importlib import import_module

import rich_click as click
from typing_extensions import override

from thidua.activities.catalogue import TypeIncompleteError
from thidua.infra.errors import ServiceUnavailableError, SettingError, StartError
from thidua.infra.migrate import MigrationFailedError

# Each is the function `command` of the file of its name, read only when it is asked for.
COMMANDS = (
    *(
        "up",
        "serve",
        "work",
        "migrate",
        "token",
        "account",
        "rules",
        "verify",
        "reassign",
        "rebuild-boards",
        "bench",
    ),
    *("badges", "keys", "doctor", "demo", "import", "backup", "restore", "erase"),
)
# What takes many files is a folder with the function in its own `command`; `import` is no name of a file.
_FOLDERS = {"bench": "bench.command", "demo": "demo.command", "import": "import_file"}
_REFUSED = (SettingError, StartError, TypeIncompleteError, ServiceUnavailableError, MigrationFailedError)


class _Commands(click.RichGroup):
    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        file = _FOLDERS.get(cmd_name, cmd_name.replace("-", "_"))
        found: click.Command = import_module(f"thidua.cli.{file}").command
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="thidua")
def thidua() -> None:
    """Points, badges, live boards and commendation for digital literacy."""


def main() -> None:
    """Run the command that the arguments name."""
    try:
        thidua(prog_name="thidua")
    except _REFUSED as error:
        click.echo(f"thidua: {error}", err=True)
        sys.exit(1)
