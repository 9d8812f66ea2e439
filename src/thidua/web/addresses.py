"""Where a request comes from, for counting: nothing is allowed or refused by it alone."""

from ipaddress import IPv6Address, ip_address

from thidua.infra.settings import settings
from thidua.web.language import AnyRequest


def address_behind(request: AnyRequest) -> str | None:
    """The caller's address; None for this machine itself, whose programs are not counted.

    A proxy names who asked it: one that is trusted, or any on this machine, where nobody else can stand.
    """
    client = request.scope.get("client")
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    try:
        near = ip_address(client[0] if client else "::1")
    except ValueError:  # a unix socket
        near = IPv6Address(1)
    if told and (near.is_loopback or any(near in network for network in settings().trusted_proxies)):
        return told
    return None if near.is_loopback else str(near)
