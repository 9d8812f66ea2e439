"""`/api/v1/activities`: reporting what was done, looking it up, verifying, rejecting, withdrawing."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.types import ASGIApp
from typing_extensions import override

from thidua.accounts.errors import ScopeMissingError
from thidua.accounts.model import Caller, Scope
from thidua.activities.model import ActivityReport
from thidua.engine.record import recorder
from thidua.engine.results import Result
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.errors import FieldError, InputError
from thidua.organisation.directory import directory
from thidua.web.answer_cache import ReadyAnswer
from thidua.web.api.activity_bodies import ActivityBody, BatchBody, ResultsBody, reports_of
from thidua.web.api.examples import ACTIVITY, RESULTS
from thidua.web.api.intake import Intake, intake_of
from thidua.web.language import AnyRequest, Language, accepted_by
from thidua.web.problems import error_body
from thidua.web.reasons import reason_bodies
from thidua.web.strict_json import body_of
from thidua.web.tokens import caller_of_request, requires

_encode = msgspec.json.Encoder().encode
Partial = Annotated[bool, QueryParameter(description="Record the good ones and report the bad ones")]


class QuickRoute(HTTPRouteHandler):
    """A route whose guards are given the route itself: Litestar copies it for each guard and request."""

    @override
    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        for guard in self.resolve_guards():
            await guard(connection, self)  # type: ignore[misc]  # as Litestar itself has it


@QuickRoute(
    "/api/v1/activities",
    http_method=HttpMethod.POST,
    status_code=200,
    tags=["Activities"],
    summary="Report one activity, or up to 1,000 as a batch",
    guards=[requires(Scope.ACTIVITIES_WRITE)],
    opt={
        "takes": (ActivityBody, BatchBody),
        "example": ACTIVITY,
        "answers": ResultsBody,
        "answer_example": RESULTS,
    },
)
async def report_activities(request: AnyRequest, partial: Partial = False) -> ASGIApp:  # noqa: FBT002 -- a query parameter
    """Record what was done: all or nothing, unless the good ones are wanted without the bad."""
    at, caller = now(), caller_of_request(request)
    intake = intake_of(await body_of(request), at=at)
    _check_right_to_verify(intake, caller)
    reports, faults = await _reports(intake, caller)
    if faults and (not partial or not reports):
        raise InputError(faults)
    results = await recorder().record(reports, partial=partial)
    faults.extend(fault for result in results for fault in result.errors)
    if results and all(result.status == "rejected" for result in results):
        raise InputError(faults)
    language = accepted_by(request)
    body = _encode({"results": _in_order(zip(reports, results, strict=True), faults, language)})
    return ReadyAnswer(body, media_type="application/json", headers={"cache-control": "no-store"})


def _check_right_to_verify(intake: Intake, caller: Caller) -> None:
    if caller.may(Scope.ACTIVITIES_VERIFY):
        return
    if any(body.verified is True for _, body in intake.bodies):
        raise ScopeMissingError(scope=Scope.ACTIVITIES_VERIFY.value)


async def _reports(intake: Intake, caller: Caller) -> tuple[list[ActivityReport], list[FieldError]]:
    named = {body.unit for _, body in intake.bodies if body.unit}
    if not named:
        return reports_of(intake.bodies, source=caller.source, units={}), list(intake.errors)
    units = await _units({name for name in named if isinstance(name, str)})
    good = [(index, body) for index, body in intake.bodies if not body.unit or body.unit in units]
    bad = [index for index, body in intake.bodies if body.unit and body.unit not in units]
    unknown = [FieldError("unit", "unknown_unit", index) for index in bad]
    return reports_of(good, source=caller.source, units=units), [*intake.errors, *unknown]


async def _units(names: set[str]) -> dict[str, UUID]:
    async with connection() as database:
        await directory().refresh(database)
        return await directory().resolve_units(database, names)


def _in_order(
    recorded: Iterable[tuple[ActivityReport, Result]], faults: Iterable[FieldError], language: Language
) -> list[dict[str, object]]:
    bodies = {report.index: _result_body(report, result, language) for report, result in recorded}
    for fault in faults:
        body = bodies.setdefault(fault.index or 0, dict(_UNREAD))
        body["errors"] = [*_list(body.get("errors")), error_body(fault, language)]
    return [body for _, body in sorted(bodies.items())]


_UNREAD: dict[str, object] = {"id": None, "status": "rejected", "state": None, "points": 0, "reasons": []}


def _result_body(report: ActivityReport, result: Result, language: Language) -> dict[str, object]:
    return {
        "id": report.id,
        "status": result.status,
        "state": None if result.state is None else result.state.word,
        "points": result.points,
        "reasons": reason_bodies(result.reasons, language) if result.reasons else [],
    }


def _list(errors: object) -> list[object]:
    return errors if isinstance(errors, list) else []


activity_handlers = [report_activities]
