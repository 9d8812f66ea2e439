"""Who asks, a program or a person, as the rest of the program sees them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from thidua.accounts.roles import Grant


class Scope(StrEnum):
    """The closed list of what a token may be allowed to do."""

    ORGANISATION_READ = "organisation:read"
    ORGANISATION_WRITE = "organisation:write"
    ACTIVITIES_READ = "activities:read"
    ACTIVITIES_WRITE = "activities:write"
    ACTIVITIES_VERIFY = "activities:verify"
    BOARDS_READ = "boards:read"
    RULES_WRITE = "rules:write"
    METRICS_READ = "metrics:read"


@dataclass(frozen=True, slots=True)
class Caller:
    """The program that calls: its source is written into every activity it reports."""

    name: str
    source: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether the token behind this caller carries the scope."""
        return scope in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointer:
    """Who gives and takes roles, by which roles of their own."""

    account: UUID
    person: UUID | None
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account as a list shows it."""

    id: UUID
    login: str
    name: str
    person: UUID | None
    roles: tuple[str, ...]
    is_disabled: bool
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who signs in, and the roles in force."""

    id: UUID
    login: str
    name: str
    person: UUID | None
    language: str | None
    grants: tuple[Grant, ...]
    is_password_once: bool
    created_at: datetime
    credentials_at: datetime
    roles_at: datetime
    disabled_at: datetime | None
