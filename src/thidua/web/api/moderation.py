"""`/api/v1/activities/{id}`: looking one up, and verifying, rejecting or withdrawing it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from thidua.accounts.model import Caller, Scope
from thidua.activities.model import Activity
from thidua.engine import moderate
from thidua.engine.results import Result
from thidua.infra.clock import now
from thidua.kernel.errors import NotFoundError
from thidua.kernel.subjects import SubjectKind
from thidua.web.api.activity_bodies import ActBody, ReasonBody
from thidua.web.api.answers import answer_json
from thidua.web.api.examples import ACT, ACTIVITY_SHOWN
from thidua.web.language import AnyRequest, accepted_by
from thidua.web.reasons import reason_bodies
from thidua.web.strict_json import decode
from thidua.web.tokens import caller_of_request, requires

_READERS = (Scope.ACTIVITIES_READ, Scope.ACTIVITIES_WRITE, Scope.ACTIVITIES_VERIFY)
_SEES_ALL = (Scope.ACTIVITIES_READ, Scope.ACTIVITIES_VERIFY)


class ActivityShown(msgspec.Struct, frozen=True, kw_only=True):
    """An activity as recorded, with where it stands and what it brings at present."""

    id: UUID
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID
    actor_kind: str
    participants: Sequence[Mapping[str, str]]
    team: UUID | None
    unit: UUID
    festival: str | None
    quantity: int
    attributes: Mapping[str, Any]
    evidence: Sequence[Mapping[str, Any]]
    source: str
    state: str
    rulebook_version: int
    replaces: UUID | None
    points: int
    reasons: list[ReasonBody]


_OPT = {
    "takes": ActBody,
    "example": ACT,
    "answers": ActivityShown,
    "answer_example": ACTIVITY_SHOWN,
}


@get(
    "/api/v1/activities/{activity:uuid}",
    tags=["Activities"],
    summary="One activity, its state and its points",
    guards=[requires(*_READERS)],
    opt={"answers": ActivityShown, "answer_example": ACTIVITY_SHOWN},
)
async def read_activity(request: AnyRequest, activity: FromPath[UUID]) -> ASGIResponse:
    """Show an activity: to its source, and to whoever may read or verify all."""
    found, result = await moderate.shown(activity, at=now())
    if not _may_see(caller_of_request(request), found):
        raise NotFoundError
    return answer_json(_body(request, found, result))


@post(
    "/api/v1/activities/{activity:uuid}/verify",
    status_code=200,
    tags=["Activities"],
    summary="Verify an activity: it brings its points now",
    guards=[requires(Scope.ACTIVITIES_VERIFY)],
    opt=_OPT,
)
async def verify_activity(request: AnyRequest, activity: FromPath[UUID]) -> ASGIResponse:
    """Verify; a verified one stays as it is."""
    told = await decode(request, ActBody)
    by = caller_of_request(request).source
    await moderate.verify(activity, by=by, reason=told.reason, at=now())
    return await _now_shown(request, activity)


@post(
    "/api/v1/activities/{activity:uuid}/reject",
    status_code=200,
    tags=["Activities"],
    summary="Reject an activity: its points, if any, are reversed",
    guards=[requires(Scope.ACTIVITIES_VERIFY)],
    opt=_OPT,
)
async def reject_activity(request: AnyRequest, activity: FromPath[UUID]) -> ASGIResponse:
    """Reject; a rejected one stays as it is."""
    told = await decode(request, ActBody)
    by = caller_of_request(request).source
    await moderate.reject(activity, by=by, reason=told.reason, at=now())
    return await _now_shown(request, activity)


@post(
    "/api/v1/activities/{activity:uuid}/withdraw",
    status_code=200,
    tags=["Activities"],
    summary="Withdraw an activity; the source that posted it may do so",
    guards=[requires(Scope.ACTIVITIES_WRITE, Scope.ACTIVITIES_VERIFY)],
    opt=_OPT,
)
async def withdraw_activity(request: AnyRequest, activity: FromPath[UUID]) -> ASGIResponse:
    """Withdraw; a withdrawn one stays as it is."""
    told, caller = await decode(request, ActBody), caller_of_request(request)
    own = None if caller.may(Scope.ACTIVITIES_VERIFY) else caller.source
    await moderate.withdraw(activity, by=caller.source, reason=told.reason, at=now(), only_source=own)
    return await _now_shown(request, activity)


async def _now_shown(request: AnyRequest, activity: UUID) -> ASGIResponse:
    found, result = await moderate.shown(activity, at=now())
    return answer_json(_body(request, found, result))


def _may_see(caller: Caller, found: Activity) -> bool:
    return any(caller.may(scope) for scope in _SEES_ALL) or caller.source == found.source


def _body(request: AnyRequest, found: Activity, result: Result) -> dict[str, object]:
    language = accepted_by(request)
    return {
        "id": found.id,
        "type": found.type,
        "occurred_at": found.occurred_at,
        "recorded_at": found.recorded_at,
        "actor": found.actor,
        "actor_kind": SubjectKind(found.actor_kind).word,
        "participants": found.participants,
        "team": found.team,
        "unit": found.unit,
        "festival": found.festival,
        "quantity": found.quantity,
        "attributes": found.attributes,
        "evidence": found.evidence,
        "source": found.source,
        "state": found.state.word,
        "rulebook_version": found.rulebook_version,
        "replaces": found.replaces,
        "points": result.points,
        "reasons": reason_bodies(result.reasons, language),
    }


moderation_handlers = [read_activity, verify_activity, reject_activity, withdraw_activity]
