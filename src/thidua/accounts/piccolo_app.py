"""Registers the accounts' tables and migrations."""

from piccolo.conf.apps import AppConfig

from thidua.accounts.tables import Account, AccountGrant, ApiToken, SigningSecret
from thidua.paths import shipped

APP_CONFIG = AppConfig(
    app_name="accounts",
    migrations_folder_path=str(shipped("migrations") / "accounts"),
    table_classes=[Account, AccountGrant, ApiToken, SigningSecret],
    migration_dependencies=["thidua.organisation.piccolo_app"],
)
