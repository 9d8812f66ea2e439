"""Badges given by hand to many at once, by a list: read, with what is wrong of each line; given; undone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from thidua.accounts.model import Appointer
from thidua.accounts.permissions import Permission
from thidua.accounts.queries import units_covered
from thidua.badges import actions, queries
from thidua.badges.by_hand import (
    Gift,
    demand_giveable,
    demand_over,
    judge_again,
    new_award_of,
    source,
    window_of,
    words,
)
from thidua.badges.definitions import Badge
from thidua.badges.model import Award, AwardState
from thidua.infra import audit
from thidua.infra.database import Connection
from thidua.kernel.errors import DomainError, FieldError, InputError, NotFoundError
from thidua.kernel.ids import new_id
from thidua.kernel.period import local_day, midnight_of
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.fields import as_id
from thidua.organisation.queries import unit_id_of
from thidua.organisation.vietnamese import fold

LINES_MAX = 500
Rows = Sequence[Sequence[str]]
# What heads a column, without marks.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "who": ("ma", "id", "ma so", "ma nguoi", "ma doi", "ma don vi", "code"),
    "name": ("ho ten", "ho va ten", "ten", "name", "full name", "doi", "team", "don vi", "unit"),
    "born_on": ("ngay sinh", "date of birth", "born", "born on"),
    "note": ("ly do", "ghi chu", "thanh tich", "note", "reason", "for"),
    "earned_on": ("ngay", "ngay dat", "ngay trao", "date", "earned on"),
    "festival": ("ngay hoi", "ma ngay hoi", "festival"),
}
_HERE = "IN (SELECT unit FROM unit_within WHERE ancestor = ANY($2::uuid[]))"
_NAMED = {
    SubjectKind.PERSON: f"""
SELECT f.person AS id FROM person_profile f JOIN person_home h ON h.person = f.person AND h.unit {_HERE}
    AND (h.valid_from IS NULL OR h.valid_from <= $3) AND (h.valid_to IS NULL OR h.valid_to > $3)
WHERE f.name_fold = $1 AND ($4::date IS NULL OR f.born_on = $4) LIMIT 2
""",  # noqa: S608 -- made of our own words, as all of these
    SubjectKind.TEAM: f"""
SELECT id FROM team WHERE name_fold = $1 AND unit {_HERE} AND (valid_to IS NULL OR valid_to > $3)
    AND $4::date IS NULL LIMIT 2
""",  # noqa: S608 -- as above
    SubjectKind.UNIT: f"""
SELECT id FROM unit WHERE name_fold = $1 AND id {_HERE} AND (valid_to IS NULL OR valid_to > $3)
    AND $4::date IS NULL LIMIT 2
""",  # noqa: S608 -- as above
    SubjectKind.HOUSEHOLD: f"""
SELECT id FROM household WHERE lower(name) = lower($1) AND unit {_HERE} AND $3::date IS NOT NULL
    AND $4::date IS NULL LIMIT 2
