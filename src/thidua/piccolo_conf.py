"""Tells Piccolo which database to use and which parts have tables."""

from piccolo.conf.apps import AppRegistry

from thidua.infra.database import engine
from thidua.paths import parts_with_tables

DB = engine()

APP_REGISTRY = AppRegistry(apps=[f"thidua.{part}.piccolo_app" for part in parts_with_tables()])
