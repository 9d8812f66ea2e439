"""Lets the client process do its job while everybody's processor time is read."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from thidua.cli.bench.client import Job, Took, write_requests
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.sizes import Sizes
from thidua.cli.bench.usage import per_item
from thidua.infra.supervise import tie_to_parent


@dataclass(frozen=True, slots=True)
class Measured:
    """What the client saw, and the processor time of one answer by kind of process."""

    took: Took
    cpu_us_per_answer: dict[str, float]

    @property
    def a_second(self) -> float:
        """Answers a second while measuring."""
        return self.took.count / self.took.seconds if self.took.seconds else 0.0

    def cpu_us_per_item(self, items_each: int = 1) -> dict[str, float]:
        """The processor time of one of the items that each request carries."""
        return {kind: spent / items_each for kind, spent in self.cpu_us_per_answer.items()}


def requests_file(ground: Ground, requests: Iterable[bytes]) -> Path:
    """Encoded requests in a file, as the client reads them."""
    path = ground.folder / f"{secrets.token_hex(4)}.requests"
    write_requests(path, iter(requests))
    return path


def steady(sizes: Sizes, address: str, requests: Path, *, sockets: int, replies: int = 0) -> Job:
    """A job that asks the same again and again: a warm-up, then a span of measuring."""
    return Job(
        address=address,
        requests=str(requests),
        sockets=sockets,
        replies=replies,
        warm_seconds=sizes.warm_seconds,
        seconds=sizes.seconds,
        is_repeated=True,
    )


def once(
    sizes: Sizes, address: str, requests: Path, *, sockets: int, warm_requests: int, sources: int = 1
) -> Job:
    """A job that sends nothing twice: first what fills every cache, then a span of measuring."""
    return Job(
        address=address,
        requests=str(requests),
        sockets=sockets,
        sources=sources,
        warm_seconds=sizes.warm_seconds,
        warm_requests=warm_requests,
        seconds=sizes.seconds,
        is_repeated=False,
    )


def all_of(address: str, requests: Path, *, sockets: int) -> Job:
    """A job that sends every request once, and measures from the first to the last."""
    return Job(
        address=address,
        requests=str(requests),
        sockets=sockets,
        warm_seconds=0.0,
        seconds=3600.0,
        is_repeated=False,
    )


def drive(ground: Ground, job: Job) -> Measured:
    """Run the client to its end; an answer that was not 200 is an error of the bench."""
    file = ground.folder / f"{secrets.token_hex(4)}.job"
    file.write_bytes(msgspec.json.encode(job))
    parent = os.getpid()
    process = subprocess.Popen(  # noqa: S603 -- our own command line
        [sys.executable, "-m", "thidua.cli.bench.client", str(file)],
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C reaches us alone
        preexec_fn=lambda: tie_to_parent(parent, signal.SIGKILL),  # noqa: PLW1509 -- no thread runs here
    )
    try:
        assert process.stdout is not None, "piped"
        measured = _watch(ground, process.stdout)
    finally:
        process.kill()
        process.wait()
    assert not measured.took.failed, f"{measured.took.failed} refused: {measured.took.first_failure}"
    return measured


def _watch(ground: Ground, said: IO[bytes]) -> Measured:
    assert said.readline() == b"open\n", "the client begins to measure"
    before = ground.used()
    assert said.readline() == b"closed\n", "the client ends measuring"
    after = ground.used()
    took = msgspec.json.decode(said.read(), type=Took)
    spent = per_item(before, after, took.count)
    return Measured(took, spent | {"client": took.cpu_seconds * 1e6 / max(took.count, 1)})
