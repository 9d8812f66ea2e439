"""The embedded Valkey: what it holds can be rebuilt, so it may lose a second but never stand in the way."""

import socket
from pathlib import Path
from urllib.parse import quote

from thidua.infra.binaries import valkey_server
from thidua.infra.home import Home
from thidua.infra.supervise import Service


def valkey(home: Home) -> Service:
    """Valkey in `home`; it answers while it still loads."""
    return Service(
        name="valkey",
        command=[
            str(valkey_server(home)),
            *("--port", "0", "--unixsocket", str(_socket(home)), "--unixsocketperm", "700"),
            *("--dir", str(home.folder("valkey")), "--appendonly", "yes", "--appendfsync", "everysec"),
            *("--save", "", "--loglevel", "warning"),
        ],
        is_ready=lambda _pid: _answers(_socket(home)),
        user=home.user,
        folder=home.folder("valkey"),
        log=home.folder("log") / "valkey.log",
    )


def url_of(home: Home) -> str:
    """The address of the server over its unix socket."""
    return f"unix://{quote(str(_socket(home)))}"


def _socket(home: Home) -> Path:
    return home.run / "vk.sock"


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(1)
        try:
            one.connect(str(address))
            one.sendall(b"PING\r\n")
            return one.recv(1) in {b"+", b"-"}
        except OSError:
            return False
