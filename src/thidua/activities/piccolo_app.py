"""Registers the tables and migrations of activities."""

from piccolo.conf.apps import AppConfig

from thidua.activities.tables import ActivityAct, ActivityCode, ActivityDoubt, ActivityKey, ActivityRow
from thidua.paths import shipped

APP_CONFIG = AppConfig(
    app_name="activities",
    migrations_folder_path=str(shipped("migrations") / "activities"),
    table_classes=[ActivityKey, ActivityRow, ActivityAct, ActivityDoubt, ActivityCode],
    migration_dependencies=["thidua.infra.piccolo_app"],
)