""",  # noqa: S608 -- as above
}
_TWICE, _HELD = FieldError("", "badge_twice_in_list"), FieldError("", "badge_already_held")
_EARLIEST = date(1900, 1, 1)
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a list: whom it names, the gift that it becomes, or what is wrong and in which column."""

    number: int  # as a spreadsheet counts, the headings being the first
    told: str  # whom it names, as it was written
    gift: Gift | None = None
    fault: FieldError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a list brought: the number under which it can be undone, what was given, and every line."""

    batch: UUID
    awards: list[Award]
    lines: list[Line]


async def read_list(
    connection: Connection, badge: Badge, rows: Rows, *, note: str = "", by: Appointer, at: datetime
) -> list[Line]:
    """What giving the badge by this list would do, line by line; nothing is written.

    The first row heads the columns; `note` is said of every line that says nothing itself. InputError when
    it is no such list at all.
    """
    columns = _columns(rows)
    lines = [
        await _line(connection, badge, number, {"note": note} | _cells(columns, row), by=by, at=at)
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    return await _without_those_held(connection, badge, _without_repeats(lines))


async def give_list(
    connection: Connection, badge: Badge, rows: Rows, *, note: str = "", by: Appointer, at: datetime
) -> Given:
    """Give the badge by every line without a fault, under one number; and note it."""
    lines = await read_list(connection, badge, rows, note=note, by=by, at=at)
    batch = new_id(at)
    gifts = [line.gift for line in lines if line.gift is not None]
    awards = await actions.give(connection, [new_award_of(gift, by=by, batch=batch) for gift in gifts], at=at)
    await audit.note(connection, _deed("badges_given", batch, awards, by=by, at=at))
    return Given(batch=batch, awards=awards, lines=lines)


async def undo_list(
    connection: Connection, batch: UUID, *, reason: str, by: Appointer, at: datetime
) -> list[Award]:
    """Take back all that one list gave and that is still held; return what was taken back."""
    reason = words("reason", reason)
    awards = await queries.awards_of_batch(connection, batch)
    if not awards:
        raise NotFoundError
    for award in awards:
        await demand_over(connection, award.subject, award.subject_kind, by=by, at=at)
    taken = await actions.revoke(connection, [one.id for one in awards], reason=reason, by=source(by), at=at)
    gone = [one for one in awards if one.id in taken]
    await judge_again(connection, gone, at=at)
    await audit.note(connection, _deed("badges_undone", batch, gone, by=by, at=at))
    return gone


def _columns(rows: Rows) -> dict[str, int]:
    """Where each known column stands."""
    if len(rows) > LINES_MAX + 1:
        raise InputError([FieldError("list", "too_many_rows", facts={"rows": LINES_MAX})])
    headings = [fold(cell) for cell in rows[0]] if rows else []
    columns = {
        name: headings.index(word) for name, known in _HEADINGS.items() for word in known if word in headings
    }
    if not {"who", "name"} & columns.keys():
        raise InputError([FieldError("list", "badge_list_names_nobody")])
    return columns


def _cells(columns: Mapping[str, int], row: Sequence[str]) -> dict[str, str]:
    """The filled cells of a row by what they are."""
    told = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
    return {name: cell for name, cell in told.items() if cell}


async def _line(
    connection: Connection,
    badge: Badge,
    number: int,
    cells: Mapping[str, str],
    *,
    by: Appointer,
    at: datetime,
) -> Line:
    told = cells.get("name") or cells.get("who", "")
    try:
        subject = await _subject(connection, badge.subject, cells, by=by, at=at)
        gift = Gift(
            badge=badge,
            subject=subject,
            note=cells["note"],
            earned_at=_earned_at(cells.get("earned_on", ""), at),
            festival=cells.get("festival") or None,
        )
        await demand_giveable(connection, gift, by=by, at=at)
    except InputError as error:
        return Line(number=number, told=told, fault=error.errors[0])
    except DomainError as error:
        return Line(number=number, told=told, fault=FieldError("", error.code, facts=error.facts))
    return Line(number=number, told=told, gift=gift)


async def _subject(
    connection: Connection, kind: SubjectKind, cells: Mapping[str, str], *, by: Appointer, at: datetime
) -> UUID:
    """Whom a line names: by id or code, else by the one name within the giver's scope."""
    if who := cells.get("who", ""):
        known = as_id(who) or await unit_id_of(connection, who)
        if known is None:
            raise NotFoundError
        return known
    born_on = _day(cells["born_on"], "born_on") if cells.get("born_on") else None
    # By trying days somebody would learn when people are born; so only who may read that asks by it.
    permission = Permission.AWARD_BADGES if born_on is None else Permission.MANAGE_PEOPLE
    within = list(await units_covered(connection, by.grants, permission))
    if born_on is not None and not within:
        raise InputError([FieldError("born_on", "badge_births_not_yours")])
    name = cells.get("name", "") if kind is SubjectKind.HOUSEHOLD else fold(cells.get("name", ""))
    if not name:
        raise InputError([FieldError("name", "missing_field")])
    found = await connection.fetch(_NAMED[kind], name, within, local_day(at), born_on)
    if len(found) > 1:
        raise InputError([FieldError("name", "badge_several_of_this_name")])
    if not found:
        raise NotFoundError
    one: UUID = found[0]["id"]
    return one


def _earned_at(told: str, at: datetime) -> datetime:
    if not told:
        return at
    day = _day(told, "earned_on")
    return at if day == local_day(at) else midnight_of(day) + timedelta(hours=12)


def _day(told: str, field: str) -> date:
    found = _DAY.fullmatch(told)
    try:
        day = date.fromisoformat(told) if found is None else date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        day = date.min
    if day < _EARLIEST:
        raise InputError([FieldError(field, "not_a_date")])
    return day


def _without_repeats(lines: Sequence[Line]) -> list[Line]:
    seen: set[tuple[UUID, str]] = set()
    kept: list[Line] = []
    for line in lines:
        key = None if line.gift is None else (line.gift.subject, window_of(line.gift))
        kept.append(replace(line, gift=None, fault=_TWICE) if key in seen else line)
        if key is not None:
            seen.add(key)
    return kept


async def _without_those_held(connection: Connection, badge: Badge, lines: Sequence[Line]) -> list[Line]:
    subjects = {line.gift.subject for line in lines if line.gift is not None}
    awards = await queries.awards_of_many(connection, subjects, [badge.slug])
    held = {(one.subject, one.window) for one in awards if one.state is AwardState.ACTIVE}
    return [
        replace(line, gift=None, fault=_HELD)
        if line.gift is not None and (line.gift.subject, window_of(line.gift)) in held
        else line
        for line in lines
    ]


def _deed(doing: str, batch: UUID, awards: Sequence[Award], *, by: Appointer, at: datetime) -> audit.Deed:
    facts = {"badge": awards[0].badge if awards else "", "count": len(awards)}
    return audit.Deed(
        at=at, actor_id=by.account, doing=doing, thing_kind="badge_batch", thing_id=batch, facts=facts
    )
