"""Registers the organisation's tables and migrations."""

from piccolo.conf.apps import AppConfig

from thidua.organisation.tables import (
    Cluster,
    ClusterUnit,
    Household,
    Membership,
    OrganisationVersion,
    Person,
    PersonHome,
    PersonProfile,
    Team,
    Unit,
    UnitMembers,
    UnitWithin,
)
from thidua.paths import shipped

APP_CONFIG = AppConfig(
    app_name="organisation",
    migrations_folder_path=str(shipped("migrations") / "organisation"),
    table_classes=[
        Cluster,
        ClusterUnit,
        Household,
        Membership,
        OrganisationVersion,
        Person,
        PersonHome,
        PersonProfile,
        Team,
        Unit,
        UnitMembers,
        UnitWithin,
    ],
    migration_dependencies=[],
)
