"""The names people see in public: an alias for who has not chosen a public name, or is under 18."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind

ADULT_YEARS = 18
NAMES_MAX = 250_000

_MARK = "SELECT mark FROM organisation_version"
_ASKED = "WITH asked AS (SELECT DISTINCT unnest($1::uuid[]) AS id)"
_NAMES = {
    SubjectKind.PERSON: """
SELECT p.id, 1 AS kind, NULL AS code, f.name, NULL AS name_en, coalesce(f.public_name, false) AS is_public,
    f.born_on
FROM asked JOIN person p USING (id) LEFT JOIN person_profile f ON f.person = p.id""",
    SubjectKind.TEAM: """
SELECT t.id, 2 AS kind, NULL AS code, t.name, NULL AS name_en, true AS is_public, NULL::date AS born_on
FROM asked JOIN team t USING (id)""",
    SubjectKind.UNIT: """
SELECT u.id, 3 AS kind, u.code, u.name, u.name_en, true AS is_public, NULL::date AS born_on
FROM asked JOIN unit u USING (id)""",
    SubjectKind.HOUSEHOLD: """
SELECT h.id, 4 AS kind, NULL AS code, NULL AS name, NULL AS name_en, false AS is_public, NULL::date AS born_on
FROM asked JOIN household h USING (id)""",
}
_ANY_NAMES = _ASKED + " UNION ALL ".join(_NAMES.values())
_PROFILES = """
SELECT person AS id, 1 AS kind, NULL AS code, name, NULL AS name_en, public_name AS is_public, born_on
FROM person_profile WHERE person = ANY($1::uuid[])
"""
_KINDS = {kind.value: kind for kind in SubjectKind}
# Flowers that grow in Vietnam. Never change this list: the aliases people know are made from it.
_FLOWERS = (
    "Ban trắng", "Đỗ quyên", "Hoa mận", "Hoa đào", "Hoa mơ", "Hoa lê", "Hoa sở", "Hoa trẩu", "Hoa gạo",
    "Hoa chuối", "Tam giác mạch", "Dã quỳ", "Hoa cải", "Hoa súng", "Hoa sen", "Hoa sim", "Hoa mua",
    "Hoa bưởi", "Hoa cau", "Hoa nhài", "Mẫu đơn", "Mộc miên", "Bằng lăng", "Phượng vĩ", "Hoàng yến",
    "Muồng vàng", "Điên điển", "Ô môi", "Hoa giấy", "Râm bụt", "Cẩm tú cầu", "Thược dược", "Bồ công anh",
    "Oải hương", "Lưu ly", "Hướng dương", "Xuyến chi", "Ngũ sắc", "Móng tay", "Mào gà", "Mười giờ",
    "Thiên lý", "Tường vi", "Tầm xuân", "Trạng nguyên", "Phong lan", "Địa lan", "Hoa ngâu",
)  # fmt: skip
_NUMBERS = 10_000
_HOUSEHOLD_VI, _HOUSEHOLD_EN = "Hộ", "Household"


class ShownName(msgspec.Struct, frozen=True, gc=False):
    """What may be shown of a subject; `code` is a unit's."""

    kind: SubjectKind
    code: str | None
    name_vi: str
    name_en: str
    is_alias: bool


class _Kept(msgspec.Struct, frozen=True, gc=False):
    subject: UUID
    shown: ShownName
    shown_from: date | None


class _Names:
    """The names at hand in this process, all of one version of the organisation."""

    mark: UUID | None = None
    kept: dict[UUID, _Kept | None]

    def __init__(self) -> None:
        self.kept = {}

    def of(self, mark: UUID) -> dict[UUID, _Kept | None]:
        """Return the names at hand, none when the organisation has another mark by now."""
        if mark != self.mark or len(self.kept) > NAMES_MAX:
            self.mark, self.kept = mark, {}
        return self.kept


_NAMES_AT_HAND = _Names()


async def shown_names(
    connection: Connection,
    ids: Collection[UUID],
    at: datetime,
    *,
    kind: SubjectKind | None = None,
    mark: UUID | None = None,
) -> dict[UUID, ShownName]:
    """Return the public name of each of these subjects that exists; asked of one kind, quicker.

    As of now, or as of the organisation that has the `mark`.
    """
    kept = _NAMES_AT_HAND.of(mark or await connection.fetchval(_MARK))
    unknown = [one for one in ids if one not in kept]
    if unknown:
        found = await _read(connection, unknown, kind)
        # Not of this kind may still be of another.
        kept.update({one: found.get(one) for one in (unknown if kind is None else found)})
    today = local_day(at)
    return {one: _shown(name, today) for one in ids if (name := kept.get(one)) is not None}


async def _read(
    connection: Connection, unknown: Collection[UUID], kind: SubjectKind | None
) -> dict[UUID, _Kept]:
    statement = _ANY_NAMES if kind is None else _ASKED + _NAMES[kind]
    if kind is not SubjectKind.PERSON:
        return {row["id"]: _kept(row) for row in await connection.fetch(statement, unknown)}
    # Nearly everybody has a profile: who has is not looked up twice.
    found = {row["id"]: _kept(row) for row in await connection.fetch(_PROFILES, unknown)}
    rest = [one for one in unknown if one not in found]
    return found | (
        {row["id"]: _kept(row) for row in await connection.fetch(statement, rest)} if rest else {}
    )


def names_at_hand(ids: Collection[UUID], at: datetime, *, mark: UUID) -> dict[UUID, ShownName] | None:
    """Return the same without asking anybody, if all are known of the organisation that has the mark."""
    kept, today = _NAMES_AT_HAND.of(mark), local_day(at)
    found = {one: kept.get(one) for one in ids}
    if None in found.values():
        return None
    return {one: _shown(name, today) for one, name in found.items() if name is not None}


def alias_of(person: UUID) -> str:
    """Return the alias of a person: a flower and a number, made from the id, so the same for ever."""
    number = int.from_bytes(blake2b(person.bytes, digest_size=8, person=b"thidua-alias").digest(), "big")
    flower, rest = number % len(_FLOWERS), number // len(_FLOWERS)
    return f"{_FLOWERS[flower]} {rest % _NUMBERS:04d}"


def adult_on(born_on: date) -> date:
    """Return the day of the eighteenth birthday; who is born on 29 February comes of age on 1 March."""
    try:
        return born_on.replace(year=born_on.year + ADULT_YEARS)
    except ValueError:
        return date(born_on.year + ADULT_YEARS, 3, 1)


def _shown(kept: _Kept, today: date) -> ShownName:
    if kept.shown_from is None or kept.shown_from <= today:
        return kept.shown
    return _alias(kept.shown.kind, kept.subject)


def _kept(row: Mapping[str, Any]) -> _Kept:
    kind = _KINDS[row["kind"]]
    if not row["is_public"] or row["name"] is None:
        return _Kept(row["id"], _alias(kind, row["id"]), None)
    own = ShownName(kind, row["code"], row["name"], row["name_en"] or row["name"], is_alias=False)
    return _Kept(row["id"], own, None if row["born_on"] is None else adult_on(row["born_on"]))


def _alias(kind: SubjectKind, subject: UUID) -> ShownName:
    alias = alias_of(subject)
    if kind is SubjectKind.HOUSEHOLD:
        return ShownName(kind, None, f"{_HOUSEHOLD_VI} {alias}", f"{_HOUSEHOLD_EN} {alias}", is_alias=True)
    return ShownName(kind, None, alias, alias, is_alias=True)
