"""Examples that the OpenAPI document shows; a test sends those of requests to the real application."""

from typing import Any

_PERSON = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c01"
_MENTEE = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c02"
_TEAM = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c03"
_UNIT = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c04"
_ACTIVITY = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c05"

ACTIVITY: dict[str, Any] = {
    "id": _ACTIVITY,
    "type": "MENTOR_SESSION",
    "occurred_at": "2026-10-10T09:00:00+07:00",
    "actor": _PERSON,
    "participants": [{"subject": _MENTEE, "role": "mentee"}],
    "team": None,
    "unit": None,
    "quantity": 1,
    "attributes": {"minutes": 45, "skill": "e-services"},
    "evidence": [{"kind": "document", "number": "12/BC", "issued_on": "2026-10-11"}],
    "verified": True,
}
RESULTS: dict[str, Any] = {
    "results": [{"id": _ACTIVITY, "status": "recorded", "state": "verified", "points": 5, "reasons": []}]
}
ACT: dict[str, Any] = {"reason": "Trùng với buổi ngày 10/10"}
ACTIVITY_SHOWN: dict[str, Any] = {
    **ACTIVITY,
    "recorded_at": "2026-10-10T03:00:00Z",
    "unit": _UNIT,
    "actor_kind": "person",
    "source": "hgd-app",
    "state": "verified",
    "rulebook_version": 1,
    "points": 5,
    "reasons": [],
    "festival": None,
    "replaces": None,
}
del ACTIVITY_SHOWN["verified"]
SUBJECT: dict[str, Any] = {
    "id": _PERSON,
    "kind": "person",
    "code": None,
    "name": {"vi": "Ban trắng 4821", "en": "Ban trắng 4821"},
    "is_alias": True,
    "totals": [
        {"period": "2026-Q4", "kind": "quarter", "points": 41, "categories": {"mentoring": 35, "service": 6}}
    ],
}
ENTRY: dict[str, Any] = {
    "id": 90211,
    "subject": _PERSON,
    "team": _TEAM,
    "unit": _UNIT,
    "points": 5,
    "kind": "award",
    "category": "mentoring",
    "occurred_at": "2026-10-10T02:00:00Z",
    "posted_at": "2026-10-10T03:00:00Z",
    "activity": _ACTIVITY,
    "act": _ACTIVITY,
    "rule": "mentor_session",
    "rulebook_version": 1,
    "sentence": {"vi": "Kèm một buổi: 5 điểm.", "en": "One mentoring session: 5 points."},
    "steps": [
        {"what": "points", "value": 5, "because": {"vi": "Được 5 điểm", "en": "5 points in all"}},
    ],
    "hash": "5f0c" * 16,
    "seal": {"block": 812, "root": "a1b2" * 16, "previous": "c3d4" * 16},
}
ENTRIES: dict[str, Any] = {"items": [ENTRY], "next": None}
TYPES: dict[str, Any] = {
    "items": [
        {
            "code": "MENTOR_SESSION",
            "name": {"vi": "Buổi kèm cặp", "en": "Mentoring session"},
            "category": "mentoring",
            "actors": ["person"],
            "unit": {"vi": "buổi", "en": "session"},
            "verification": {"ways": "C/L", "vi": "…", "en": "…"},
            "is_derived": False,
            "attributes": {"type": "object", "properties": {}, "required": ["minutes", "skill"]},
            "rules": [
                {
                    "rule": "mentor_session",
                    "rulebook_version": 1,
                    "pays": "actor",
                    "points": 5,
                    "counts": "one",
                    "caps": [{"window": "day", "limit": 2, "of": "units"}],
                }
            ],
        }
    ],
    "next": None,
}
