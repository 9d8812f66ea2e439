"""Tokens: made once, kept as a hash, replaced and revoked."""

import asyncpg
import pytest

from thidua.accounts.actions import create_token, revoke_token, secret_hash, signing_secret
from thidua.accounts.errors import TokenNameError, UnknownScopeError
from thidua.accounts.model import Caller, Scope
from thidua.accounts.queries import caller_of
from thidua.infra.clock import now

READ = Scope.BOARDS_READ.value


async def test_a_token_is_known_by_its_hash_alone(rolled_back: asyncpg.Connection) -> None:
    secret = await create_token(rolled_back, name="portal", scopes=[READ], source="hgd", at=now())

    kept = await rolled_back.fetchrow("SELECT * FROM api_token")

    assert secret not in str(dict(kept))
    assert await caller_of(rolled_back, secret_hash(secret)) == Caller(
        "portal", "hgd", frozenset({Scope.BOARDS_READ})
    )


async def test_the_same_name_again_replaces_the_secret_and_keeps_the_source(
    rolled_back: asyncpg.Connection,
) -> None:
    first = await create_token(rolled_back, name="portal", scopes=[READ], source="hgd", at=now())
    second = await create_token(rolled_back, name="portal", scopes=[READ], source=None, at=now())

    assert await caller_of(rolled_back, secret_hash(first)) is None
    found = await caller_of(rolled_back, secret_hash(second))
    assert found is not None
    assert found.source == "hgd"


async def test_the_source_is_the_name_by_default(rolled_back: asyncpg.Connection) -> None:
    secret = await create_token(rolled_back, name="portal", scopes=[READ], source=None, at=now())

    found = await caller_of(rolled_back, secret_hash(secret))

    assert found is not None
    assert found.source == "portal"


async def test_a_revoked_token_is_unknown(rolled_back: asyncpg.Connection) -> None:
    secret = await create_token(rolled_back, name="portal", scopes=[READ], source=None, at=now())

    assert await revoke_token(rolled_back, "portal", at=now())
    assert not await revoke_token(rolled_back, "portal", at=now())
    assert await caller_of(rolled_back, secret_hash(secret)) is None


@pytest.mark.parametrize("scopes", [[], ["everything"], [READ, "boards:write"]])
async def test_only_scopes_of_the_list_are_given(rolled_back: asyncpg.Connection, scopes: list[str]) -> None:
    with pytest.raises(UnknownScopeError):
        await create_token(rolled_back, name="portal", scopes=scopes, source=None, at=now())


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 64, "tên", "a\n", "-a", "a\0"])
async def test_a_name_is_plain(rolled_back: asyncpg.Connection, name: str) -> None:
    with pytest.raises(TokenNameError):
        await create_token(rolled_back, name=name, scopes=[READ], source="ok", at=now())


async def test_a_signing_secret_is_made_once(rolled_back: asyncpg.Connection) -> None:
    first = await signing_secret(rolled_back, "cursor", at=now())

    assert await signing_secret(rolled_back, "cursor", at=now()) == first
    assert await signing_secret(rolled_back, "other", at=now()) != first
