"""Logins: what may be one, and how two are told apart."""

import re

from thidua.kernel.errors import FieldError
from thidua.organisation.vietnamese import fold

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_LONGEST = 200
NAME_MAX = 100


def login_fold(login: str) -> str:
    """The login as it is compared: nobody can sign up as Páo beside pao."""
    return fold(login[:_LONGEST])


def faults(login: str, name: str) -> list[FieldError]:
    """What is wrong with a new account's login and name."""
    found = []
    if _LOGIN.fullmatch(login_fold(login)) is None or not login.isprintable():
        found.append(FieldError("login", "login_form"))
    if not 0 < len(name.strip()) <= NAME_MAX or not name.isprintable():
        found.append(FieldError("name", "name_form", facts={"highest": NAME_MAX}))
    return found
