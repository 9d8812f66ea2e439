"""The shape of a problem document (RFC 9457), as the OpenAPI document shows it."""

from typing import Any

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable; the words are not"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "field", "code", "message"],
                "properties": {
                    "index": {"type": ["integer", "null"], "description": "Place in the list that was sent"},
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
PROBLEM_EXAMPLE: dict[str, Any] = {
    "type": "/problems/invalid_input",
    "title": "Something needs mending",
    "status": 422,
    "detail": "Nothing was written. Mend what errors lists and send again.",
    "code": "invalid_input",
    "errors": [
        {
            "index": 3,
            "field": "occurred_at",
            "code": "in_the_future",
            "message": "occurred_at: lies in the future.",
        }
    ],
}
