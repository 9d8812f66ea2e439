"""The tables of tokens and of the instance's own signing secrets."""

from piccolo.columns import UUID, Array, Bytea, Text, Timestamptz
from piccolo.table import Table


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
