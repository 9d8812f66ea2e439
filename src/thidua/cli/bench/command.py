"""`thidua bench`: measures, and prints one line a figure."""

import os
import signal
from collections.abc import Callable, Collection, Iterator
from importlib import import_module

import msgspec
import rich_click as click

from thidua.cli.bench.figure import Figure, table
from thidua.cli.bench.ground import Ground, throw_away
from thidua.cli.bench.sizes import Sizes, sizes

# Each module measures what shares one set of data; it is read only when asked for.
_MEASURED_IN = {
    "batch_intake": "intake",
    "single_intake": "intake",
    "earning": "earning",
    "badges": "badges",
    "board_top50": "boards",
    "rank": "boards",
    "around": "boards",
    "rebuild": "boards",
    "growth": "history",
    "replay": "history",
    "festival": "festival",
    "streams": "festival",
}

Figures = Callable[[Ground, Sizes, Collection[str]], Iterator[Figure]]


@click.command("bench")
@click.argument("names", nargs=-1, type=click.Choice(list(_MEASURED_IN)), metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print each figure as one line of JSON.")
@click.option("--quick", is_flag=True, help="Small sizes: shows that all of it works, not how fast it is.")
@click.option("--seed", default=1, show_default=True, help="What the data is made from.")
@click.pass_context
def command(context: click.Context, names: tuple[str, ...], *, as_json: bool, quick: bool, seed: int) -> None:
    """Measure everything, or the NAMEs alone, on throw-away data; ends with 1 when an answer was wrong.

    The ratio is the share of the raw limit that was reached in the same run, of speeds and of times alike.
    """
    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.default_int_handler)
    found: list[Figure] = []
    with throw_away(_say) as ground:
        for figure in _figures(ground, sizes(is_quick=quick, seed=seed), names or tuple(_MEASURED_IN)):
            found.append(figure)
            click.echo(_json(figure)) if as_json else _say(
                f"{figure.name}: {figure.figure:,.1f} {figure.unit}"
            )
    if not as_json:
        click.echo(table(found))
    for fault in (f"{figure.name}: {fault}" for figure in found for fault in figure.faults):
        _say(fault)
    context.exit(1 if any(figure.faults for figure in found) else 0)


def _figures(ground: Ground, chosen: Sizes, names: Collection[str]) -> Iterator[Figure]:
    for module in dict.fromkeys(_MEASURED_IN[name] for name in _MEASURED_IN if name in names):
        measure: Figures = import_module(f"thidua.cli.bench.{module}").figures
        yield from measure(ground, chosen, names)


def _json(figure: Figure) -> str:
    load, _, _ = os.getloadavg()
    return msgspec.json.encode(figure.told() | {"load_average": round(load, 2)}).decode()


def _say(line: str) -> None:
    click.echo(f"bench: {line}", err=True)
