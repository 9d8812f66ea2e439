"""Puts a population into the database by COPY: the rows that the organisation's own actions would write."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

from thidua.cli.bench.chance import Chance
from thidua.cli.bench.running import Running
from thidua.infra.database import owner_connection
from thidua.kernel.period import local_day
from thidua.organisation.vietnamese import fold, sort_key

_PEOPLE_A_TEAM = 33
_SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vừ", "Giàng", "Lò", "Nông", "Đặng", "Bùi", "Y")
_MIDDLES = ("Văn", "Thị", "Minh", "Ngọc", "Quốc", "A", "Thu", "Đức")
_GIVENS = ("An", "Bình", "Châu", "Dũng", "Hạnh", "Khánh", "Lan", "Mai", "Páo", "Quân", "Thảo", "Yến")
_GROUPS = ("official", "student", "worker", "resident")
_PRIORITIES = ("elderly", "disability", "minority", "poor", "remote")
_COMMUNES = "SELECT id FROM unit WHERE kind = 'commune' ORDER BY code"
_NEW_VERSION = "UPDATE organisation_version SET version = version + 1, mark = gen_random_uuid()"
_SAMPLE = 20

Row = dict[str, Any]
Copied = tuple[str, Iterator[tuple[Any, ...]], list[str]]


@dataclass(frozen=True, slots=True)
class Population:
    """Who is there: teams with their units, people with their team and home."""

    teams: list[Row]
    people: list[Row]
    memberships: list[Row]

    def ids(self) -> list[UUID]:
        """The ids of the people."""
        return [person["id"] for person in self.people]

    def shares(self, count: int) -> list[list[UUID]]:
        """The people in so many parts of about one size; no team is in two of them."""
        teams = [list(members) for _, members in groupby(self.memberships, key=lambda one: one["team"])]
        ends = [len(teams) * nth // count for nth in range(count + 1)]
        return [
            [member["person"] for team in teams[start:end] for member in team]
            for start, end in pairwise(ends)
        ]


def populated(units: list[UUID], *, members: int, seed: int, at: datetime) -> Population:
    """People in teams of about thirty, in communes of the real tree."""
    chance = Chance(seed)
    teams = [_team(chance, units, nth, at) for nth in range(max(members // _PEOPLE_A_TEAM, 1))]
    placed = [(teams[min(nth // _PEOPLE_A_TEAM, len(teams) - 1)], chance.id_at(at)) for nth in range(members)]
    people = [_person(chance, team, person, nth, at) for nth, (team, person) in enumerate(placed)]
    since = local_day(at) - timedelta(days=400)
    memberships = [
        {"person": person, "team": team["id"], "valid_from": since, "valid_to": None}
        for team, person in placed
    ]
    return Population(teams, people, memberships)


async def seed_population(*, members: int, seed: int, at: datetime) -> Population:
    """Write a population into the database the process is pointed at."""
    connection = await owner_connection()
    try:
        units = [row["id"] for row in await connection.fetch(_COMMUNES)]
        population = populated(units, members=members, seed=seed, at=at)
        async with connection.transaction():
            # Every reference is right by its making; checking each would take longer than writing all.
            await connection.execute("SET LOCAL session_replication_role = replica")
            for table, rows, columns in _tables(population, at):
                await connection.copy_records_to_table(table, records=rows, columns=columns)
            await connection.execute(_NEW_VERSION)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return population


def check_sample(running: Running, population: Population) -> None:
    """Write some of them again by the API: to it they must be what is already there."""
    bodies = {
        "teams": [_body(team) for team in population.teams[:_SAMPLE]],
        "people": [_body(person) for person in population.people[:_SAMPLE]],
        "memberships": [_body(membership) for membership in population.memberships[:_SAMPLE]],
    }
    for kind, items in bodies.items():
        results = running.ask("POST", f"/api/v1/{kind}", {"items": items})["results"]
        assert {one["status"] for one in results} == {"unchanged"}, (kind, results[0], items[0])


def _body(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in {"name_fold", "sort_key"}}


def _tables(population: Population, at: datetime) -> Iterator[Copied]:
    people, teams, memberships = population.people, population.teams, population.memberships
    team_columns = ["id", "kind", "name", "name_fold", "unit", "valid_from", "valid_to"]
    yield "team", (tuple(row[name] for name in team_columns) for row in teams), team_columns
    yield "person", ((row["id"], at) for row in people), ["id", "created_at"]
    own = ["name", "name_fold", "sort_key", "born_on", "contact", "target_group", "public_name", "priority"]
    yield "person_profile", (tuple(row[name] for name in ("id", *own)) for row in people), ["person", *own]
    yield "person_home", ((row["id"], row["unit"]) for row in people), ["person", "unit"]
    columns = ["person", "team", "valid_from", "valid_to"]
    yield "membership", (tuple(row.values()) for row in memberships), columns


def _team(chance: Chance, units: list[UUID], nth: int, at: datetime) -> Row:
    name = f"Đội hình số {nth + 1}"
    return {
        "id": chance.id_at(at),
        "kind": "youth_digital",
        "name": name,
        "name_fold": fold(name),
        "unit": units[chance.below(len(units))],
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
    }


def _person(chance: Chance, team: Row, person: UUID, nth: int, at: datetime) -> Row:
    words = (_SURNAMES, _MIDDLES, _GIVENS)
    name = " ".join(choices[chance.below(len(choices))] for choices in words)
    folded, sorted_by = _keys(name)
    return {
        "id": person,
        "name": name,
        "name_fold": folded,
        "sort_key": sorted_by,
        "born_on": local_day(at) - timedelta(days=365 * 19 + chance.below(365 * 30)),
        "contact": None,
        "target_group": _GROUPS[nth % len(_GROUPS)],
        "public_name": chance.happens(30),
        "priority": [_PRIORITIES[chance.below(len(_PRIORITIES))]] if chance.happens(20) else [],
        "unit": team["unit"],
    }


@cache
def _keys(name: str) -> tuple[str, str]:
    return fold(name), sort_key(name)
