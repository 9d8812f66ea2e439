"""Examples of the organisation that the OpenAPI document shows."""

from typing import Any

_PERSON = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c01"
_TEAM = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c03"
_UNIT = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c04"
_HOUSEHOLD = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c06"

UNIT: dict[str, Any] = {
    "code": "P-12",
    "kind": "province",
    "name": "Lai Châu",
    "parent": "VN",
    "area_group": "mountain",
    "flags": ["border"],
    "members": 1200,
}
TEAM: dict[str, Any] = {
    "id": _TEAM,
    "kind": "youth_digital",
    "name": "Đội hình BDHVS Sin Suối Hồ",
    "unit": "C-03394",
    "valid_from": "2026-01-01",
}
HOUSEHOLD: dict[str, Any] = {"id": _HOUSEHOLD, "name": "Hộ ông Giàng A Páo", "unit": "C-03394"}
CLUSTER: dict[str, Any] = {
    "code": "CUM-LC-1",
    "kind": "cum",
    "name": "Cụm thi đua số 1",
    "unit": "P-12",
    "units": ["C-03394", "C-03390"],
}
PERSON: dict[str, Any] = {
    "id": _PERSON,
    "name": "Giàng A Páo",
    "born_on": "2004-05-06",
    "target_group": "resident",
    "unit": "C-03394",
    "public_name": False,
    "priority": ["minority"],
}
MEMBERSHIP: dict[str, Any] = {
    "person": _PERSON,
    "team": _TEAM,
    "valid_from": "2026-03-01",
    "valid_to": None,
}
PUTS: dict[str, Any] = {"results": [{"id": _UNIT, "code": "P-12", "status": "updated"}]}
UNITS: dict[str, Any] = {
    "items": [
        {
            "id": _UNIT,
            "code": "C-03394",
            "kind": "commune",
            "name": "Xã Sin Suối Hồ",
            "name_en": "Sin Suối Hồ Commune",
            "parent": "P-12",
            "area_group": "mountain",
            "flags": [],
            "members": None,
            "adults": None,
            "latitude": 22.5207,
            "longitude": 103.492,
            "valid_from": None,
            "valid_to": None,
            "successor": None,
        }
    ],
    "next": None,
}
TEAMS: dict[str, Any] = {"items": [{**TEAM, "valid_to": None}], "next": None}
PEOPLE: dict[str, Any] = {
    "items": [{"id": _PERSON, "name": "Ban trắng 4821", "is_alias": True, "unit": "C-03394"}],
    "next": None,
}
