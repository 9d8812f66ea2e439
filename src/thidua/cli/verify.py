"""`thidua verify`: computes everything anew and names what differs."""

from datetime import datetime
from pathlib import Path

import msgspec
import rich_click as click
import uvloop

from thidua.engine.findings import Findings
from thidua.engine.published import NotARootError, PublishedRoot, published, read_published
from thidua.engine.verify import verify
from thidua.engine.verify_boards import check_boards
from thidua.infra import collector
from thidua.infra.clock import now
from thidua.infra.database import close_pool, open_pool, owner_connection
from thidua.infra.keys import known_ledger_key, ledger_key
from thidua.infra.redis import close_client
from thidua.infra.settings import settings
from thidua.ledger import proof


@click.command("verify")
@click.option(
    "--root",
    "root_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A root published earlier (as --print-root prints it): the chain must still lead to it.",
)
@click.option(
    "--key", "public_key", help="The public key of the roots, where this is not the signing machine."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--print-key", is_flag=True, help="Print the public key that signs the roots, and nothing else."
)
@click.option("--print-root", is_flag=True, help="Print the last signed root, and nothing else.")
@click.pass_context
def command(
    context: click.Context,
    root_file: Path | None,
    public_key: str | None,
    *,
    as_json: bool,
    print_key: bool,
    print_root: bool,
) -> None:
    """Compute every hash, total and award anew; ends with 1 when anything differs."""
    if print_key:
        click.echo(ledger_key(settings().data_dir).public.hex())
        return
    if print_root:
        click.echo(uvloop.run(_last_root()))
        return
    published = _read(root_file) if root_file is not None else None
    findings = uvloop.run(_findings(now(), _public(public_key, published), published))
    click.echo(_json(findings) if as_json else _text(findings))
    context.exit(1 if findings.differences else 0)


def _public(given: str | None, published: PublishedRoot | None) -> bytes | None:
    """The key to check signatures with: the one given, else our own, else that of the published root."""
    try:
        if given is not None:
            return bytes.fromhex(given)
    except ValueError as error:
        raise click.ClickException("--key takes the hexadecimal digits that --print-key prints") from error
    own = known_ledger_key(settings().data_dir)
    if own is not None:
        return own.public
    return bytes.fromhex(published.key) if published is not None else None


async def _findings(at: datetime, public: bytes | None, published: PublishedRoot | None) -> Findings:
    collector.calm()
    await open_pool()
    try:
        findings = await verify(at=at, public=public, published=published)
        await check_boards(findings)
    finally:
        await close_client()
        await close_pool()
    return findings


async def _last_root() -> str:
    connection = await owner_connection()
    try:
        roots = await proof.roots(connection)
    finally:
        await connection.close()
    key = known_ledger_key(settings().data_dir)
    if not roots or key is None or roots[-1].key_id != key.key_id:
        raise click.ClickException("no root is signed here yet: the first is signed when a day has ended")
    return msgspec.json.encode(published(roots[-1], key)).decode()


def _read(file: Path) -> PublishedRoot:
    try:
        return read_published(file.read_bytes())
    except NotARootError as error:
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
