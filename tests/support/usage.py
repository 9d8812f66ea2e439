"""What processes use of the machine, as the kernel counts it."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MEBIBYTE = 1 << 20


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
