"""Holds a document to one reading: what its JSON says is what its signed statements say, no more and no less.

A signature of JSON-LD covers statements. The same statements can be written so that a reader of JSON misses
an expiry or a status; words that no context defines are not covered at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pyld.jsonld import JsonLdError

from thidua.badges.credentials.canonical import compacted, expanded
from thidua.badges.credentials.contexts import CREDENTIALS, is_known
from thidua.badges.credentials.verdict import Reason, RefusedError

_CONTEXTS_MAX = 8
# Words of statements that JSON-LD would drop or hide rather than sign in place.
_KEYWORDS = ("@included", "@reverse", "@index", "@direction", "@graph", "@nest")
_STATUS = "https://www.w3.org/2018/credentials#credentialStatus"


def demand_known_contexts(document: Mapping[str, Any]) -> None:
    """Refuse a document whose words we do not carry, or that changes them on the way."""
    told = document.get("@context")
    if not isinstance(told, list) or not told or told[0] != CREDENTIALS or len(told) > _CONTEXTS_MAX:
        raise RefusedError(Reason.UNKNOWN_CONTEXT)
    if not all(map(is_known, told)) or len(set(told)) != len(told):
        raise RefusedError(Reason.UNKNOWN_CONTEXT)
    if any(key == "@context" for one in document.values() for key in _keys(one)):
        raise RefusedError(Reason.UNKNOWN_CONTEXT)


def demand_same_view(document: Mapping[str, Any]) -> None:
    """Refuse a document that can be read in two ways; its contexts are known."""
    inner = {name: value for name, value in document.items() if name != "@context"}
    if any(key.startswith("@") or ":" in key for key in _keys(inner)):
        raise RefusedError(Reason.AMBIGUOUS)
    try:
        statements = expanded(document)
        written = compacted(statements, document["@context"])
    except JsonLdError:
        raise RefusedError(Reason.AMBIGUOUS) from None
    if len(statements) != 1 or not _is_kept(statements[0]) or _is_scattered(statements[0]):
        raise RefusedError(Reason.AMBIGUOUS)
    written.pop("@context", None)
    if _plain(inner) != _plain(written):
        raise RefusedError(Reason.AMBIGUOUS)


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from _keys(one)
    elif isinstance(value, list):
        for one in value:
            yield from _keys(one)


def _is_kept(value: object) -> bool:
    """Whether every statement survives: relative names, and names with blanks, would be dropped unsigned."""
    if isinstance(value, list):
        return all(map(_is_kept, value))
    if not isinstance(value, dict):
        return True
    if "@value" in value:
        return "@index" not in value and "@direction" not in value
    names = [value["@id"]] if "@id" in value else []
    names += value.get("@type", [])
    if not all(map(_is_absolute, names)) or any(word in value for word in _KEYWORDS):
        return False
    rest = {name: one for name, one in value.items() if not name.startswith("@")}
    return all(map(_is_absolute, rest)) and all(map(_is_kept, rest.values()))


def _is_absolute(name: object) -> bool:
    if not isinstance(name, str) or name.startswith("_:"):
        return False
    scheme, colon, _ = name.partition(":")
    is_scheme = (
        scheme[:1].isalpha() and scheme.isascii() and all(one.isalnum() or one in "+-." for one in scheme)
    )
    return bool(colon) and is_scheme and not any(one.isspace() or one in '<>"{}|\\^`' for one in name)


def _is_scattered(root: Mapping[str, Any]) -> bool:
    """Whether the credential or its status is described in a second place, where nobody looks."""
    named = [one["@id"] for one in (root, *root.get(_STATUS, ())) if "@id" in one]
    described = [one["@id"] for one in _nodes(root) if one.get("@id") in named and len(one) > 1]
    return len(set(described)) < len(described) or len(set(named)) < len(named)


def _nodes(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _nodes(one)
    elif isinstance(value, dict) and "@value" not in value:
        yield value
        for name, one in value.items():
            if not name.startswith("@") or name == "@list":
                yield from _nodes(one)


def _plain(value: object, key: str = "") -> object:
    """A form in which spellings that mean the same are equal: one or a list of one, a name or its node.

    Types are left to the statements: one that no context knows was refused there, two may mean the same.
    """
    if isinstance(value, list):
        found = [_plain(one, key) for one in value]
        if any(isinstance(one, list) for one in value):
            raise RefusedError(Reason.AMBIGUOUS)
        return found[0] if len(found) == 1 else (len(found) if key == "type" else found)
    if isinstance(value, dict):
        if set(value) == {"id"}:
            return value["id"]
        return {name: _plain(one, name) for name, one in value.items()}
    return ("type",) if key == "type" else (type(value).__name__, value)
