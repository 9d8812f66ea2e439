"""Passwords: what may be one, how it is kept, and checking one in the same time whether it exists or not."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from thidua.kernel.errors import BusyError, FieldError

T = TypeVar("T")
LENGTH_MIN, LENGTH_MAX = 10, 200
# 19 MiB and two passes: the least that OWASP advises, about 30 ms; many may sign in at the same minute.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
_WAITING_MAX = 100
# Two at a time in this process: more would take the processors from everybody else.
_SEATS = ThreadPoolExecutor(2, thread_name_prefix="argon2")
# Without letters and figures that look alike when read out or copied by hand.
_PLAIN_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 3, 5
_COMMON = ("password", "matkhau", "12345", "qwerty", "thidua", "abc123", "iloveyou", "11111", "00000")


class _Waiting:
    people = 0


_waiting = _Waiting()


def faults(password: str, *, login: str) -> list[FieldError]:
    """What is wrong with a new password; nothing if it may be taken."""
    plain = _composed(password).casefold()
    if not LENGTH_MIN <= len(plain) <= LENGTH_MAX:
        return [
            FieldError("password", "password_length", facts={"lowest": LENGTH_MIN, "highest": LENGTH_MAX})
        ]
    rest = plain
    for word in (*_COMMON, login.casefold()):
        rest = rest.replace(word, "")
    is_guessed_first = len(set(rest)) <= LENGTH_MIN // 2
    return [FieldError("password", "password_common")] if is_guessed_first else []


def made_up() -> str:
    """A new password of 74 random bits that a person can copy from a slip of paper."""
    groups = ("".join(secrets.choice(_PLAIN_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


async def hashed(password: str) -> str:
    """The Argon2id hash of the password, with its salt."""
    return await _seated(_HASHER.hash, _composed(password))


async def is_right(password: str, kept: str | None) -> bool:
    """Whether the password belongs to the hash; without a hash no, after the same work."""
    right = await _seated(_matches, kept or _nobodys(), _composed(password[:LENGTH_MAX]))
    return right and kept is not None


def _matches(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_hex(16))


async def _seated(work: Callable[..., T], *given: str) -> T:
    if _waiting.people >= _WAITING_MAX:
        raise BusyError
    _waiting.people += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_SEATS, work, *given)
    finally:
        _waiting.people -= 1


def _composed(password: str) -> str:
    """The same characters whichever keyboard typed them."""
    return unicodedata.normalize("NFKC", password)
