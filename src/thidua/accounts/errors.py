"""What can go wrong with a token."""

from thidua.kernel.errors import DomainError, InputError


class UnknownScopeError(InputError):
    """A scope outside the closed list was asked for."""

    code = "unknown_scope"


class TokenNameError(InputError):
    """A token's name or source is empty, too long or holds characters that no log should hold."""

    code = "invalid_name"


class NotSignedInError(DomainError):
    """The request carries no token, or one that is unknown or revoked."""

    code = "not_signed_in"


class ScopeMissingError(DomainError):
    """The token is good but does not carry the scope that this needs."""

    code = "scope_missing"
