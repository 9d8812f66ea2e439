"""Keys of `once_per` and `best_of`: what makes two activities the same thing (9, 10)."""

import json
from hashlib import blake2b
from uuid import UUID

from thidua.scoring.model import Among, Fact, Key
from thidua.scoring.windows import bucket_of

FESTIVAL_PART = "festival"


def keys_of(rule_name: str, key: Key, fact: Fact, subject: UUID) -> tuple[UUID, ...]:
    """Return the keys the fact claims, one for each named participant where the key asks for a role.

    Empty when a part of the key is missing: such a fact claims nothing.
    """
    if missing_parts(key, fact):
        return ()
    owner = str(subject) if key.among is Among.SUBJECT else ""
    shared = [rule_name, bucket_of(key.window, fact), owner, *(_part(name, fact) for name in key.attributes)]
    if key.role is None:
        return (_digest(shared),)
    named = sorted({str(person) for person, role in fact.participants if role == key.role})
    return tuple(_digest([*shared, person]) for person in named)


def missing_parts(key: Key, fact: Fact) -> tuple[str, ...]:
    """Return the names of the key's parts that the fact does not give."""
    missing = [name for name in key.attributes if _part(name, fact) is None]
    if key.role is not None and all(role != key.role for _, role in fact.participants):
        missing.append(key.role)
    return tuple(missing)


def _part(name: str, fact: Fact) -> str | None:
    value = fact.festival if name == FESTIVAL_PART else fact.attributes.get(name)
    # The whole number 2 and the text "2" name the same thing.
    return None if value is None or value == "" else str(value)


def _digest(parts: list[str | None]) -> UUID:
    return UUID(bytes=blake2b(json.dumps(parts).encode(), digest_size=16).digest())
