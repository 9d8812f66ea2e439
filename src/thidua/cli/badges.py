"""`thidua badges`: checks the folders of badges, lists what they define."""

from pathlib import Path

import rich_click as click

from thidua.badges.catalogue import read_catalogue
from thidua.badges.definitions import Badge, Catalogue
from thidua.badges.faults import CatalogueError
from thidua.paths import shipped

_COLUMNS = ("slug", "name", "family", "level", "for", "state", "earned by", "window", "valid")


@click.group("badges", help="Check and list badges.")
def command() -> None:
    """Hold the commands about badges."""


@command.command()
@click.argument(
    "folder",
    required=False,
    type=click.Path(exists=True, file_okay=False, resolve_path=False, path_type=Path),
)
def check(folder: Path | None) -> None:
    """Say every fault of the badges with its file and line; ends with 1 when there is one.

    FOLDER holds badges, or is the folder of one, which is then looked at alone. Left out: the badges of this
    instance.
    """
    where = folder or shipped("badges")
    click.echo(f"{where}: {_counted(_read(where))}, no faults")


@command.command(name="list")
def list_badges() -> None:
    """List the badges of this instance, by family and series."""
    rows = [_COLUMNS, *(_row(badge) for badge in _read(shipped("badges")).badges.values())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _read(folder: Path) -> Catalogue:
    try:
        return read_catalogue(folder)
    except CatalogueError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        raise SystemExit(1) from error


def _counted(found: Catalogue) -> str:
    number = len(found.badges)
    return "1 badge" if number == 1 else f"{number} badges"


def _row(badge: Badge) -> tuple[str, ...]:
    kind = badge.criterion.kind.value
    return (
        badge.slug,
        badge.names["vi"],
        badge.family.value,
        str(badge.level),
        badge.subject.word,
        badge.state.value,
        kind if badge.criterion.need == 1 else f"{kind} of {badge.criterion.need}",
        badge.window.value,
        badge.valid_for.iso if badge.valid_for else "always",
    )
