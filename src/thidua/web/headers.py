"""Headers that every answer carries, and bodies that HEAD leaves away."""

from collections.abc import Awaitable, Callable

from litestar.types import Message, Scope, Send

from thidua.web.counting import count_answer, named

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECURE = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
# A picture of a badge says so itself: displayers of badges show it in pages of theirs.
_EMBEDDED = (b"cross-origin-resource-policy", b"cross-origin")
_SHOWN_ELSEWHERE = tuple(header for header in _SECURE if header[0] != _EMBEDDED[0])


async def secure_headers(message: Message, scope: Scope) -> None:
    """Put the headers on every answer and count it."""
    if message["type"] != "http.response.start":
        return
    count_answer(message, scope)
    secure = _SHOWN_ELSEWHERE if (_EMBEDDED in message["headers"]) else _SECURE
    message["headers"] = [*message["headers"], *secure, named()]


def headless(send: Send) -> Callable[[Message], Awaitable[None]]:
    """A `send` that keeps the headers of an answer and drops its body."""

    async def without_body(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return without_body
