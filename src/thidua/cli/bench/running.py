"""Real processes of thidua over one database of the bench, as `thidua up` would start them."""

import asyncio
import http.client
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from thidua.accounts.actions import create_token
from thidua.accounts.model import Scope
from thidua.cli.bench.ground import Ground
from thidua.infra.clock import now
from thidua.infra.database import close_pool, open_pool, transaction
from thidua.infra.supervise import Service, Supervisor

BARE_APP = "thidua.cli.bench.bare:app"
_OK, _BUSY = 200, 503
_PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Running:
    """A web server of two processes with its worker."""

    port: int
    token: str
    restart: Callable[[], None]
    refused: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def head(self, method: str, path: str, *, body_bytes: int | None = None) -> bytes:
        """The head of a request as the client sends it."""
        lines = [f"{method} {path} HTTP/1.1", f"host: {self.address}", f"authorization: Bearer {self.token}"]
        if body_bytes is not None:
            lines += ["content-type: application/json", f"content-length: {body_bytes}"]
        return "\r\n".join([*lines, "", ""]).encode()

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- JSON of any shape
        """What is answered; "busy" is noted and asked again, any other refusal is an error of the bench."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            status, content = self._answer(method, path, body)
            if status != _BUSY or time.monotonic() > deadline:
                break
            self.refused.append(path)
            time.sleep(0.5)
        assert status == _OK, f"{method} {path}: {status} {content[:1000]!r}"
        return msgspec.json.decode(content)

    def page(self, path: str) -> bytes:
        """A page as a browser is sent it."""
        status, content = self._answer("GET", path, None)
        assert status == _OK, f"GET {path}: {status} {content[:1000]!r}"
        return content

    def _answer(self, method: str, path: str, body: object) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = None if body is None else msgspec.json.encode(body)
            headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@contextmanager
def running(ground: Ground, database: str, *, app: str | None = None, workers: int = 2) -> Iterator[Running]:
    """Serve a database on a free port."""
    port = _free_port()
    environ = {"THIDUA_DATABASE_URL": database, "THIDUA_PORT": str(port), "THIDUA_WORKERS": str(workers)}
    environ |= {} if app is None else {"THIDUA_APP": app}
    working, serving, outer = Supervisor(ground.say), Supervisor(ground.say), dict(ground.pids)

    def serve() -> None:
        serving.stop()
        serving.start(_service(ground, "serve", environ, is_ready=lambda _pid: _listens(port)))
        if app is None:  # the bare one stands beside the real one, and its time is not counted
            ground.pids["server"] = serving.pid_of("serve")

    token = asyncio.run(_token()) if app is None else ""
    try:
        if app is None:
            working.start(_service(ground, "work", environ))
            ground.pids["worker"] = working.pid_of("work")
        serve()
        yield Running(port, token, serve)
    finally:
        serving.stop()
        working.stop()
        ground.pids.clear()
        ground.pids.update(outer)


def _service(
    ground: Ground, name: str, environ: dict[str, str], is_ready: Callable[[int], bool] = lambda _pid: True
) -> Service:
    command, log = [sys.executable, "-m", "thidua", name], ground.folder / f"{name}.log"
    return Service(name=name, command=command, environ=environ, is_ready=is_ready, log=log)


async def _token() -> str:
    await open_pool()
    try:
        async with transaction() as connection:
            return await create_token(
                connection, name="bench", scopes=[one.value for one in Scope], source=None, at=now()
            )
    finally:
        await close_pool()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
