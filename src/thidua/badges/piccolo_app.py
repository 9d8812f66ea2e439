"""Registers the tables and migrations of badges."""

from piccolo.conf.apps import AppConfig

from thidua.badges.tables import (
    BadgeAward,
    BadgeCredential,
    BadgeCursor,
    BadgeStatusList,
    BadgeSweep,
    BadgeVersion,
)
from thidua.paths import shipped

APP_CONFIG = AppConfig(
    app_name="badges",
    migrations_folder_path=str(shipped("migrations") / "badges"),
    table_classes=[BadgeVersion, BadgeAward, BadgeCredential, BadgeStatusList, BadgeSweep, BadgeCursor],
    migration_dependencies=["thidua.infra.piccolo_app"],
)
