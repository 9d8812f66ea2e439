"""Where the keys of issuers and the lists of revoked credentials come from."""

from collections.abc import Awaitable, Callable
from typing import Protocol
from urllib.parse import unquote

from typing_extensions import override

from thidua.badges.credentials.addresses import Place
from thidua.badges.credentials.did import AnyKey, did_document, key_of_did_key, keys_in
from thidua.badges.credentials.fetching import Fetcher, NotFetchedError, demand_fetchable
from thidua.badges.credentials.keys import IssuerKeys
from thidua.badges.credentials.reading import strict_json
from thidua.badges.credentials.verdict import Reason, RefusedError

_DOCUMENT = "application/did+json, application/json"
_LIST = "application/vc, application/vc+jwt;q=0.9, application/json;q=0.8"
_OF_DID_WEB_MIN = 3


class UnreachableError(Exception):
    """What would tell is not to be had now."""


class Sources(Protocol):
    """What verifying needs to know besides the credential."""

    async def keys_of(self, issuer: str) -> dict[str, AnyKey]:
        """The keys by which an issuer signs, by their names."""

    async def status_list(self, address: str) -> bytes:
        """The signed list at the address."""


class Foreign(Sources):
    """Looks up what others publish, for one verification; without a fetcher nothing of that can be told."""

    def __init__(self, fetcher: Fetcher | None) -> None:
        """Take the fetcher, or none where fetching is switched off."""
        self._fetcher = fetcher
        self._looked_at: dict[str, dict[str, AnyKey]] = {}

    @override
    async def keys_of(self, issuer: str) -> dict[str, AnyKey]:
        if issuer not in self._looked_at:
            self._looked_at[issuer] = await self._looked_up(issuer)
        return self._looked_at[issuer]

    async def _looked_up(self, issuer: str) -> dict[str, AnyKey]:
        if issuer.startswith("did:key:"):
            return _of_did_key(issuer)
        if issuer.startswith("did:web:"):
            document = strict_json(await self._text(_address_of(issuer), _DOCUMENT))
            return keys_in(document, issuer)
        raise RefusedError(Reason.ISSUER_UNKNOWN)

    @override
    async def status_list(self, address: str) -> bytes:
        return await self._fetched(address, _LIST)

    async def _text(self, address: str, accept: str) -> str:
        try:
            return (await self._fetched(address, accept)).decode()
        except UnicodeDecodeError:
            raise UnreachableError(address) from None

    async def _fetched(self, address: str, accept: str) -> bytes:
        if self._fetcher is None:
            raise UnreachableError(address)
        try:
            return await self._fetcher.fetch(address, accept=accept)
        except NotFetchedError as error:
            raise UnreachableError(address) from error


class Known(Sources):
    """Answers for ourselves without asking anybody, and leaves others to another source."""

    def __init__(
        self, place: Place, keys: IssuerKeys, lists: Callable[[int], Awaitable[bytes]], others: Sources
    ) -> None:
        """Take who we are, and how to make a list of ours."""
        self._place, self._keys, self._lists, self._others = place, keys, lists, others

    @override
    async def keys_of(self, issuer: str) -> dict[str, AnyKey]:
        if issuer == self._place.did:
            return keys_in(did_document(issuer, self._keys), issuer)
        return await self._others.keys_of(issuer)

    @override
    async def status_list(self, address: str) -> bytes:
        number = address.removeprefix(self._place.status_list(0)[:-1])
        if number != address:
            if not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 -- no list has such a number
                raise UnreachableError(address)
            return await self._lists(int(number))
        return await self._others.status_list(address)


def _of_did_key(issuer: str) -> dict[str, AnyKey]:
    try:
        return {f"{issuer}#{issuer.removeprefix('did:key:')}": key_of_did_key(issuer)}
    except ValueError:
        raise RefusedError(Reason.ISSUER_UNKNOWN) from None


def _address_of(did: str) -> str:
    """Where did:web says that its document lies."""
    host, *path = (unquote(one) for one in did.split(":")[2:])
    folder = "/".join(path) if path else ".well-known"
    if not host or "/" in host or any(not one or "/" in one or one in {".", ".."} for one in path):
        raise RefusedError(Reason.ISSUER_UNKNOWN)
    address = f"https://{host}/{folder}/did.json"
    try:
        demand_fetchable(address)
    except NotFetchedError:
        raise UnreachableError(address) from None
    return address
