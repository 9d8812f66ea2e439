"""`/api/v1/units`, `teams`, `households`, `clusters`, `people`, `memberships`: writing and listing them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from thidua.accounts.model import Scope
from thidua.infra.clock import now
from thidua.infra.database import Connection, connection, transaction
from thidua.organisation import actions, queries
from thidua.organisation.batch import Given
from thidua.organisation.model import Put, UnitKind
from thidua.web import paging
from thidua.web.api import examples_organisation as examples
from thidua.web.api import schemas_organisation as schemas
from thidua.web.api.answers import answer_json
from thidua.web.language import AnyRequest
from thidua.web.problems import field_problem
from thidua.web.strict_json import body_of, canonical, decode_canonical, decoder_of
from thidua.web.tokens import caller_of_request, requires

UNITS_MAX = 5000

Action = Callable[..., Awaitable[list[Put]]]
Named = Annotated[str | None, QueryParameter(max_length=64, description="The id or code of a unit")]
Words = Annotated[str | None, QueryParameter(max_length=200, description="Part of the name, accents or not")]
Limit = Annotated[int | None, QueryParameter(description="1 to 100; 50 by default")]
UnitsLimit = Annotated[int | None, QueryParameter(description="1 to 5,000; 50 by default")]
Cursor = Annotated[str | None, QueryParameter(max_length=1000, description="`next` of the page before")]
Kind = Annotated[str | None, QueryParameter(max_length=40, description="The kind of unit, such as commune")]
TeamId = Annotated[UUID | None, QueryParameter(description="People who are in this team today")]


def _writer(
    path: str, action: Action, body: type[msgspec.Struct], example: object, summary: str
) -> HTTPRouteHandler:
    """Return the route that writes one kind of thing: one object, or {"items": [...]} all or nothing."""
    many = msgspec.defstruct(
        f"{body.__name__.removesuffix('Body')}Items",
        [("items", list[body])],  # type: ignore[valid-type] # a list of whichever body the route takes
        forbid_unknown_fields=True,
    )

    @post(
        f"/api/v1/{path}",
        name=f"put_{path}",
        status_code=200,
        tags=["Organisation"],
        summary=summary,
        guards=[requires(Scope.ORGANISATION_WRITE)],
        opt={
            "takes": (body, many),
            "example": example,
            "answers": schemas.PutsBody,
            "answer_example": examples.PUTS,
        },
    )
    async def write(request: AnyRequest) -> ASGIResponse:
        """Write one thing or up to 1,000, all or nothing; sent again it changes nothing."""
        given = _given(canonical(await body_of(request)), many)
        puts = await _in_one_transaction(action, given, at=now())
        return answer_json({"results": puts})

    return write


def _given(document: bytes, many: type[msgspec.Struct]) -> list[Given]:
    """Return what was stated; one object is read as a list of one, so that its faults have an index too."""
    is_list = document.startswith(b'{"items":')
    value: Any = decode_canonical(document if is_list else b'{"items":[%s]}' % document, decoder_of(many))
    return [_stated(item) for item in value.items]


def _stated(body: msgspec.Struct) -> Given:
    stated = ((name, getattr(body, name)) for name in body.__struct_fields__)
    return {name: value for name, value in stated if value is not msgspec.UNSET}


async def _in_one_transaction(action: Action, given: Sequence[Given], *, at: datetime) -> list[Put]:
    async with transaction() as database:
        return await action(database, given, at=at)


@get(
    "/api/v1/units",
    tags=["Organisation"],
    summary="Units by code: of a kind, right below a parent, by part of the name",
    opt={"answers": schemas.UnitsBody, "answer_example": examples.UNITS},
)
async def list_units(
    kind: Kind = None, parent: Named = None, q: Words = None, cursor: Cursor = None, limit: UnitsLimit = None
) -> ASGIResponse:
    """List units to anybody."""
    if kind is not None and kind not in list(UnitKind):
        raise field_problem(400, "kind", "not_a_choice", value=kind)
    purpose, count_max = f"units {kind} {parent} {q}", paging.limit_of(limit, maximum=UNITS_MAX)
    after = None if cursor is None else str(paging.decode(purpose, cursor)[0])
    async with connection() as database:
        above = await _unit(database, "parent", parent)
        found = await queries.units(
            database, kind=kind, parent=above, q=q, after=after, count_max=count_max + 1
        )
    shown = found[:count_max]
    following = paging.encode(purpose, shown[-1].code) if len(found) > count_max else None
    return answer_json({"items": shown, "next": following})


@get(
    "/api/v1/teams",
    tags=["Organisation"],
    summary="Teams by name: of a unit and all below it, by part of the name",
    opt={"answers": schemas.TeamsBody, "answer_example": examples.TEAMS},
)
async def list_teams(
    unit: Named = None, q: Words = None, cursor: Cursor = None, limit: Limit = None
) -> ASGIResponse:
    """List teams to anybody."""
    purpose, count_max = f"teams {unit} {q}", paging.limit_of(limit)
    async with connection() as database:
        found = await queries.teams(
            database,
            unit=await _unit(database, "unit", unit),
            q=q,
            after=_place(purpose, cursor),
            count_max=count_max + 1,
        )
    return _page(purpose, found, count_max, schemas.TeamShown)


@get(
    "/api/v1/people",
    tags=["Organisation"],
    summary="People: with their home in a unit or below it, in a team, by part of the name",
    guards=[requires(*Scope)],
    opt={"answers": schemas.PeopleBody, "answer_example": examples.PEOPLE},
)
async def list_people(
    request: AnyRequest,
    unit: Named = None,
    team: TeamId = None,
    q: Words = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> ASGIResponse:
    """List people: names to callers who may read or write the organisation, aliases to others."""
    caller = caller_of_request(request)
    may_see_names = caller.may(Scope.ORGANISATION_READ) or caller.may(Scope.ORGANISATION_WRITE)
    purpose, count_max = f"people {unit} {team} {q} {may_see_names}", paging.limit_of(limit)
    async with connection() as database:
        asked = queries.PeopleAsked(
            may_see_names=may_see_names,
            unit=await _unit(database, "unit", unit),
            team=team,
            q=q,
            after=_place(purpose, cursor),
        )
        found = await queries.people(database, asked, at=now(), count_max=count_max + 1)
    return _page(purpose, found, count_max, schemas.PersonShown)


async def _unit(database: Connection, parameter: str, name: str | None) -> UUID | None:
    if name is None:
        return None
    found = await queries.unit_id_of(database, name)
    if found is None:
        raise field_problem(400, parameter, "unknown_unit")
    return found


def _place(purpose: str, cursor: str | None) -> tuple[str, UUID] | None:
    if cursor is None:
        return None
    text, row = paging.decode(purpose, cursor)
    return str(text), UUID(str(row))


def _page(
    purpose: str,
    found: Sequence[queries.TeamView] | Sequence[queries.PersonView],
    count_max: int,
    shown: type[msgspec.Struct],
) -> ASGIResponse:
    following = paging.encode(purpose, *found[count_max - 1].place) if len(found) > count_max else None
    items: list[Any] = [msgspec.convert(one, shown, from_attributes=True) for one in found[:count_max]]
    return answer_json({"items": items, "next": following})


organisation_handlers = [
    _writer("units", actions.put_units, schemas.UnitBody, examples.UNIT, "Write units"),
    _writer("teams", actions.put_teams, schemas.TeamBody, examples.TEAM, "Write teams"),
    _writer(
        "households", actions.put_households, schemas.HouseholdBody, examples.HOUSEHOLD, "Write households"
    ),
    _writer("clusters", actions.put_clusters, schemas.ClusterBody, examples.CLUSTER, "Write clusters"),
    _writer("people", actions.put_people, schemas.PersonBody, examples.PERSON, "Write people"),
    _writer(
        "memberships",
        actions.put_memberships,
        schemas.MembershipBody,
        examples.MEMBERSHIP,
        "Write memberships",
    ),
    list_units,
    list_teams,
    list_people,
]
