"""Settings: typed, read once from THIDUA_* environment variables, listed by `thidua doctor`."""

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from thidua.infra.errors import SettingError
from thidua.paths import checkout

_PORT_MAX = 65535
# Whoever stops us waits no longer.
_LEAVING_SECONDS_MAX = 8.0


def _path(raw: str) -> Path:
    return Path(raw).expanduser().absolute()


def _flag(raw: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
    return known[raw.strip().lower()]


def _port(raw: str) -> int:
    port = int(raw)
    if not 0 < port <= _PORT_MAX:
        raise ValueError(raw)
    return port


def _count(raw: str) -> int:
    count = int(raw)
    if count < 1:
        raise ValueError(raw)
    return count


def _networks(raw: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(one.strip()) for one in raw.split(",") if one.strip())


def _public_url(raw: str) -> str | None:
    if raw and not (urlsplit(raw).scheme in {"http", "https"} and urlsplit(raw).netloc):
        raise ValueError(raw)
    return raw.rstrip("/") or None


def _database_url(raw: str) -> str | None:
    if raw and urlsplit(raw).scheme not in {"postgresql", "postgres"}:
        raise ValueError(raw)
    return raw or None


def _redis_url(raw: str) -> str | None:
    if raw and urlsplit(raw).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError(raw)
    return raw or None


def _log_format(raw: str) -> str:
    if raw not in {"auto", "text", "json"}:
        raise ValueError(raw)
    return raw


def _file(raw: str) -> Path | None:
    if raw and not _path(raw).is_file():
        raise ValueError(raw)
    return _path(raw) if raw else None


def _seconds(raw: str) -> float:
    seconds = float(raw)
    if not 0 <= seconds <= _LEAVING_SECONDS_MAX:
        raise ValueError(raw)
    return seconds


def _data_dir() -> str:
    return str((checkout() or Path.cwd()) / "data")


# Any: a dataclass field stands for a value of the annotated type, as in the standard library's own stub.
def _setting(name: str, parse: Callable[[str], object], default: str | Callable[[], str], says: str) -> Any:  # noqa: ANN401 -- see above
    return field(metadata={"name": name, "parse": parse, "default": default, "says": says})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of thidua, already checked."""

    data_dir: Path = _setting(  # noqa: RUF009 -- it makes the very field that the rule asks for
        "THIDUA_DATA_DIR", _path, _data_dir, "where the embedded servers and keys live"
    )
    host: str = _setting("THIDUA_HOST", str, "127.0.0.1", "the address to listen on")
    port: int = _setting("THIDUA_PORT", _port, "8000", "the port to listen on")
    workers: int = _setting("THIDUA_WORKERS", _count, "2", "how many web processes")
    database_url: str | None = _setting("THIDUA_DATABASE_URL", _database_url, "", "a PostgreSQL of your own")
    redis_url: str | None = _setting("THIDUA_REDIS_URL", _redis_url, "", "a Redis or Valkey of your own")
    pool_max: int = _setting("THIDUA_POOL_MAX", _count, "8", "database connections of one process, at most")
    demo: bool = _setting(
        "THIDUA_DEMO", _flag, "1", "`up`: fill an embedded database without people with the demo"
    )
    rulebook: Path | None = _setting(  # noqa: RUF009 -- see above
        "THIDUA_RULEBOOK", _file, "", "`up`: the file an empty instance begins with, not the shipped rulebook"
    )
    public_entries: bool = _setting(
        "THIDUA_PUBLIC_ENTRIES", _flag, "1", "show entries, under aliases, on public pages"
    )
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = _setting(
        "THIDUA_TRUSTED_PROXIES",
        _networks,
        "",
        "addresses of proxies whose X-Forwarded-Proto, -Host and -For are believed",
    )
    public_url: str | None = _setting(
        "THIDUA_PUBLIC_URL",
        _public_url,
        "",
        "where people reach us, for links and QR codes on paper and screens",
    )
    issuer_name: str = _setting(
        "THIDUA_ISSUER_NAME",
        str,
        "",
        "who issues badges, in the words of the badges: the organisation's name",
    )
    fetch_foreign: bool = _setting(
        "THIDUA_FETCH_FOREIGN", _flag, "1", "look up over https what badges of other issuers point at"
    )
    streams_max: int = _setting(
        "THIDUA_STREAMS_MAX", _count, "10000", "open streams of live boards in one web process, at most"
    )
    streams_per_address: int = _setting(
        "THIDUA_STREAMS_PER_ADDRESS",
        _count,
        "1000",
        "open streams of one address in one web process, at most",
    )
    log_format: str = _setting(
        "THIDUA_LOG_FORMAT", _log_format, "auto", "text, json, or auto: text where somebody reads along"
    )
    leaving_seconds: float = _setting(
        "THIDUA_LEAVING_SECONDS", _seconds, "0.3", "how long a process told to stop still serves, unready"
    )
    app: str = _setting("THIDUA_APP", str, "thidua.web.app:app", "the ASGI application that is served")


@cache
def settings() -> Settings:
    """The settings of this process, read from the environment at the first call."""
    return read_settings(os.environ)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that `environ` describes; a value that cannot be used is refused by its name."""
    values: dict[str, Any] = {one.name: _value(one, environ) for one in fields(Settings)}
    return Settings(**values)


def _value(one: Field[object], environ: Mapping[str, str]) -> object:
    name, default = one.metadata["name"], one.metadata["default"]
    raw = environ.get(name) or (default if isinstance(default, str) else default())
    try:
        return one.metadata["parse"](raw)
    except (ValueError, KeyError) as error:
        raise SettingError(f"{name}={raw!r} cannot be used: {one.metadata['says']}") from error


def masked(value: object) -> str:
    """A setting as it may be shown: the password of an address is hidden."""
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
    password = urlsplit(text).password if "://" in text else None
    return text.replace(f":{password}@", ":***@") if password else text
