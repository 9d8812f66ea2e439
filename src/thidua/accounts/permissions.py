"""Who may do what: the one table that every guard, and the page that shows it, reads."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from thidua.accounts.roles import Grant, Role


class Permission(StrEnum):
    """The closed list of what a signed-in person may be allowed to do."""

    RECORD_OWN = "record_own"
    RECORD_FOR_OTHERS = "record_for_others"
    VERIFY = "verify"
    SEE_NAMES = "see_names"
    MANAGE_TEAMS = "manage_teams"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_UNITS = "manage_units"
    IMPORT = "import"
    EXPORT = "export"
    RUN_FESTIVAL = "run_festival"
    AWARD_BADGES = "award_badges"
    MANAGE_ACCOUNTS = "manage_accounts"
    AUDIT = "audit"
    EDIT_RULES = "edit_rules"
    OPERATE = "operate"


# Columns in the order of Role: member, team leader, branch secretary, unit leader, verifier, festival
# organiser, auditor, rules editor, system administrator. Who runs the servers touches no scores.
_TABLE = """
                   mem  team branch unit  ver  fest  aud  rules sysadm
record_own          x    x     x     x     x    x     .     .     .
record_for_others   .    x     x     x     .    x     .     .     .
verify              .    x     x     x     x    .     .     .     .
see_names           .    x     x     x     x    x     x     .     .
manage_teams        .    x     x     x     .    .     .     .     .
manage_people       .    .     x     x     .    .     .     .     .
manage_units        .    .     .     x     .    .     .     .     .
import              .    .     x     x     .    .     .     .     .
export              .    x     x     x     .    x     x     .     .
run_festival        .    .     .     x     .    x     .     .     .
award_badges        .    .     .     x     .    x     .     .     .
manage_accounts     .    .     .     x     .    .     .     .     x
audit               .    .     .     .     .    .     x     .     x
edit_rules          .    .     .     .     .    .     .     x     .
operate             .    .     .     .     .    .     .     .     x
"""


def _read(table: str) -> Mapping[Role, frozenset[Permission]]:
    lines = [line.split() for line in table.strip().splitlines()[1:]]
    rows = {Permission(name): marks for name, *marks in lines}
    assert set(rows) == set(Permission), "every permission has its line"
    return {
        role: frozenset(one for one, marks in rows.items() if marks[column] == "x")
        for column, role in enumerate(Role)
    }


PERMISSIONS: Mapping[Role, frozenset[Permission]] = _read(_TABLE)


def carrying(grants: Iterable[Grant], permission: Permission) -> list[Grant]:
    """The grants whose role carries the permission."""
    return [grant for grant in grants if permission in PERMISSIONS[grant.role]]


def needed_to_give(role: Role) -> frozenset[Permission]:
    """What a giver of the role must hold where it shall hold: all it carries, for nobody lifts above oneself.

    So whoever runs the servers appoints their like; the first leader, auditor or editor of rules is appointed
    with `thidua account grant`.
    """
    return PERMISSIONS[role] | {Permission.MANAGE_ACCOUNTS}
