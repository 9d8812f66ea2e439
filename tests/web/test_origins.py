"""Whose page sent a request, and whether it came encrypted: what is believed, and of whom."""

from collections.abc import Iterator
from typing import Any

import pytest

from thidua.infra.settings import settings
from thidua.web.origins import is_encrypted, is_from_our_pages

HOST = {"host": "thidua.example"}


def scope(client: str = "203.0.113.9", scheme: str = "http") -> Any:  # noqa: ANN401 -- the part of a scope that counts
    return {"type": "http", "scheme": scheme, "client": (client, 40_000)}


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A proxy at 10.0.0.0/8 is trusted."""
    monkeypatch.setenv("THIDUA_TRUSTED_PROXIES", "10.0.0.0/8, ::1")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://thidua.example"},
        {"origin": "https://thidua.example"},
        {"origin": "http://thidua.example:80"},
        {"sec-fetch-site": "same-origin"},
        {"origin": "https://thidua.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_our_own_pages_are_known(headers: dict[str, str]) -> None:
    assert is_from_our_pages(scope(), HOST | headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://evil.example"},
        {"origin": "https://thidua.example.evil.example"},
        {"origin": "https://thidua.example@evil.example"},
        {"origin": "https://user@thidua.example"},
        {"origin": "http://thidua.example:8080"},
        {"origin": "https://thidua.example:99999"},
        {"origin": "ftp://thidua.example"},
        {"origin": "https://[::1"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://thidua.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example", "x-forwarded-host": "evil.example"},
    ],
)
def test_whoever_is_not_known_is_a_stranger(headers: dict[str, str]) -> None:
    assert not is_from_our_pages(scope(), HOST | headers)


def test_without_a_host_nobody_is_known() -> None:
    assert not is_from_our_pages(scope(), {"origin": "https://thidua.example"})
    assert not is_from_our_pages(scope(), {"origin": "https://"})


@pytest.mark.usefixtures("behind_a_proxy")
def test_only_a_trusted_proxy_is_believed() -> None:
    told = {"host": "127.0.0.1:8000", "x-forwarded-host": "thidua.example", "x-forwarded-proto": "https"}

    assert is_encrypted(scope("10.1.2.3"), told)
    assert not is_encrypted(scope("203.0.113.9"), told)
    assert is_from_our_pages(scope("10.1.2.3"), told | {"origin": "https://thidua.example"})
    assert not is_from_our_pages(scope("203.0.113.9"), told | {"origin": "https://thidua.example"})


def test_https_shows_in_what_browsers_send() -> None:
    assert is_encrypted(scope(scheme="https"), HOST)
    assert is_encrypted(scope(), HOST | {"origin": "https://thidua.example"})
    assert is_encrypted(scope(), HOST | {"sec-fetch-site": "none"})
    assert not is_encrypted(scope(), HOST)
    assert not is_encrypted(scope(), {"host": "127.0.0.1:8000", "sec-fetch-site": "none"})
    assert not is_encrypted(scope(), {"host": "localhost:8000", "sec-fetch-site": "same-origin"})
