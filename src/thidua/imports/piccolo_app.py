"""Registers the tables and migrations of imports."""

from piccolo.conf.apps import AppConfig

from thidua.imports.tables import ImportBranch, ImportFile, ImportRow
from thidua.paths import shipped

APP_CONFIG = AppConfig(
    app_name="imports",
    migrations_folder_path=str(shipped("migrations") / "imports"),
    table_classes=[ImportFile, ImportRow, ImportBranch],
    migration_dependencies=["thidua.organisation.piccolo_app"],
)
