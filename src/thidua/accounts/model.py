"""A caller and its rights, as the rest of the program sees them."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """The closed list of what a token may be allowed to do."""

    ORGANISATION_READ = "organisation:read"
    ORGANISATION_WRITE = "organisation:write"
    ACTIVITIES_READ = "activities:read"
    ACTIVITIES_WRITE = "activities:write"
    ACTIVITIES_VERIFY = "activities:verify"
    BOARDS_READ = "boards:read"
    RULES_WRITE = "rules:write"


@dataclass(frozen=True, slots=True)
class Caller:
    """The program that calls: its source is written into every activity it reports."""

    name: str
    source: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether the token behind this caller carries the scope."""
        return scope in self.scopes
