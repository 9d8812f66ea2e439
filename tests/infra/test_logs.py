"""What stands in the log: enough to find a fault, and nothing of anybody."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import asyncpg
import pytest
import structlog

from thidua.infra.logs import JsonLines, plain_logs, request_id
from thidua.infra.settings import settings

SOMEBODY = "Giàng Thị Mỷ"


@pytest.fixture
def as_json(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Where the lines go."""
    lines = io.StringIO()
    monkeypatch.setenv("THIDUA_LOG_FORMAT", "json")
    monkeypatch.setattr(sys, "stderr", lines)
    settings.cache_clear()
    plain_logs()
    monkeypatch.undo()
    settings.cache_clear()
    yield lines
    plain_logs()


def _fail(name: str) -> None:
    try:
        int(name)
    except ValueError as error:
        message = f"Key (login)=({name}) already exists"
        raise asyncpg.UniqueViolationError(message) from error


def test_a_fault_is_one_line_of_json_that_says_where_and_of_which_request(as_json: io.StringIO) -> None:
    request_id.set("abc-1")

    try:
        _fail(SOMEBODY)
    except asyncpg.UniqueViolationError:
        structlog.get_logger("thidua.web").exception("request failed", route="/people/{person}")

    [line] = as_json.getvalue().splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["request"]) == ("request failed", "error", "abc-1")
    assert "UniqueViolationError" in told["exception"]
    assert "test_logs.py" in told["exception"]
    assert SOMEBODY not in line


def test_what_others_log_is_json_too_and_without_values() -> None:
    with pytest.raises(asyncpg.UniqueViolationError) as failed:
        _fail(SOMEBODY)
    told = (failed.type, failed.value, failed.tb)

    line = JsonLines().format(logging.LogRecord("asyncio", logging.ERROR, "", 1, "task failed", (), told))

    assert json.loads(line)["event"] == "task failed"
    assert SOMEBODY not in line
