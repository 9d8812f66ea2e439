"""The nine roles, and a grant: a role that holds in a unit and all below it, in a team, or everywhere."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person can be here; `permissions.py` says what each may do."""

    MEMBER = "member"
    TEAM_LEADER = "team_leader"
    BRANCH_SECRETARY = "branch_secretary"
    UNIT_LEADER = "unit_leader"
    VERIFIER = "verifier"
    FESTIVAL_ORGANISER = "festival_organiser"
    AUDITOR = "auditor"
    RULES_EDITOR = "rules_editor"
    SYSTEM_ADMINISTRATOR = "system_administrator"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and where it holds: the unit's whole subtree, that team, or with neither the whole instance."""

    role: Role
    unit: UUID | None = None
    team: UUID | None = None

    @property
    def is_everywhere(self) -> bool:
        """Whether it holds in the whole instance."""
        return self.unit is None and self.team is None

    @property
    def places(self) -> tuple[UUID, ...]:
        """The one unit or team where it holds, or none."""
        return tuple(place for place in (self.unit, self.team) if place is not None)
