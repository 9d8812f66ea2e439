"""`thidua rules check` as people call it."""

from pathlib import Path

from click.testing import CliRunner

from thidua.cli.rules import command
from thidua.scoring.rulebook import shipped_text


def test_a_good_rulebook_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "book.toml"
    file.write_text(shipped_text(), encoding="utf-8")

    answer = CliRunner().invoke(command, ["check", str(file)])

    assert answer.exit_code == 0
    assert "version 1, 38 rules, no faults" in answer.output


def test_a_bad_rulebook_shows_each_fault_with_line_and_field_and_ends_with_one(tmp_path: Path) -> None:
    file = tmp_path / "book.toml"
    file.write_text(shipped_text().replace('window = "quarter", units = 40', 'window = "quater", units = 40'))

    answer = CliRunner().invoke(command, ["check", str(file)])

    line = shipped_text()[: shipped_text().index('window = "quarter", units = 40')].count("\n") + 1
    assert answer.exit_code == 1
    assert f"line {line}: rule.mentor_session.caps[1].window: unknown_window (choose from: " in answer.output
