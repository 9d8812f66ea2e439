"""What the audit noted of a deed, in words: numbers with what they count, fields by their names."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from thidua.accounts.roles import Role
from thidua.badges.catalogue import catalogue
from thidua.organisation.fields import as_id
from thidua.web.catalogue import translate, translate_counted
from thidua.web.formats import shown_date
from thidua.web.language import Language
from thidua.web.role_words import role_shown

FIELDS: Mapping[str, str] = {
    "name": "tên",
    "name_en": "tên tiếng Anh",
    "unit": "đơn vị",
    "unit_from": "từ ngày",
    "parent": "trực thuộc",
    "code": "mã",
    "kind": "loại",
    "area_group": "vùng",
    "flags": "đặc điểm vùng",
    "members": "số đoàn viên",
    "members_from": "số đoàn viên tính từ ngày",
    "adults": "số người trưởng thành",
    "born_on": "ngày sinh",
    "contact": "liên hệ",
    "target_group": "nhóm đối tượng",
    "priority": "diện ưu tiên",
    "public_name": "tên công khai",
    "valid_from": "từ ngày",
    "valid_to": "đến trước ngày",
    "window": "thời gian",
}
COUNTS: Mapping[str, str] = {
    "rows": "%(count)s dòng",
    "created": "%(count)s đã thêm",
    "updated": "%(count)s đã sửa",
    "unchanged": "%(count)s đã có từ trước",
    "refused": "%(count)s không ghi được",
    "taken_back": "%(count)s đã lấy lại",
    "kept": "%(count)s giữ lại",
    "people": "%(count)s người",
    "activities": "%(count)s hoạt động",
    "count": "%(count)s huy hiệu",
}
KINDS: Mapping[str, str] = {
    "people": "danh sách người",
    "teams": "danh sách đội",
    "activities": "nhật ký hoạt động",
}
# What a demo was made from says nothing to people.
_UNSAID = frozenset({"seed", "ends_at", "communes_max"})
_DAYS = frozenset({"members_from", "unit_from", "valid_from", "valid_to"})
_EMPTY: tuple[object, ...] = (None, "None", [], {}, "[]")


def facts_said(facts: Mapping[str, Any], names: Mapping[UUID, str], language: Language) -> str:
    """The facts in a line; of values that were stated not also the names of their fields."""
    told = [
        _said(name, value, names, language)
        for name, value in facts.items()
        if value not in _EMPTY and name not in _UNSAID and not (name == "fields" and facts.get("values"))
    ]
    return ", ".join(one for one in told if one)


def _said(name: str, value: object, names: Mapping[UUID, str], language: Language) -> str:
    one = as_id(value) if isinstance(value, str) else None
    if one is not None:
        return names.get(one, str(value))
    if name == "role" and value in set(Role):
        return role_shown(Role(str(value)), language)
    worded = _WAYS.get(name)
    if worded is not None:
        return worded(value, language)
    if name in COUNTS and isinstance(value, int):
        return translate_counted(COUNTS[name], value, language)
    said = translate("có" if value else "không", language) if isinstance(value, bool) else value
    return f"{_field(name, language)}: {said}"


def _fields(value: object, language: Language) -> str:
    stated = value if isinstance(value, list) else []
    return ", ".join(_field(str(one), language) for one in stated)


def _values(value: object, language: Language) -> str:
    stated = value if isinstance(value, dict) else {}
    told = {name: one for name, one in stated.items() if one not in _EMPTY}
    return ", ".join(f"{_field(name, language)} {_value(name, one)}" for name, one in told.items())


def _value(name: str, value: object) -> str:
    return shown_date(date.fromisoformat(str(value))) if name in _DAYS else str(value)


def _kind(value: object, language: Language) -> str:
    return translate(KINDS.get(str(value), str(value)), language)


def _field(name: str, language: Language) -> str:
    return translate(FIELDS[name], language) if name in FIELDS else name


def _badge(value: object, language: Language) -> str:
    found = catalogue().badges.get(str(value))
    return str(value) if found is None else found.names[language]


_WAYS: Mapping[str, Callable[[object, Language], str]] = {
    "fields": _fields,
    "values": _values,
    "kind": _kind,
    "badge": _badge,
}
