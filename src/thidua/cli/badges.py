"""`thidua badges`: checks the folders of badges, lists what they define, shows all pictures on one sheet."""

from pathlib import Path

import rich_click as click

from thidua.badges.catalogue import read_catalogue
from thidua.badges.definitions import Badge, Catalogue
from thidua.badges.faults import CatalogueError
from thidua.badges.pictures.sheet import sheet as drawn_sheet
from thidua.infra.clock import now
from thidua.kernel.period import local_day
from thidua.paths import shipped

_COLUMNS = ("slug", "name", "family", "level", "for", "state", "earned by", "window", "valid")


@click.group("badges", help="Check, list and show badges.")
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


@command.command()
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def sheet(out: Path, language: str) -> None:
    """Draw every badge large and small, on light and on dark ground, into the PNG file OUT."""
    found = _read(shipped("badges"))
    out.write_bytes(drawn_sheet(list(found.badges.values()), year=local_day(now()).year, language=language))
    click.echo(f"{out}: {_counted(found)}")


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
