"""One change to the database by a command, or the words in which it is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import rich_click as click

from thidua.cli.wording import words_of
from thidua.infra.database import Connection, close_pool, open_pool, transaction
from thidua.kernel.errors import DomainError

T = TypeVar("T")


def done(doing: Callable[[Connection], Awaitable[T]]) -> T:
    """Do it in one transaction; what is refused ends the command and says why."""
    try:
        return asyncio.run(_in_transaction(doing))
    except DomainError as error:
        raise click.ClickException(words_of(error)) from error


async def _in_transaction(doing: Callable[[Connection], Awaitable[T]]) -> T:
    await open_pool()
    try:
        async with transaction() as connection:
            return await doing(connection)
    finally:
        await close_pool()
