"""A person is erased on request: nothing that names them is left, and what they did stays."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import asyncpg
import pytest
from click.testing import CliRunner

from tests.badges.given_builders import by_hand
from tests.builders import PLAIN_COMMUNE, some_people
from thidua.accounts.actions import create_account
from thidua.accounts.roles import Grant, Role
from thidua.badges.actions import give, revoke
from thidua.cli.erase import command
from thidua.imports.actions import Importer, confirm
from thidua.imports.model import Kind
from thidua.imports.queries import import_of
from thidua.imports.receiving import receive
from thidua.imports.running import go_on
from thidua.infra.clock import now
from thidua.infra.database import close_pool, engine, open_pool, point_at, transaction
from thidua.organisation.queries import unit_id_of

NAME, PHONE = "Vừ Thị Xóa Hết", "0987654321"
LIST = f"""Họ và tên,Ngày sinh,Xã/phường,Số điện thoại
{NAME},01/02/2000,{PLAIN_COMMUNE},{PHONE}
Lò Văn Ở Lại,03/04/2000,{PLAIN_COMMUNE},0911111111
"""
_TABLES = """
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
"""


@pytest.fixture
def person(bootstrapped_dsn: str) -> Iterator[UUID]:
    """Somebody who was imported from a file, has an account, and stands in another file that waits."""
    point_at(bootstrapped_dsn)
    yield asyncio.run(_made())
    engine().config.clear()


async def _made() -> UUID:
    await open_pool()
    try:
        await some_people(1)
        for confirmed in (True, False):
            await _import(confirmed=confirmed)
        async with transaction() as connection:
            found: UUID = await connection.fetchval("SELECT person FROM person_profile WHERE name = $1", NAME)
            told = {"login": "xoa.het", "password": "cau-vong-sau-mua-27", "name": NAME, "person": found}
            await create_account(connection, **told, grants=[Grant(Role.MEMBER)], at=now())  # type: ignore[arg-type]  # as named
            [badge] = await give(connection, [by_hand(found, note=f"{NAME} giúp cả bản")], at=now())
            await revoke(connection, [badge.id], reason=f"nhầm với {NAME}", by="account:x", at=now())
        return found
    finally:
        await close_pool()


async def _import(*, confirmed: bool) -> None:
    importer = Importer(source="account:x")
    async with transaction(readonly=True) as connection:
        unit = await unit_id_of(connection, PLAIN_COMMUNE)
    assert unit is not None
    content = (LIST if confirmed else LIST + "\n").encode()
    file = await receive(
        content, name=f"{NAME}.csv", kind=Kind.PEOPLE, unit=unit, importer=importer, at=now()
    )
    await go_on(file)
    if confirmed:
        async with transaction() as connection:
            await confirm(connection, await import_of(connection, file), importer=importer, at=now())
        await go_on(file)


async def _told(dsn: str, *texts: str) -> list[str]:
    """The tables in which one of the texts stands."""
    direct = await asyncpg.connect(dsn)
    try:
        found = []
        for row in await direct.fetch(_TABLES):
            name = row["table_name"]
            asked = f"SELECT count(*) FROM {name} t WHERE position($1 IN t::text) > 0"  # noqa: S608 -- from the catalogue
            found += [name for text in texts if await direct.fetchval(asked, text)]
        return found
    finally:
        await direct.close()


def test_nothing_names_an_erased_person_any_more(person: UUID, bootstrapped_dsn: str) -> None:
    hexed = NAME.encode().hex()
    before = set(asyncio.run(_told(bootstrapped_dsn, NAME, PHONE, hexed)))

    answer = CliRunner().invoke(command, [str(person), "--request", "7/YC", "--yes"])
    again = CliRunner().invoke(command, [str(person), "--request", "7/YC", "--yes"])

    assert {"person_profile", "account", "import_file", "import_row", "badge_award"} <= before
    assert answer.exit_code == 0, answer.output
    assert asyncio.run(_told(bootstrapped_dsn, NAME, PHONE, hexed, "xoa.het")) == []
    assert asyncio.run(_told(bootstrapped_dsn, "Lò Văn Ở Lại")) == ["person_profile", "import_row"]
    assert asyncio.run(_told(bootstrapped_dsn, str(person)))
    assert again.exit_code == 1
