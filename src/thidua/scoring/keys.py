"""Keys of `once_per` and `best_of`: what makes two activities the same thing (9, 10)."""

import json
import re
from hashlib import blake2b
from uuid import UUID

from thidua.scoring.model import Among, Fact, Key
from thidua.scoring.windows import bucket_of

FESTIVAL_PART = "festival"
# Characters that nobody sees: joiners, marks of direction, fillers, selectors (Default_Ignorable_Code_Point).
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def keys_of(rule_name: str, key: Key, fact: Fact, subject: UUID) -> tuple[UUID, ...]:
    """Return the keys the fact claims, one for each named participant where the key asks for a role.

    Empty when a part of the key is missing: such a fact claims nothing.
    """
    if missing_parts(key, fact):
        return ()
    owner = str(subject) if key.among is Among.SUBJECT else ""
    shared = [
        rule_name,
        bucket_of(key.window, fact),
        owner,
        *(part_of(name, fact) for name in key.attributes),
    ]
    if key.role is None:
        return (_digest(shared),)
    named = sorted({str(person) for person, role in fact.participants if role == key.role})
    return tuple(_digest([*shared, person]) for person in named)


def missing_parts(key: Key, fact: Fact) -> tuple[str, ...]:
    """Return the names of the key's parts that the fact does not give."""
    missing = [name for name in key.attributes if part_of(name, fact) is None]
    if key.role is not None and all(role != key.role for _, role in fact.participants):
        missing.append(key.role)
    return tuple(missing)


def part_of(name: str, fact: Fact) -> str | None:
    """Return what the fact tells by this name, as people see it; None when it tells nothing."""
    value = fact.festival if name == FESTIVAL_PART else fact.attributes.get(name)
    # The whole number 2 and the text "2" name the same thing; so do texts that look the same but for blanks.
    return None if value is None else _seen(str(value)) or None


def _seen(text: str) -> str:
    visible = text if text.isascii() else _UNSEEN.sub("", text)
    return " ".join(visible.split())


def _digest(parts: list[str | None]) -> UUID:
    return UUID(bytes=blake2b(json.dumps(parts).encode(), digest_size=16).digest())
