"""Examples of what the API answers about badges."""

from typing import Any

BADGES: dict[str, Any] = {
    "items": [
        {
            "slug": "dai-su-so",
            "names": {"vi": "Đại sứ số", "en": "Digital Ambassador"},
            "criteria": {
                "vi": "Dành cho người hướng dẫn đã giúp ít nhất 5 người đạt kỹ năng số trong cùng một năm.",
                "en": "For mentors at least 5 of whose mentees gained a digital skill within one year.",
            },
            "family": "mentoring",
            "level": 1,
            "series": "dai-su-so",
            "subject": "person",
            "state": "active",
            "version": 1,
            "window": "year",
            "valid_for": "P1Y",
            "earned_by": {"kind": "distinct", "need": 5},
            "picture": "/badges/dai-su-so.png",
        }
    ],
    "next": None,
}

AWARDS: dict[str, Any] = {
    "items": [
        {
            "slug": "dai-su-so",
            "version": 1,
            "window": "2026",
            "credential": "01932b7e-6d40-7f3a-9c1b-2f5a8c0d4e11",
            "earned_on": "2026-10-10",
            "awarded_on": "2026-10-11",
            "expires_on": "2027-10-10",
            "status": "valid",
        }
    ],
    "next": None,
}
