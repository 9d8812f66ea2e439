"""Registers the tables and migrations of the ledger."""

from piccolo.conf.apps import AppConfig

from thidua.ledger.tables import LedgerEntry, LedgerRoot, LedgerSeal, RulebookRow, RuleClaim, RuleState, Tally
from thidua.paths import shipped

APP_CONFIG = AppConfig(
    app_name="ledger",
    migrations_folder_path=str(shipped("migrations") / "ledger"),
    table_classes=[LedgerEntry, Tally, RuleState, RuleClaim, RulebookRow, LedgerSeal, LedgerRoot],
    migration_dependencies=["thidua.infra.piccolo_app"],
)
