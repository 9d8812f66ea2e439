"""What a signature of JSON-LD covers: the statements in canonical order, found with bounded work."""

from collections.abc import Mapping
from hashlib import sha256
from itertools import chain
from threading import Lock
from typing import Any

from pyld import jsonld
from pyld.canon import URDNA2015
from typing_extensions import override

from thidua.badges.credentials.contexts import load

# Nodes without a name that look alike are told apart by trying their orders: 4! of them, not more.
_ALIKE_MAX = 4
_STEPS_MAX = 400
# PyLD keeps contexts for all callers and does not expect several at once.
_one_at_a_time = Lock()


class TooMuchWorkError(Exception):
    """A document made so that its canonical form takes very long."""


def hash_of(document: Mapping[str, Any]) -> bytes:
    """The SHA-256 of the canonical form (RDFC-1.0)."""
    with _one_at_a_time:
        dataset = jsonld.to_rdf(dict(document), {"documentLoader": load, "produceGeneralizedRdf": False})
        text = _Bounded().main(dataset, {"format": "application/n-quads"})
    return sha256(text.encode()).digest()


def expanded(document: Mapping[str, Any]) -> list[Any]:
    """The document with every name written out."""
    with _one_at_a_time:
        found: list[Any] = jsonld.expand(dict(document), {"documentLoader": load})
    return found


def compacted(statements: list[Any], context: object) -> dict[str, Any]:
    """The one way in which the context would write these statements."""
    with _one_at_a_time:
        found: dict[str, Any] = jsonld.compact(statements, context, {"documentLoader": load})
    return found


class _Bounded(URDNA2015):  # type: ignore[misc]  # PyLD tells no types
    """PyLD's algorithm, which gives up where a document is built to keep it busy."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = 0

    @override
    def create_hash_to_related(self, id_: str, issuer: object) -> dict[str, list[str]]:
        self._steps += 1
        found: dict[str, list[str]] = super().create_hash_to_related(id_, issuer)
        alike = max(map(len, found.values()), default=0)
        if self._steps > _STEPS_MAX or alike > _ALIKE_MAX:
            raise TooMuchWorkError(len(list(chain(*found.values()))))
        return found
