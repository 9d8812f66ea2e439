"""The tables of tokens, of the instance's own signing secrets, and of people's accounts and roles."""

from piccolo.columns import UUID, Array, Boolean, Bytea, ForeignKey, OnDelete, Text, Timestamptz
from piccolo.table import Table

from thidua.organisation.tables import Person, Team, Unit


class ApiToken(Table, tablename="api_token"):
    """One token: of its secret only the SHA-256 is kept."""

    id = UUID(primary_key=True, default=None, null=False)
    name = Text(default=None, null=False, unique=True)
    source = Text(default=None, null=False)
    scopes = Array(base_column=Text(), default=None, null=False)
    secret_hash = Bytea(default=None, null=False, unique=True)
    created_at = Timestamptz(default=None, null=False)
    revoked_at = Timestamptz(default=None, null=True)


class SigningSecret(Table, tablename="signing_secret"):
    """A secret shared by every process of this instance, by what it signs."""

    purpose = Text(primary_key=True, default=None, null=False)
    secret = Bytea(default=None, null=False)
    created_at = Timestamptz(default=None, null=False)


class Account(Table, tablename="account"):
    """Somebody who signs in; sessions older than `credentials_at` are over, older than `roles_at` renewed."""

    id = UUID(primary_key=True, default=None, null=False)
    login = Text(default=None, null=False)
    login_fold = Text(default=None, null=False, unique=True)
    name = Text(default=None, null=False)
    person = ForeignKey(Person, null=True, on_delete=OnDelete.restrict, unique=True)
    password_hash = Text(default=None, null=False)
    is_password_once = Boolean(default=None, null=False)
    password_given_by: ForeignKey["Account"] = ForeignKey("self", null=True, on_delete=OnDelete.restrict)
    language = Text(default=None, null=True)
    created_at = Timestamptz(default=None, null=False)
    credentials_at = Timestamptz(default=None, null=False)
    roles_at = Timestamptz(default=None, null=False)
    disabled_at = Timestamptz(default=None, null=True)


class AccountGrant(Table, tablename="account_grant"):
    """A role given to an account, by whom (nobody: whoever runs the server), until it was taken back."""

    id = UUID(primary_key=True, default=None, null=False)
    account = ForeignKey(Account, null=False, on_delete=OnDelete.restrict)
    role = Text(default=None, null=False)
    unit = ForeignKey(Unit, null=True, on_delete=OnDelete.restrict)
    team = ForeignKey(Team, null=True, on_delete=OnDelete.restrict)
    granted_at = Timestamptz(default=None, null=False)
    granted_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
    revoked_at = Timestamptz(default=None, null=True)
