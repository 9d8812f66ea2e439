"""Where a request came from: our own pages or somebody else's, and whether it came encrypted."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from litestar.types import Scope

from thidua.infra.settings import settings

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_from_our_pages(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether a browser says that one of our own pages sent this; who says nothing did not."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site not in {None, "same-origin"}:
        return False
    if origin is None:
        return site is not None
    # An origin that is no address, such as "null", is nobody's.
    sent = _place(origin)
    return sent is not None and sent == _own_place(scope, headers, urlsplit(origin).scheme)


def address_reached(scope: Scope, headers: Mapping[str, str], *, scheme: str = "https") -> str:
    """The address, without a path, by which this request reached us."""
    return f"{scheme}://{_of_proxy(scope, headers, 'x-forwarded-host') or headers.get('host', '')}"


def is_encrypted(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether the browser reached us by https, as far as anything about the request tells.

    Browsers send Sec-Fetch-Site over https and to the machine itself only, and Origin with every form.
    """
    if scope.get("scheme") == "https" or _of_proxy(scope, headers, "x-forwarded-proto") == "https":
        return True
    if headers.get("origin", "").startswith("https://"):
        return True
    return "sec-fetch-site" in headers and not _is_loopback(headers.get("host", ""))


def _own_place(scope: Scope, headers: Mapping[str, str], scheme: str) -> tuple[str, int] | None:
    return _place(address_reached(scope, headers, scheme=scheme))


def _place(address: str) -> tuple[str, int] | None:
    """Host and port of an address of http or https; None for any other."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.username is not None:
        return None
    return host, port or _DEFAULT_PORTS[parts.scheme]


def _is_loopback(host: str) -> bool:
    place = _place(f"http://{host}")
    return place is not None and (place[0] in _LOOPBACK or place[0].endswith(".localhost"))


def _of_proxy(scope: Scope, headers: Mapping[str, str], name: str) -> str | None:
    """What a proxy tells of the request before it; anybody else's word counts for nothing."""
    told = headers.get(name)
    client = scope.get("client")
    if told is None or not client or not settings().trusted_proxies:
        return None
    try:
        address = ip_address(client[0])
    except ValueError:  # a unix socket: only a proxy on this machine can reach it
        return told
    return told if any(address in network for network in settings().trusted_proxies) else None
