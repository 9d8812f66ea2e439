"""Where this instance is on the web, and the names of issuer, credentials and lists that follow from it."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from uuid import UUID

from thidua.infra.settings import Settings, settings

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 -- compared with, not listened on


@dataclass(frozen=True, slots=True)
class Place:
    """The address that credentials name; they keep it for good."""

    base: str  # https://badges.example.vn

    @property
    def did(self) -> str:
        """The issuer's name: did:web of the host, a port's colon escaped."""
        return f"did:web:{quote(urlsplit(self.base).netloc, safe='.-')}"

    def credential(self, award: UUID) -> str:
        """The public page of a credential, which is its id."""
        return f"{self.base}/credentials/{award}"

    def status_list(self, number: int) -> str:
        """The list that tells whether credentials are revoked."""
        return f"{self.base}/status-lists/{number}"

    def badge(self, slug: str) -> str:
        """The page of a badge."""
        return f"{self.base}/badges/{slug}"


def here(chosen: Settings | None = None) -> Place:
    """The place that the settings name; without THIDUA_PUBLIC_URL the address we listen on."""
    told = chosen or settings()
    if told.public_url:
        parts = urlsplit(told.public_url)
        return Place(f"{parts.scheme}://{parts.netloc}")
    host = "127.0.0.1" if told.host in _EVERYWHERE else told.host
    return Place(f"http://{f'[{host}]' if ':' in host else host}:{told.port}")
