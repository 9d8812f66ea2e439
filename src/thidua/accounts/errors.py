"""What can go wrong with tokens, accounts and signing in."""

from thidua.kernel.errors import ConflictError, DomainError, InputError, NotAllowedError


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


class SignInRefusedError(DomainError):
    """The login is unknown, the password wrong, or the account disabled: nobody is told which."""

    code = "sign_in_refused"


class TooManyTriesError(DomainError):
    """Too many wrong passwords were tried for this login; `seconds` says when the next may be."""

    code = "too_many_tries"

    def __init__(self, seconds: int) -> None:
        """Keep the seconds for Retry-After."""
        super().__init__(seconds=seconds)
        self.seconds = seconds


class SessionsAwayError(DomainError):
    """Nobody can sign in now: sessions are kept in Redis, which does not answer."""

    code = "sessions_away"


class AccountInputError(InputError):
    """A login, name or password cannot be taken as it is."""

    code = "invalid_input"


class LastAdministratorError(ConflictError):
    """The instance would be left without a system administrator."""

    code = "last_administrator"


class OwnRoleError(NotAllowedError):
    """Nobody gives a role to themselves, takes their own, or disables themselves."""

    code = "own_role"


class AboveOwnRightsError(NotAllowedError):
    """The role carries more than its giver holds there."""

    code = "above_own_rights"
