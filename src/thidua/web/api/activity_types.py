"""`/api/v1/activity-types`: the catalogue, and what the rulebook in force pays for each type."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import get
from litestar.response.base import ASGIResponse

from thidua.activities.catalogue import ActivityType, Step, catalogue
from thidua.engine.rulebooks import Shelf, shelf
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.scoring.model import Cap, Points, PointsBySteps, PointsByTable, PointsByValue, Rule
from thidua.scoring.registry import version_at
from thidua.web.api.answers import answer_json
from thidua.web.api.examples import TYPES

Words = Mapping[str, str]


class CapBody(msgspec.Struct, frozen=True):
    """At most `limit` units or points in one window."""

    window: str
    limit: int
    of: str


class RuleBody(msgspec.Struct, frozen=True):
    """What one rule pays for the type."""

    rule: str
    rulebook_version: int
    category: str
    pays: str
    points: int | dict[str, Any]
    counts: str
    caps: list[CapBody]


class TypeBody(msgspec.Struct, frozen=True):
    """One activity type."""

    code: str
    name: Words
    category: str
    actors: list[str]
    unit: Words
    verification: Words
    is_derived: bool
    attributes: dict[str, Any]
    rules: list[RuleBody]


class TypesBody(msgspec.Struct, frozen=True):
    """Every activity type."""

    items: list[TypeBody]
    next: None


@get(
    "/api/v1/activity-types",
    tags=["Activities"],
    summary="The catalogue: types, attributes, verification, points and caps",
    opt={"answers": TypesBody, "answer_example": TYPES},
)
async def read_activity_types() -> ASGIResponse:
    """Show the catalogue to anybody."""
    at = now()
    async with connection() as database:
        published = await shelf(database, at=at)
    version = version_at(at, published.in_force) if published.in_force else None
    items = [_type_body(one, _rules(published, version, one)) for one in catalogue().types.values()]
    return answer_json({"items": items, "next": None}, headers={"cache-control": "public, max-age=60"})


def _rules(published: Shelf, version: int | None, kind: ActivityType) -> list[Rule]:
    if version is None:
        return []
    return [rule for rule in published.registry.rules_of(version, kind.code) if kind.code in rule.types]


def _type_body(kind: ActivityType, rules: list[Rule]) -> dict[str, Any]:
    return {
        "code": kind.code,
        "name": {"vi": kind.name.vi, "en": kind.name.en},
        "category": kind.category,
        "actors": sorted(one.word for one in kind.kinds),
        "unit": {"vi": kind.unit.vi, "en": kind.unit.en},
        "verification": _verification(kind),
        "is_derived": kind.is_derived,
        "attributes": kind.schema(),
        "rules": [_rule_body(rule) for rule in rules],
    }


def _verification(kind: ActivityType) -> dict[str, str]:
    words = catalogue().steps

    def told(language: str) -> str:
        join = {"vi": (" hoặc ", "; sau đó "), "en": (" or ", "; then ")}[language]
        return join[1].join(
            join[0].join(_words(words, way, language) for way in sorted(step)) for step in kind.steps
        )

    return {"ways": kind.verification, "vi": told("vi"), "en": told("en")}


def _words(words: Mapping[Step, Any], way: Step, language: str) -> str:
    return str(getattr(words[way], language))


def _rule_body(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "rulebook_version": rule.version,
        "category": rule.category,
        "pays": rule.pays.value,
        "points": _points_body(rule.points),
        "counts": rule.counts.value,
        "caps": [_cap_body(cap) for cap in rule.caps],
    }


def _points_body(points: Points) -> int | dict[str, Any]:
    match points:
        case PointsByTable(attribute, table):
            return {"by": attribute or "type", "table": dict(table)}
        case PointsBySteps(attribute, steps):
            return {"by": attribute, "steps": [{"from": start, "points": each} for start, each in steps]}
        case PointsByValue(attribute, lowest, highest):
            return {"by": attribute, "lowest": lowest, "highest": highest}
        case int():
            return points


def _cap_body(cap: Cap) -> dict[str, Any]:
    return {"window": cap.window.value, "limit": cap.limit, "of": "points" if cap.in_points else "units"}


activity_type_handlers = [read_activity_types]
