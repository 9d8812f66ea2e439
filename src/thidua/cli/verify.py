"""`thidua verify`: computes everything anew and names what differs."""

import asyncio
from datetime import date
from pathlib import Path

import msgspec
import rich_click as click

from thidua.engine.findings import Findings
from thidua.engine.verify import verify
from thidua.engine.verify_chain import PublishedRoot
from thidua.infra.clock import now
from thidua.infra.database import owner_connection
from thidua.infra.keys import SigningKey, known_ledger_key, ledger_key
from thidua.infra.settings import settings
from thidua.ledger import proof
from thidua.ledger.seal import DayRoot


class _RootFile(msgspec.Struct, forbid_unknown_fields=True):
    """A root as it is published: bytes in hexadecimal digits."""

    day: date
    block: int
    root: str
    signature: str
    key: str


@click.command("verify")
@click.option(
    "--root",
    "root_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A root published earlier (as --print-root prints it): the chain must still lead to it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--print-key", is_flag=True, help="Print the public key that signs the roots, and nothing else."
)
@click.option("--print-root", is_flag=True, help="Print the last signed root, and nothing else.")
@click.pass_context
def command(
    context: click.Context, root_file: Path | None, *, as_json: bool, print_key: bool, print_root: bool
) -> None:
    """Compute every hash, total and award anew; ends with 1 when anything differs."""
    if print_key:
        click.echo(ledger_key(settings().data_dir).public.hex())
        return
    if print_root:
        click.echo(asyncio.run(_last_root()))
        return
    key = known_ledger_key(settings().data_dir)
    published = _read(root_file) if root_file is not None else None
    findings = asyncio.run(verify(at=now(), public=key.public if key else None, published=published))
    click.echo(_json(findings) if as_json else _text(findings))
    context.exit(1 if findings.differences else 0)


async def _last_root() -> str:
    connection = await owner_connection()
    try:
        roots = await proof.roots(connection)
    finally:
        await connection.close()
    key = known_ledger_key(settings().data_dir)
    if not roots or key is None or roots[-1].key_id != key.key_id:
        raise click.ClickException("no root is signed here yet: the first is signed when a day has ended")
    return _published(roots[-1].told, roots[-1].signature, key)


def _published(told: DayRoot, signature: bytes, key: SigningKey) -> str:
    file = _RootFile(told.day, told.block, told.root.hex(), signature.hex(), key.public.hex())
    return msgspec.json.encode(file).decode()


def _read(file: Path) -> PublishedRoot:
    try:
        found = msgspec.json.decode(file.read_bytes(), type=_RootFile)
        told = DayRoot(found.day, found.block, bytes.fromhex(found.root))
        return PublishedRoot(told, bytes.fromhex(found.signature), bytes.fromhex(found.key))
    except ValueError as error:
        raise click.ClickException(f"{file} is not a published root: {error}") from error


def _text(findings: Findings) -> str:
    looked_at = ", ".join(f"{count:,} {what}" for what, count in findings.looked_at.items())
    seconds = ", ".join(f"{what} {took:.1f} s" for what, took in findings.seconds.items())
    more = findings.differences - len(findings.named)
    return "\n".join(
        [
            *(difference.text for difference in findings.named),
            *([f"and {more:,} more"] if more else []),
            f"looked at {looked_at} ({seconds})",
            f"{findings.differences:,} differences",
        ]
    )


def _json(findings: Findings) -> str:
    named = [{"code": one.code, **one.place} for one in findings.named]
    told = {
        "differences": findings.differences,
        "named": named,
        "looked_at": findings.looked_at,
        "seconds": {what: round(took, 3) for what, took in findings.seconds.items()},
    }
    return msgspec.json.encode(told).decode()
