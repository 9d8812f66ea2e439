"""What forms about accounts send: a role and where it shall hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from thidua.accounts.permissions import Permission
from thidua.accounts.roles import Grant, Role
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError, InputError
from thidua.kernel.period import local_day
from thidua.organisation.fields import as_id
from thidua.organisation.names import shown_names
from thidua.organisation.queries import unit_id_of
from thidua.organisation.storing import memberships_of
from thidua.web.catalogue import translate
from thidua.web.language import Language
from thidua.web.organisation_scope import unit_typed
from thidua.web.subjects import shown_name
from thidua.web.visitors import Visitor
from thidua.web.wording import say

ROLE_FIELDS = ("role", "unit", "team")
_LABELS = {
    "role": "Vai trò",
    "unit": "Trong đơn vị",
    "team": "Hoặc chỉ trong đội",
    "login": "Tên đăng nhập",
    "name": "Tên",
}
Typed = Mapping[str, str]


async def grant_typed(database: Connection, visitor: Visitor, typed: Typed) -> Grant:
    """The grant that a form asks for; a member's holds for oneself, wherever one is."""
    role = role_typed(typed)
    if role is Role.MEMBER:
        return Grant(role)
    if typed["team"]:
        return Grant(role, team=as_id(typed["team"]))
    if not typed["unit"].strip():
        return Grant(role)
    code = await unit_typed(database, visitor, Permission.MANAGE_ACCOUNTS, typed["unit"])
    return Grant(role, unit=await unit_id_of(database, code))


def grant_named(typed: Typed) -> Grant:
    """The grant that a hidden form names by ids."""
    return Grant(role_typed(typed), unit=as_id(typed["unit"]), team=as_id(typed["team"]))


def role_typed(typed: Typed) -> Role:
    """The role that was chosen."""
    if typed["role"] not in set(Role):
        raise InputError([FieldError("role", "nothing_chosen")])
    return Role(typed["role"])


async def teams_offered(
    database: Connection, person: UUID | None, language: Language, *, at: datetime
) -> list[tuple[str, str]]:
    """The teams that a person is in today, for a form."""
    if person is None:
        return []
    today = local_day(at)
    rows = (await memberships_of(database, [person])).values()
    teams = [row["team"] for row in rows if row["valid_to"] is None or row["valid_to"] > today]
    names = await shown_names(database, teams, at)
    return [(str(team), shown_name(names[team], language)) for team in dict.fromkeys(teams) if team in names]


def worded(error: InputError, language: Language) -> dict[str, str]:
    """A sentence for each faulty field, which it names as its label does."""
    return {one.field: say(one.code, language, _facts(one, language)) for one in error.errors}


def _facts(fault: FieldError, language: Language) -> dict[str, Any]:
    label = _LABELS.get(fault.field)
    return {"field": translate(label, language) if label else fault.field, **(fault.facts or {})}
