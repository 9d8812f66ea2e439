"""Whether history is what it was: every entry's hash, every block, the chain, and the signed roots."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from thidua.engine.findings import Findings
from thidua.engine.published import PublishedRoot
from thidua.infra.database import Connection
from thidua.infra.keys import is_signed, key_id_of
from thidua.ledger import proof, seal
from thidua.ledger.merkle import root_of
from thidua.ledger.seal import NO_BLOCK, Block, DayRoot

_BLOCKS_AT_ONCE = 200


@dataclass(slots=True)
class _Chain:
    """Where the chain stands while it is walked."""

    last: Block | None = None
    sealed: int = 0
    missing: int = 0
    highest: int = 0
    hashes: dict[int, bytes] = field(default_factory=dict)


async def check_chain(
    connection: Connection, findings: Findings, *, public: bytes | None, published: PublishedRoot | None
) -> None:
    """Find every entry, block and root that is not as it was sealed and signed."""
    roots = await proof.roots(connection)
    kept = {root.told.block for root in roots} | ({published.told.block} if published else set())
    chain = _Chain()
    async for blocks in _blocks(connection):
        await _check_blocks(connection, blocks, chain, findings, kept=kept)
    await _check_unsealed(connection, chain, findings)
    for root in roots:
        _check_root(root.told, chain, findings)
        if public is None or root.key_id != key_id_of(public):
            findings.add("root_key_unknown", day=root.told.day, key=root.key_id)
        elif not is_signed(root.told.message, root.signature, public=public):
            findings.add("root_signature_false", day=root.told.day)
    if published is not None:
        _check_published(published, chain, findings)


async def _blocks(connection: Connection) -> AsyncIterator[list[Block]]:
    """Yield the blocks in order, some at a time, with about one full block's entries."""
    after = 0
    while found := await seal.blocks_from(connection, after + 1, rows_max=_BLOCKS_AT_ONCE):
        part: list[Block] = []
        for block in found:
            if part and sum(one.count for one in part) + block.count > seal.ROWS_MAX:
                yield part
                part = []
            part.append(block)
        yield part
        after = found[-1].block


async def _check_blocks(
    connection: Connection,
    blocks: Sequence[Block],
    chain: _Chain,
    findings: Findings,
    *,
    kept: Collection[int],
) -> None:
    numbers = [number for block in blocks for number in block.entries]
    rows = {row["id"]: row for row in await proof.hashed_entries(connection, numbers)}
    for block in blocks:
        _check_link(block, chain.last, findings)
        _check_entries(block, rows, chain, findings)
        chain.last = block
        chain.sealed += len(block.entries)
        chain.highest = max(chain.highest, block.last_entry)
        if block.block in kept:
            chain.hashes[block.block] = block.hash
    findings.saw("blocks", len(blocks))
    findings.saw("entries", len(rows))


def _check_link(block: Block, before: Block | None, findings: Findings) -> None:
    number = before.block + 1 if before else 1
    if block.block != number:
        findings.add("blocks_missing", first=number, last=block.block - 1)
    if block.previous != (before.hash if before else NO_BLOCK):
        findings.add("chain_broken", block=block.block)
    if block.hash != seal.hash_of(block):
        findings.add("block_changed", block=block.block)


def _check_entries(
    block: Block, rows: Mapping[int, Mapping[str, Any]], chain: _Chain, findings: Findings
) -> None:
    numbers = block.entries
    missing = [number for number in numbers if number not in rows]
    chain.missing += len(missing)
    for number in missing:
        findings.add("entry_missing", entry=number, block=block.block)
    found = [rows[number] for number in numbers if number in rows]
    again = [proof.hash_again(row) for row in found]
    changed = [row["id"] for row, digest in zip(found, again, strict=True) if digest != row["hash"]]
    for number in changed:
        findings.add("entry_changed", entry=number, block=block.block)
    if (len(numbers), min(numbers), max(numbers)) != (block.count, block.first_entry, block.last_entry):
        findings.add("block_list_false", block=block.block)
    if missing or changed:
        return
    places = [(row["tx"], row["id"]) for row in found]
    if places != sorted(places) or (places[0][0], places[-1][0]) != (block.tx_from, block.tx_to):
        findings.add("block_order_false", block=block.block)
    if root_of(again) != block.root:
        findings.add("block_root_false", block=block.block, first=block.first_entry, last=block.last_entry)


async def _check_unsealed(connection: Connection, chain: _Chain, findings: Findings) -> None:
    """Entries in no block are the newest; one that lies before what was sealed was put there later."""
    unsealed = 0
    horizon = (chain.last.tx_to, chain.last.entries[-1]) if chain.last else (0, 0)
    async for rows in proof.unsealed_entries(connection):
        unsealed += len(rows)
        for row in rows:
            if not proof.is_true(row):
                findings.add("entry_changed", entry=row["id"], block=None)
            if (row["tx"], row["id"]) <= horizon and row["id"] <= chain.highest:
                findings.add("entry_put_in_later", entry=row["id"])
    findings.saw("entries", unsealed)
    findings.saw("entries_unsealed", unsealed)
    count = await proof.entries_count(connection)
    if chain.sealed - chain.missing + unsealed != count:
        findings.add("sealed_twice", sealed=chain.sealed - chain.missing, unsealed=unsealed, entries=count)


def _check_root(told: DayRoot, chain: _Chain, findings: Findings) -> None:
    if chain.last is None or told.block > chain.last.block:
        findings.add(
            "blocks_cut_off", day=told.day, signed=told.block, last=chain.last.block if chain.last else 0
        )
    elif chain.hashes.get(told.block) != told.root:
        findings.add("root_differs", day=told.day, block=told.block)


def _check_published(published: PublishedRoot, chain: _Chain, findings: Findings) -> None:
    told = published.told
    signature, public = bytes.fromhex(published.signature), bytes.fromhex(published.key)
    if not is_signed(told.message, signature, public=public):
        findings.add("published_signature_false", day=told.day)
    if chain.hashes.get(told.block) != told.root:
        findings.add("published_root_differs", day=told.day, block=told.block)
