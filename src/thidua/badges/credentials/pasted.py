"""Addresses that people paste where a badge is asked for: of a credential's page here, or of anything."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit
from uuid import UUID

from thidua.organisation.fields import as_id

_ADDRESS = re.compile(r"https?://\S+|[\w-]+(?:\.[\w-]+|:\d+)+/\S*", re.IGNORECASE)
_ADDRESS_BYTES_MAX = 2048
# The page, the files that it offers, the picture that is shown where it is shared.
_CREDENTIAL = re.compile(r"/credentials/([0-9a-f-]{36})(?:[./].*)?", re.IGNORECASE)
_USUAL_PORTS = frozenset({None, 80, 443})


def address_in(content: bytes) -> str | None:
    """The one address that the text is, with or without its scheme; None for anything else."""
    if len(content) > _ADDRESS_BYTES_MAX:
        return None
    try:
        told = content.decode().strip()
    except UnicodeDecodeError:
        return None
    if not _ADDRESS.fullmatch(told):
        return None
    return told if "://" in told else f"https://{told}"


def award_at(address: str, ours: Collection[str]) -> UUID | None:
    """The award whose credential the address leads to, on one of our own hosts; None elsewhere."""
    host = _host(address)
    if host is None or host not in {_host(one) for one in ours}:
        return None
    found = _CREDENTIAL.fullmatch(urlsplit(address).path)
    return None if found is None else as_id(found[1].lower())


def _host(address: str) -> tuple[str, int | None] | None:
    """Host and port, the usual ports as none; None for what is no address."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (host, None if port in _USUAL_PORTS else port) if host else None
