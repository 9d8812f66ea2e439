"""Leaving in good order: who was told to stop ends what would go on for ever, then lets the server stop.

The server waits for open answers before it ends, and a stream of a live board has no end of its own. So a
process that is served takes SIGTERM itself, ends its streams, and passes the wish on a moment later, when
whoever balances the load has seen that it is not ready any more.
"""

import asyncio
import os
import signal
from dataclasses import dataclass

import structlog

from thidua.infra.settings import settings
from thidua.web.streams import end_streams

_log = structlog.get_logger("thidua.web")


@dataclass(slots=True)
class _State:
    is_leaving: bool = False


_state = _State()


def is_leaving() -> bool:
    """Whether this process was told to stop: it is ready for nothing new."""
    return _state.is_leaving


def leave_on_sigterm() -> None:
    """Take SIGTERM; the server, which knows both signals for the same wish, is told by SIGINT."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave)


def leave() -> None:
    """End every stream, and a moment later the process."""
    if _state.is_leaving:
        return
    _state.is_leaving = True
    _log.info("leaving")
    end_streams()
    asyncio.get_running_loop().call_later(settings().leaving_seconds, os.kill, os.getpid(), signal.SIGINT)
