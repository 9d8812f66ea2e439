"""Registers the boards' table and migrations."""

from piccolo.conf.apps import AppConfig

from thidua.boards.tables import BoardDenominator
from thidua.paths import shipped

APP_CONFIG = AppConfig(
    app_name="boards",
    migrations_folder_path=str(shipped("migrations") / "boards"),
    table_classes=[BoardDenominator],
    migration_dependencies=[],
)
