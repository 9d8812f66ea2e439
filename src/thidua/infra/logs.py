"""How the program writes its log: one line an event, for people or as JSON, and nobody's values in it."""

import json
import logging
import logging.config
import sys
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger
from typing_extensions import override

from thidua.infra.settings import settings

# Which request an event belongs to; the same stands in the answer's head.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# Their messages quote what somebody sent.
_QUOTING = ("asyncpg", "msgspec", "pydantic", "uuid")
_MESSAGE_CHARACTERS_MAX = 200


def plain_logs() -> None:
    """Write events to standard error, as `THIDUA_LOG_FORMAT` says; tracebacks without anybody's values."""
    structlog.configure(
        processors=[
            _with_request,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_json() if is_json() else _text()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def all_logs() -> None:
    """The same, also for what others write by the standard library: for a process of our own."""
    plain_logs()
    logging.config.dictConfig(logging_config())


def is_json() -> bool:
    """Whether lines are JSON: as set, else where nobody reads along."""
    chosen = settings().log_format
    return chosen == "json" or (chosen == "auto" and not sys.stderr.isatty())


def logging_config() -> dict[str, Any]:
    """The same for those who write by the standard library: the web server, asyncio."""
    kind = "thidua.infra.logs.JsonLines" if is_json() else "thidua.infra.logs.TextLines"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": kind}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {
            name: {"handlers": ["lines"], "level": "WARNING", "propagate": False}
            for name in ("_granian", "granian.access")
        },
    }


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "event": record.getMessage()[:_MESSAGE_CHARACTERS_MAX],
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["exception"] = "".join(_lines(record.exc_info[1]))
        return json.dumps(told, ensure_ascii=False)


class TextLines(logging.Formatter):
    """One line for people, and what went wrong below it."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line = f"[{record.levelname.lower()}] {record.getMessage()[:_MESSAGE_CHARACTERS_MAX]}"
        failed = record.exc_info[1] if record.exc_info else None
        return line if failed is None else f"{line}\n{''.join(_lines(failed))}"


def _json() -> list[Any]:
    return [_exception_as_text, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _text() -> list[Any]:
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_print_exception)]


def _with_request(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    one = request_id.get()
    if one:
        event["request"] = one
    return event


def _exception_as_text(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    failed = event.pop("exc_info", None)
    error = sys.exc_info()[1] if failed is True else failed
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = "".join(_lines(error))
    return event


def _print_exception(out: TextIO, failed: ExcInfo) -> None:
    out.write("\n" + "".join(_lines(failed[1])))


def _lines(error: BaseException) -> list[str]:
    """The traceback of an exception and of what led to it: where, and what kind; no values."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [*(_lines(earlier) if earlier is not None else ()), *_where(error.__traceback__), _what(error)]


def _where(found: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(found)
    lines = [f'  File "{one.filename}", line {one.lineno}, in {one.name}\n    {one.line}\n' for one in frames]
    return ["Traceback (most recent call last):\n", *lines]


def _what(error: BaseException) -> str:
    kind = type(error)
    if kind.__module__.startswith(_QUOTING) or isinstance(error, ValueError):
        return f"{kind.__module__}.{kind.__qualname__}\n"
    first = next(iter(str(error).splitlines()), "")
    return f"{kind.__module__}.{kind.__qualname__}: {first[:_MESSAGE_CHARACTERS_MAX]}\n"
