"""What commands say when they are refused: plain words, and moments as a clock in Vietnam shows them."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from tests.engine.second_rulebook import second_text
from thidua.cli import reassign, rules
from thidua.infra.database import engine, point_at
from thidua.scoring.rulebook import shipped_text

_OBJECT = re.compile(r"datetime\.|UUID\(|[{}]|Error\(")
DAYS = ("--from", "2026-10-01", "--to", "2026-10-02")


@pytest.fixture(autouse=True)
def instance(bootstrapped_dsn: str) -> Iterator[None]:
    """A database for the commands."""
    point_at(bootstrapped_dsn)
    yield
    engine().config.clear()


def refused(command: object, *arguments: str) -> str:
    answer: Result = CliRunner().invoke(command, arguments)  # type: ignore[arg-type]  # a command
    assert answer.exit_code == 1, answer.output
    assert not _OBJECT.search(answer.output), answer.output
    return " ".join(answer.output.replace("│", " ").split())


def recalculated(version: int) -> str:
    told = ("--decision", "12/QD", "--version", str(version), "--by", "Ban Thường vụ")
    return refused(rules.command, "recalculate", *told, *DAYS)


def test_recalculating_too_early_says_from_when_it_may_be(tmp_path: Path) -> None:
    file = tmp_path / "second.toml"
    file.write_text(second_text(), encoding="utf-8")
    published = CliRunner().invoke(rules.command, ["publish", str(file)])
    assert published.exit_code == 0, published.output

    said = recalculated(2)

    assert re.search(r"Rulebook 2 may recalculate 24 hours .* from \d\d:\d\d:\d\d, \d\d/\d\d/\d{4}", said)
    assert "Vietnam time." in said


def test_a_version_that_is_published_already_says_from_when_it_is_in_force(tmp_path: Path) -> None:
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    first.write_text(shipped_text(), encoding="utf-8")
    second.write_text(second_text(), encoding="utf-8")
    CliRunner().invoke(rules.command, ["publish", str(second)])

    said = [refused(rules.command, "preview", str(file), *DAYS) for file in (first, second)]
    again = refused(rules.command, "publish", str(second))

    assert "Rulebook 1 is published already, in force from the beginning" in said[0]
    assert re.search(r"Rulebook 2 is published already, in force from 00:00:00, \d\d/\d\d/\d{4}", said[1])
    assert "Rulebook 2 is published already" in again


def test_a_version_that_is_not_there_is_named() -> None:
    assert "there is no version 7" in recalculated(7)


def test_a_rulebook_that_gives_no_notice_is_told_the_first_day(tmp_path: Path) -> None:
    file = tmp_path / "second.toml"
    file.write_text(second_text(), encoding="utf-8")

    said = refused(rules.command, "publish", str(file), "--from", "2026-01-01")

    assert re.search(r"at the earliest: 00:00:00, \d\d/\d\d/\d{4}, Vietnam time\.", said)


def test_activities_moved_to_no_team_name_it() -> None:
    team = str(uuid4())
    told = ("--reason", "3/TB", "--by", "Huyện đoàn", "--team", team)

    assert f"there is no team {team}" in refused(reassign.command, str(uuid4()), *told)
