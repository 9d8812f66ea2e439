"""Signing in: the same words, and the same time, whatever about login and password is wrong."""

from datetime import datetime, timedelta

from thidua.accounts.errors import SignInRefusedError
from thidua.accounts.model import Account
from thidua.accounts.passwords import is_right
from thidua.accounts.queries import account_of, secret_of_login
from thidua.accounts.tries import count_try, forget_try
from thidua.infra.database import connection

# A slip of paper with a password may get lost.
ONCE_LASTS = timedelta(days=7)


async def account_signing_in(login: str, password: str, *, at: datetime) -> Account:
    """The account that login and password belong to, else SignInRefusedError or TooManyTriesError."""
    tried = await count_try(login, at=at)
    async with connection() as database:
        known = await secret_of_login(database, login)
    # No connection waits while the password is checked.
    right = await is_right(password, known[1] if known else None)
    if known is None or not right:
        raise SignInRefusedError
    async with connection() as database:
        account = await account_of(database, known[0])
    if account is None or account.disabled_at is not None or _is_stale(account, at):
        raise SignInRefusedError
    await forget_try(login, tried)
    return account


def _is_stale(account: Account, at: datetime) -> bool:
    return account.is_password_once and at - account.credentials_at > ONCE_LASTS
