"""The one base of everything a person can cause to go wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One mended-if-you-change-this fault: where it is, a stable code, and the facts its words need."""

    field: str
    code: str
    index: int | None = None
    facts: Mapping[str, object] | None = None


class DomainError(Exception):
    """Something the caller can mend. `code` is stable; `facts` are the figures and names its words need."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str = "", **facts: object) -> None:
        """Keep the facts; the message is for logs only, the web words the error for people."""
        super().__init__(message or self.code)
        self.facts = facts


class NotFoundError(DomainError):
    """What was named does not exist, or is not to be seen by who asks."""

    code = "not_found"


class NotAllowedError(DomainError):
    """Who asks may not do this."""

    code = "not_allowed"


class ConflictError(DomainError):
    """The request contradicts what is already recorded."""

    code = "conflict"


class BusyError(DomainError):
    """The same things are being changed by others just now: try again shortly."""

    code = "busy"


class InputError(DomainError):
    """One or more fields cannot be taken as they are; every fault is named."""

    code = "invalid_input"

    def __init__(self, errors: Sequence[FieldError], message: str = "", **facts: object) -> None:
        """Carry every fault found, so that a person mends them in one go."""
        super().__init__(message, **facts)
        self.errors = tuple(errors)
