"""`thidua import`: the same preview as text, and nothing written without --confirm."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.imports.office_files import csv_text
from tests.imports.sending import one_value

LIST = (
    ("STT", "Họ và tên", "Ngày sinh", "Xã/phường"),
    ("1", "Lò Thị Mai", "26/11/1999", "Xã Nậm Tăm"),
    ("2", "Giàng A Páo", "31/02/2003", "Xã Dào San"),
)


async def thidua(url: str, *told: str) -> tuple[int, str]:
    """Run the command; its code and what it says."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thidua", *told),
        env=os.environ | {"THIDUA_DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    return child.returncode or 0, said.decode()


@pytest.mark.timeout(60)
async def test_a_file_is_shown_as_text_and_written_only_when_that_is_said(
    bootstrapped_database: str, tmp_path: Path
) -> None:
    file = tmp_path / "danh-sach.csv"
    await asyncio.to_thread(file.write_text, csv_text(LIST), encoding="utf-8")
    told = ("import", str(file), "--kind", "people", "--unit", "P-12")

    code, shown = await thidua(bootstrapped_database, *told)
    before = await one_value("SELECT count(*) FROM person")
    _, written = await thidua(bootstrapped_database, *told, "--confirm")

    assert (code, before) == (1, 0)
    assert "3: Giàng A Páo · 31/02/2003" in shown
    assert "born_on: Không có ngày này: tháng 2 chỉ có 28 ngày." in shown
    assert "nothing was written" in shown
    assert "created   1" in written
    assert await one_value("SELECT count(*) FROM person") == 1
    assert await one_value("SELECT count(*) FROM import_file WHERE content IS NOT NULL") == 1
