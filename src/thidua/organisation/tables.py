"""The tables of units, teams, households, clusters and people.

Some have a key of several columns, which Piccolo cannot say: there the first column stands in as primary key,
so that Piccolo does not invent an `id`. The true keys are in the migration.
"""

from piccolo.columns import (
    UUID,
    Array,
    BigInt,
    Boolean,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    LazyTableReference,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class Unit(Table, tablename="unit"):
    """A node of the tree: the country, a province, a commune, a school, a branch ..."""

    id = UUID(primary_key=True, default=None, null=False)
    code = Text(default=None, null=False, unique=True)
    kind = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=True)
    name_fold = Text(default=None, null=False)
    parent: ForeignKey["Unit"] = ForeignKey(
        LazyTableReference("Unit", module_path=__name__), null=True, on_delete=OnDelete.restrict, index=True
    )
    area_group = Text(default=None, null=True)
    flags = Array(base_column=Text(), default=list, null=False)
    members = Integer(default=None, null=True)
    adults = Integer(default=None, null=True)
    latitude = DoublePrecision(default=None, null=True)
    longitude = DoublePrecision(default=None, null=True)
    valid_from = Date(default=None, null=True)
    valid_to = Date(default=None, null=True)
    successor: ForeignKey["Unit"] = ForeignKey(
        LazyTableReference("Unit", module_path=__name__), null=True, on_delete=OnDelete.restrict
    )
    created_at = Timestamptz(default=None, null=False)


class UnitWithin(Table, tablename="unit_within"):
    """Every unit within every unit above it, and within itself at depth 0."""

    ancestor = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict, primary_key=True)
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict, index=True)
    depth = SmallInt(default=None, null=False)


class UnitMembers(Table, tablename="unit_members"):
    """How many members a unit declared, from a day on until it declares otherwise."""

    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict, primary_key=True)
    valid_from = Date(default=None, null=False)
    members = Integer(default=None, null=True)
    noted_at = Timestamptz(default=None, null=False)


class Team(Table, tablename="team"):
    """A group of people who act together, under one unit."""

    id = UUID(primary_key=True, default=None, null=False)
    kind = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_fold = Text(default=None, null=False)
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict, index=True)
    valid_from = Date(default=None, null=False)
    valid_to = Date(default=None, null=True)


class Household(Table, tablename="household"):
    """A family that can earn points together."""

    id = UUID(primary_key=True, default=None, null=False)
    name = Text(default=None, null=True)
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict, index=True)


class Cluster(Table, tablename="cluster"):
    """Like units that compete: a cụm or a khối."""

    id = UUID(primary_key=True, default=None, null=False)
    code = Text(default=None, null=False, unique=True)
    kind = Text(default=None, null=False)
    name = Text(default=None, null=False)
    unit = ForeignKey(Unit, null=True, on_delete=OnDelete.restrict)


class ClusterUnit(Table, tablename="cluster_unit"):
    """A unit of a cluster."""

    cluster = ForeignKey(Cluster, null=False, on_delete=OnDelete.restrict, primary_key=True)
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict, index=True)


class Person(Table, tablename="person"):
    """A random id, and nothing that says who it is."""

    id = UUID(primary_key=True, default=None, null=False)
    created_at = Timestamptz(default=None, null=False)


class PersonProfile(Table, tablename="person_profile"):
    """What says who a person is: the one place to erase."""

    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, primary_key=True)
    name = Text(default=None, null=False)
    name_fold = Text(default=None, null=False)
    sort_key = Text(default=None, null=False)
    born_on = Date(default=None, null=True)
    contact = Text(default=None, null=True)
    target_group = Text(default=None, null=True)
    public_name = Boolean(default=None, null=False)
    priority = Array(base_column=Text(), default=None, null=False)


class PersonHome(Table, tablename="person_home"):
    """The home unit of a person from one day to another; no first day means since ever."""

    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, primary_key=True)
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict, index=True)
    valid_from = Date(default=None, null=True)
    valid_to = Date(default=None, null=True)


class Membership(Table, tablename="membership"):
    """A person in a team from one day to another."""

    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, primary_key=True)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, index=True)
    valid_from = Date(default=None, null=False)
    valid_to = Date(default=None, null=True)


class OrganisationVersion(Table, tablename="organisation_version"):
    """One row that changes whenever anything here changes, so that caches know."""

    only = Boolean(primary_key=True, default=True, null=False)
    version = BigInt(default=None, null=False)
    mark = UUID(default=None, null=False)
