"""Compares what the engine left of one world with what the second scorer and the specification ask for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tests.engine.oracle import Net, Nets, Oracle
from tests.engine.oracle_facts import VIETNAM
from thidua.infra.database import Connection
from thidua.ledger.model import EntryKind, Posting, entry_hash

Row = Mapping[str, Any]
Span = tuple[UUID, UUID]
_JSON = ("attributes", "participants", "context")
_ENTRIES = "SELECT *, params::text AS told FROM ledger_entry WHERE activity BETWEEN $1 AND $2 ORDER BY id"
_canonical = msgspec.json.Encoder(order="deterministic").encode


async def stored_activities(connection: Connection, span: Span) -> list[Row]:
    """Every activity of the world, its JSON read."""
    rows = await connection.fetch("SELECT * FROM activity WHERE id >= $1 AND id < $2", *span)
    return [dict(row) | {name: msgspec.json.decode(row[name]) for name in _JSON} for row in rows]


async def entries_of(connection: Connection, span: Span) -> list[Row]:
    """Every entry of the world's activities, in the order of their numbers."""
    query = (
        "SELECT *, params::text AS told FROM ledger_entry WHERE activity >= $1 AND activity < $2 ORDER BY id"
    )
    return [dict(row) for row in await connection.fetch(query, *span)]


async def assert_exact(connection: Connection, span: Span, oracle: Oracle) -> Nets:
    """Assert that entries, totals and marks of the world are what the specification asks; return the nets."""
    activities = await stored_activities(connection, span)
    entries = await entries_of(connection, span)
    wanted = oracle.nets(activities)
    _assert_nets(entries, wanted)
    tallies = await connection.fetch("SELECT * FROM tally WHERE subject >= $1 AND subject < $2", *span)
    _assert_tallies(tallies, entries, wanted)
    acts = await connection.fetch("SELECT id FROM activity_act WHERE activity >= $1 AND activity < $2", *span)
    _assert_entries(entries, {row["id"] for row in acts} | {row["id"] for row in activities})
    _assert_suspended(activities)
    return wanted


def _assert_nets(entries: Sequence[Row], wanted: Nets) -> None:
    found: dict[tuple[UUID, str, UUID], Net] = {}
    for entry in entries:
        place = (entry["activity"], entry["rule"], entry["subject"])
        before = found.get(place)
        told = Net(*(entry[name] for name in Net._fields))
        points, units = (before.points, before.units) if before else (0, 0)
        found[place] = told._replace(points=points + told.points, units=units + told.units)
        assert before is None or before[2:] == told[2:], f"entries of {place} differ in more than amounts"
    standing = {place: net for place, net in found.items() if net.points or net.units}
    _assert_same(standing, wanted)


def _assert_same(found: Mapping[Any, object], wanted: Mapping[Any, object]) -> None:
    unlike = {key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key)}
    assert not unlike, "\n".join(f"{key}: {found.get(key)}, not {wanted.get(key)}" for key in unlike)


def _grain(subject: UUID, net: Net) -> tuple[object, ...]:
    day = net.occurred_at.astimezone(VIETNAM).date()
    return (subject, net.subject_kind, net.team, net.unit, net.festival, day, net.category)


def _assert_tallies(tallies: Sequence[Row], entries: Sequence[Row], wanted: Nets) -> None:
    points: dict[tuple[object, ...], int] = defaultdict(int)
    last_at: dict[tuple[object, ...], datetime] = {}
    for entry in entries:
        points[_grain(entry["subject"], Net(*(entry[name] for name in Net._fields)))] += entry["points"]
    for (_, _, subject), net in wanted.items():
        grain = _grain(subject, net)
        last_at[grain] = max(last_at.get(grain, net.occurred_at), net.occurred_at)
    names = ("subject", "subject_kind", "team", "unit", "festival", "day", "category")
    stored = {tuple(row[name] for name in names): row for row in tallies}
    assert {grain: row["points"] for grain, row in stored.items()} == points
    assert {grain: row["last_at"] for grain, row in stored.items()} == {
        one: last_at.get(one) for one in points
    }


def _assert_entries(entries: Sequence[Row], acts: set[UUID]) -> None:
    """Kinds, acts and hashes (19)."""
    standing: dict[tuple[object, ...], int] = defaultdict(int)
    for entry in entries:
        place = (entry["activity"], entry["rule"], entry["subject"], entry["team"], entry["unit"])
        kind, before = EntryKind(entry["kind"]), standing[place]
        standing[place] += entry["points"]
        assert entry["points"] or entry["units"], "a net of 0 posts nothing"
        assert entry["act"] in acts, "every entry names an act"
        if kind in {EntryKind.AWARD, EntryKind.MANUAL}:
            assert before == 0
        if kind is EntryKind.REVERSAL:
            assert standing[place] == 0
        assert entry["hash"] == _hash_of(entry)
    keys = [tuple(entry[name] for name in _UNIQUE) for entry in entries]
    assert len(keys) == len(set(keys))


_UNIQUE = ("act", "activity", "rule", "subject", "team", "unit")


def _hash_of(entry: Row) -> bytes:
    told = {name: entry[name] for name in Posting.__struct_fields__ if name in entry}
    params = msgspec.json.decode(entry["told"])
    posting = Posting(**(told | {"params": params, "kind": EntryKind(entry["kind"])}))
    return entry_hash(entry["id"], posting, entry["posted_at"], _canonical(params))


def _assert_suspended(activities: Sequence[Row]) -> None:
    found: dict[str, int] = defaultdict(int)
    for activity in activities:
        if activity["type"] == "FRAUD_REVERSAL" and activity["state"] == 2:
            for named in activity["attributes"].get("activities", ()):
                found[named] += 1
    _assert_same({str(one["id"]): one["suspended"] for one in activities if one["suspended"]}, found)
