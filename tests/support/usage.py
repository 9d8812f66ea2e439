"""What processes use of the machine, as the kernel counts it."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import descendants
from tests.support.promises import Promise

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Using:
    """What a server and all below it held and had used at a moment."""

    pid: int
    at: float
    memory_mib: float
    cpu_seconds: float

    @classmethod
    def now(cls, pid: int) -> "Using":
        """What it holds and has used by now."""
        pids = descendants(pid)
        return cls(pid, time.monotonic(), memory_mib(pids), cpu_seconds(pids))

    def tell(self, promise: Promise, of: str) -> None:
        """Note what it holds more, and used meanwhile."""
        later = self.now(self.pid)
        cores = (later.cpu_seconds - self.cpu_seconds) / (later.at - self.at)
        grown = round(later.memory_mib - self.memory_mib, 1)
        promise(f"T20 memory of the server grown, MiB, {of}", figure=grown, target="<= 50")
        promise(f"T20 cores the server used, {of}", figure=round(cores, 2), target="<= 1.5")


def memory_mib(pids: Iterable[int]) -> float:
    """The memory that these processes hold, those gone meanwhile left out."""
    return sum(_pages(pid) for pid in pids) * _PAGE / _MEBIBYTE


def cpu_seconds(pids: Iterable[int]) -> float:
    """The processor time that these processes have used."""
    return sum(_ticks(pid) for pid in pids) / _TICKS


def _pages(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return 0


def _ticks(pid: int) -> int:
    with suppress(OSError):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(told[11]) + int(told[12])
    return 0
