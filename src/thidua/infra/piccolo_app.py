"""Registers the infrastructure's table and migrations."""

from piccolo.conf.apps import AppConfig

from thidua.infra.tables import AuditRecord
from thidua.paths import shipped

APP_CONFIG = AppConfig(
    app_name="infra",
    migrations_folder_path=str(shipped("migrations") / "infra"),
    table_classes=[AuditRecord],
    migration_dependencies=[],
)
