"""Every change of units, teams, households, clusters, people and memberships.

Each action takes a list of up to 1,000 things, inside the caller's transaction: all are written, or none.
A thing is known by its id or code; written again it is `unchanged` or `updated`, and a field that is not
stated keeps its value.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.ids import new_id
from thidua.kernel.period import local_day
from thidua.organisation import fields, storing
from thidua.organisation.batch import Batch, Given, Row, read_batch
from thidua.organisation.belonging import Stay, homes_after, overlapping
from thidua.organisation.declared import declared_in, keep_declared
from thidua.organisation.model import Change, Put, Span, UnitKind
from thidua.organisation.tree import DEPTH_MAX, depth_of, parents_above, rewrite_within
from thidua.organisation.vietnamese import fold, sort_key


async def put_units(connection: Connection, given: Sequence[Given], *, at: datetime) -> list[Put]:
    """Write units; the tree stays a tree, and moving a unit moves all below it."""
    batch = await _begin(connection, given, fields.UNIT, at)
    olds = await _olds_by_code(connection, storing.UNITS, batch)
    rows = [_merged(batch, index, old, at) for index, old in enumerate(olds)]
    batch.fault_repeats("id", [row["id"] for row in rows])
    known = await storing.units_named(connection, _names(batch, "parent", "successor"))
    known |= {str(name): row["id"] for row in rows for name in (row["id"], row["code"])}
    for index, (row, old) in enumerate(zip(rows, olds, strict=True)):
        _finish_unit(batch, index, row, known)
        row["created_at"] = at if old is None else old["created_at"]
    declared = declared_in(batch, rows, olds, at=at)
    await _fault_circles(connection, batch, rows)
    puts = await _finish(connection, storing.UNITS, batch, olds, rows)
    news = await keep_declared(connection, declared, at=at)
    moved = [
        row["id"]
        for row, old in zip(rows, olds, strict=True)
        if old is None or old["parent"] != row["parent"]
    ]
    if moved:
        await rewrite_within(connection, moved)
    return [_with_news(put, news) for put in puts]


def _with_news(put: Put, news: Collection[UUID]) -> Put:
    """A figure for an earlier day changes nothing that is read today, and is a change all the same."""
    return replace(put, status=Change.UPDATED) if put.status is Change.UNCHANGED and put.id in news else put


async def put_teams(connection: Connection, given: Sequence[Given], *, at: datetime) -> list[Put]:
    """Write teams."""
    return await _put_below_units(connection, given, fields.TEAM, storing.TEAMS, at)


async def put_households(connection: Connection, given: Sequence[Given], *, at: datetime) -> list[Put]:
    """Write households."""
    return await _put_below_units(connection, given, fields.HOUSEHOLD, storing.HOUSEHOLDS, at)


async def put_clusters(connection: Connection, given: Sequence[Given], *, at: datetime) -> list[Put]:
    """Write clusters and which units they hold."""
    batch = await _begin(connection, given, fields.CLUSTER, at)
    olds = await _olds_by_code(connection, storing.CLUSTERS, batch)
    rows = [_merged(batch, index, old, at) for index, old in enumerate(olds)]
    batch.fault_repeats("id", [row["id"] for row in rows])
    listed = [name for stated in batch.stated for name in stated.get("units", [])]
    known = await storing.units_named(connection, [*_names(batch, "unit"), *listed])
    for index, row in enumerate(rows):
        _point(batch, index, row, "unit", known)
        _point_list(batch, index, row, known)
    return await _finish(connection, storing.CLUSTERS, batch, olds, rows)


async def put_people(connection: Connection, given: Sequence[Given], *, at: datetime) -> list[Put]:
    """Write people: the id, the erasable profile, and the home unit, for every moment or from a day on."""
    batch = await _begin(connection, given, fields.PERSON, at)
    ids = [stated.get("id") for stated in batch.stated]
    batch.fault_repeats("id", ids)
    olds_by_id, erased = await storing.people_with(connection, ids)
    known = await storing.units_named(connection, _names(batch, "unit"))
    olds = [olds_by_id.get(one) for one in ids]
    rows = []
    for index, old in enumerate(olds):
        if ids[index] in erased:
            batch.fault(index, "id", "erased")
        rows.append(_person_row(batch, index, old, known, at))
    return await _finish(connection, storing.PEOPLE, batch, olds, rows)


async def put_memberships(connection: Connection, given: Sequence[Given], *, at: datetime) -> list[Put]:
    """Write memberships, known by person, team and first day; of one person and team no two share a day."""
    batch = await _begin(connection, given, fields.MEMBERSHIP, at)
    there = await storing.memberships_of(connection, _ids(batch, "person"))
    keys = [_membership_key(stated) for stated in batch.stated]
    batch.fault_repeats("valid_from", [None if None in key else key for key in keys])
    olds = [there.get(key) for key in keys]
    rows = [batch.with_defaults(stated, old) for stated, old in zip(batch.stated, olds, strict=True)]
    for index, row in enumerate(rows):
        batch.fault_unless_stated(index, batch.stated[index], is_new=True)
        batch.fault_empty_span(index, row)
    await _fault_strangers(connection, batch)
    if not batch.faults:
        for index in set(overlapping(_stays(there, rows))):
            batch.fault(index, "valid_from", "overlaps")
    return await _finish(connection, storing.MEMBERSHIPS, batch, olds, rows)


async def _begin(
    connection: Connection, given: Sequence[Given], known: Mapping[str, fields.Field], at: datetime
) -> Batch:
    batch = read_batch(given, known, local_day(at))
    await storing.lock(connection)
    return batch


async def _finish(
    connection: Connection, kind: storing.Kind, batch: Batch, olds: Sequence[Row | None], rows: Sequence[Row]
) -> list[Put]:
    await _fault_ids_of_others(connection, kind, batch, olds)
    batch.refuse_faults()
    return await storing.store(connection, kind, olds, rows)


async def _fault_ids_of_others(
    connection: Connection, kind: storing.Kind, batch: Batch, olds: Sequence[Row | None]
) -> None:
    """Nothing new bears the id of something of another kind: who may touch the one could touch the other."""
    stated = [one.get("id") for one in batch.stated]
    new = {index: one for index, one in enumerate(stated) if one is not None and olds[index] is None}
    taken = await storing.subjects_there(connection, new.values(), but=kind)
    for index, one in new.items():
        if one in taken and batch.knows(index):
            batch.fault(index, "id", "id_conflict")


async def _olds_by_code(connection: Connection, kind: storing.Kind, batch: Batch) -> list[Row | None]:
    ids = [stated.get("id") for stated in batch.stated]
    codes = [stated.get("code") for stated in batch.stated]
    by_id, by_code = await storing.stored(connection, kind, ids, codes)
    batch.fault_repeats("code", codes)
    olds = []
    for index, (one, code) in enumerate(zip(ids, codes, strict=True)):
        holder = by_code.get(code)
        if holder is not None and one is not None and holder["id"] != one:
            batch.fault(index, "code", "code_taken")
        olds.append(by_id.get(one) if one is not None else holder)
    return olds


async def _put_below_units(
    connection: Connection,
    given: Sequence[Given],
    known: Mapping[str, fields.Field],
    kind: storing.Kind,
    at: datetime,
) -> list[Put]:
    batch = await _begin(connection, given, known, at)
    ids = [stated.get("id") for stated in batch.stated]
    batch.fault_repeats("id", ids)
    by_id, _ = await storing.stored(connection, kind, ids, [])
    units = await storing.units_named(connection, _names(batch, "unit"))
    olds = [by_id.get(one) for one in ids]
    rows = [_merged(batch, index, old, at) for index, old in enumerate(olds)]
    for index, row in enumerate(rows):
        _point(batch, index, row, "unit", units)
    return await _finish(connection, kind, batch, olds, rows)


def _merged(batch: Batch, index: int, old: Row | None, at: datetime) -> Row:
    stated = batch.stated[index]
    batch.fault_unless_stated(index, stated, is_new=old is None)
    row = batch.with_defaults(stated, old)
    row["id"] = old["id"] if old is not None else stated.get("id") or new_id(at)
    row["name_fold"] = fold(row["name"] or "")
    batch.fault_empty_span(index, row)
    return row


def _names(batch: Batch, *references: str) -> list[str]:
    return [stated[name] for stated in batch.stated for name in references if stated.get(name) is not None]


def _point(batch: Batch, index: int, row: Row, field: str, known: Mapping[str, UUID]) -> None:
    """Put the id in place of the id or code that was stated."""
    named = batch.stated[index].get(field)
    if named is None:
        if field in batch.stated[index] and batch.fields[field].is_required:
            batch.fault(index, field, "missing_field")
        return
    row[field] = _found(known, named)
    if row[field] is None:
        batch.fault(index, field, "unknown_unit")


def _found(known: Mapping[str, UUID], name: str) -> UUID | None:
    """Return the unit named by code, or by id in any of its spellings."""
    return known.get(name) or known.get(str(fields.as_id(name)))


def _point_list(batch: Batch, index: int, row: Row, known: Mapping[str, UUID]) -> None:
    if "units" not in batch.stated[index]:
        return
    found = [_found(known, name) for name in batch.stated[index]["units"]]
    if None in found:
        batch.fault(index, "units", "unknown_unit")
    row["units"] = sorted({one for one in found if one is not None})


def _finish_unit(batch: Batch, index: int, row: Row, known: Mapping[str, UUID]) -> None:
    _point(batch, index, row, "parent", known)
    _point(batch, index, row, "successor", known)
    is_root = row["kind"] == UnitKind.CENTRAL
    if is_root and row["parent"] is not None:
        batch.fault(index, "parent", "must_be_empty")
    if not is_root and batch.knows(index) and not _points_somewhere(batch, index, row, "parent"):
        batch.fault(index, "parent", "missing_field")
    if row["successor"] == row["id"]:
        batch.fault(index, "successor", "itself")


def _points_somewhere(batch: Batch, index: int, row: Row, field: str) -> bool:
    return batch.stated[index].get(field) is not None or row[field] is not None


async def _fault_circles(connection: Connection, batch: Batch, rows: Sequence[Row]) -> None:
    if batch.faults:
        return
    parents = await parents_above(connection, [row["parent"] for row in rows if row["parent"] is not None])
    parents |= {row["id"]: row["parent"] for row in rows}
    for index, row in enumerate(rows):
        depth = depth_of(row["id"], parents)
        if depth is None:
            batch.fault(index, "parent", "within_itself")
        elif depth > DEPTH_MAX:
            batch.fault(index, "parent", "tree_too_deep", maximum=DEPTH_MAX)


def _person_row(batch: Batch, index: int, old: Row | None, units: Mapping[str, UUID], at: datetime) -> Row:
    stated = batch.stated[index]
    row = _merged(batch, index, old, at)
    row["sort_key"] = sort_key(row["name"] or "")
    row["created_at"] = at if old is None else old["created_at"]
    _point(batch, index, row, "unit", units)
    if stated.get("unit_from") is not None and "unit" not in stated:
        batch.fault(index, "unit", "missing_field")
    moves = {} if old is None else old["homes"]
    moved = isinstance(row["unit"], UUID) and "unit" in stated
    row["homes"] = homes_after(moves, row["unit"], stated.get("unit_from")) if moved else moves
    del row["unit"], row["unit_from"]
    return row


def _ids(batch: Batch, field: str) -> set[UUID]:
    return {stated[field] for stated in batch.stated if field in stated}


def _membership_key(stated: Row) -> storing.MembershipKey:
    return stated.get("person"), stated.get("team"), stated.get("valid_from")


async def _fault_strangers(connection: Connection, batch: Batch) -> None:
    people = await storing.people_there(connection, _ids(batch, "person"))
    teams = await storing.teams_there(connection, _ids(batch, "team"))
    for index, stated in enumerate(batch.stated):
        if "person" in stated and stated["person"] not in people:
            batch.fault(index, "person", "unknown_person")
        if "team" in stated and stated["team"] not in teams:
            batch.fault(index, "team", "unknown_team")


def _stays(there: Mapping[storing.MembershipKey, Row], rows: Sequence[Row]) -> Iterable[Stay]:
    listed = {_membership_key(row): index for index, row in enumerate(rows)}
    kept = [Stay(key[:2], _span_of(row), None) for key, row in there.items() if key not in listed]
    return [*kept, *(Stay(_membership_key(row)[:2], _span_of(row), index) for index, row in enumerate(rows))]


def _span_of(row: Row) -> Span:
    return Span(row["team"], row["valid_from"], row["valid_to"])
