"""What I did and reported: states, points and reasons; taking back; and confirming what others did for me."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from thidua.accounts.permissions import Permission
from thidua.accounts.queries import hands_behind
from thidua.activities import waiting
from thidua.activities.catalogue import Step, catalogue
from thidua.activities.model import Activity, State
from thidua.activities.queries import acts_of_many, by_id
from thidua.engine import moderate
from thidua.engine.changes import fact_of
from thidua.engine.confirm import confirm, refuse, standings
from thidua.engine.foretell import foretold, others_waiting
from thidua.engine.group import reasons_now
from thidua.engine.rulebooks import shelf
from thidua.engine.separation import Confirmer, Refusal, confirmer, offices_of, partiality, step_for
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import DomainError, NotFoundError
from thidua.ledger.queries import points_of
from thidua.organisation.tree import root_of
from thidua.scoring.explain import reason as reason_words
from thidua.web import paging
from thidua.web.acquaintances import names_for, near, participants_of
from thidua.web.claims_shown import activity_shown, subjects_in, waits_for_helped
from thidua.web.doubts_shown import doubts_shown, own_doubts
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_forms import typed_of
from thidua.web.pages import render
from thidua.web.visitors import Visitor, may, signed_in, visitor_let_in
from thidua.web.wording import say

_ROWS = 20
_THEIR_OWN = frozenset({Refusal.OWN_REPORT, Refusal.PAID_FOR_IT})
_NONE: frozenset[UUID] = frozenset()
_HELPED_MAX = 10
REASON_CHARACTERS_MAX = 500
Cursor = Annotated[str | None, QueryParameter(max_length=1000)]


@get("/activities", include_in_schema=False, guards=[signed_in])
async def own_activities(request: AnyRequest, cursor: Cursor = None) -> Response[bytes]:
    """What the visitor did or reported, the latest first; before it what waits for their own word."""
    visitor = visitor_let_in(request)
    purpose = f"activities:{visitor.account}"
    before = _place(paging.decode(purpose, cursor)) if cursor else None
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        found = await waiting.own(
            database, visitor.person, visitor.source, before=before, count_max=_ROWS + 1
        )
        asked = [] if cursor or visitor.person is None else await _helped(database, visitor)
        rows = await shown_to(request, database, visitor, [*found[:_ROWS], *asked])
        doubted = [] if cursor else await own_doubts(database, visitor)
    last = found[_ROWS - 1] if len(found) > _ROWS else None
    following = paging.encode(purpose, last.occurred_at.isoformat(), str(last.id)) if last else None
    return render(
        request,
        "activities/page.html",
        rows=rows[: len(found[:_ROWS])],
        asked=rows[len(found[:_ROWS]) :],
        doubts=doubted,
        next=following,
        is_first=cursor is None,
        may_record=visitor.can(Permission.RECORD_OWN) or visitor.can(Permission.RECORD_FOR_OTHERS),
        may_verify=visitor.can(Permission.VERIFY),
    )


@get("/activities/{activity:uuid}", include_in_schema=False, guards=[signed_in])
async def one_activity(request: AnyRequest, activity: FromPath[UUID]) -> Response[bytes]:
    """One activity: what it brought and why, or whom it waits for."""
    return await _one(request, activity)


@post("/activities/{activity:uuid}/withdraw", include_in_schema=False, guards=[signed_in])
async def withdraw_own(request: AnyRequest, activity: FromPath[UUID]) -> Response[Any]:
    """Take back what one reported, for a reason."""
    visitor, typed = visitor_let_in(request), await typed_of(request)
    reason = typed.line("reason").strip()
    if not reason or len(reason) > REASON_CHARACTERS_MAX:
        return await _one(request, activity, status=422, refused="reason_missing", reason=reason)
    await _demand_own(visitor, activity)
    await moderate.withdraw(activity, by=visitor.source, reason=reason, at=now(), only_source=visitor.source)
    return Redirect(f"/activities/{activity}", status_code=303)


@post("/activities/{activity:uuid}/answer", include_in_schema=False, guards=[signed_in])
async def answer_for_own(request: AnyRequest, activity: FromPath[UUID]) -> Response[Any]:
    """Say that one was helped, or that one was not; or confirm the step that is one's to take."""
    visitor, typed, at = visitor_let_in(request), await typed_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        who = await confirmer_of(database, visitor)
        await _demand_say(database, activity, who)
    if typed.line("do") not in {"yes", "no"}:
        return await _one(request, activity, status=422, refused="nothing_picked")
    try:
        if typed.line("do") == "no":
            await refuse(activity, who=who, reason=_not_so(request), at=at)
        else:
            await confirm(activity, who=who, at=at)
    except DomainError as error:
        return await _one(request, activity, status=409, refused=error.code)
    is_from_its_page = typed.line("back") == "one"
    return Redirect(f"/activities/{activity}" if is_from_its_page else "/activities", status_code=303)


async def confirmer_of(connection: Connection, visitor: Visitor) -> Confirmer:
    """The visitor as somebody who confirms."""
    root = await root_of(connection)
    who = confirmer(visitor.account, visitor.person, visitor.grants, root=root)
    is_nobodys = visitor.person is None
    return replace(who, behind=await hands_behind(connection, visitor.account, is_nobodys=is_nobodys))


async def _demand_say(database: Connection, activity: UUID, who: Confirmer) -> None:
    """Go on only for those who may judge the activity, or may not just because it is their own."""
    found = await by_id(database, [activity])
    known = await standings(database, list(found.values()), who)
    one = found.get(activity)
    if one is None or not (
        offices_of(who, one, known[activity].above) or partiality(who, one, known[activity]) in _THEIR_OWN
    ):
        raise NotFoundError(activity=activity)


def _not_so(request: AnyRequest) -> str:
    return say("not_so", language_of(request))


async def _helped(database: Connection, visitor: Visitor) -> list[Activity]:
    """Claims that name the visitor and wait for their word."""
    assert visitor.person is not None
    found = await waiting.waiting_for_helped(database, visitor.person, count_max=_HELPED_MAX)
    who = replace(await confirmer_of(database, visitor), teams=_NONE, leads=_NONE, units=_NONE)
    known = await standings(database, found, who)
    return [
        one
        for one in found
        if partiality(who, one, known[one.id]) is None
        and offices_of(who, one, ())
        and all(act.by != who.by for act in known[one.id].acts)
    ]


async def _one(
    request: AnyRequest, activity: UUID, *, status: int = 200, refused: str | None = None, reason: str = ""
) -> Response[bytes]:
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        found = (await by_id(database, [activity])).get(activity)
        if found is None or not await may_see(database, visitor, found):
            raise NotFoundError(activity=activity)
        [shown] = await shown_to(request, database, visitor, [found])
        mine = await _step_of(database, visitor, found)
        registry = (await shelf(database, at=at)).registry
        reasons = (await reasons_now(database, [found], registry))[activity]
        told = await foretold(database, [fact_of(found)] if shown["is_waiting"] else [], registry)
        brings = told.get(activity)
        others = await others_waiting(database, fact_of(found), brings) if brings else 0
        doubts = await doubts_shown(database, visitor, found)
        acts = (await acts_of_many(database, [activity])).get(activity, ())
    return render(
        request,
        "activities/one.html",
        status=status,
        one=shown,
        reasons=[reason_words(one.code, one.params, language, sentence_code=found.type) for one in reasons],
        foretold=brings,
        others_waiting=others,
        is_mine=found.source == visitor.source,
        may_verify=visitor.can(Permission.VERIFY),
        may_confirm=mine is not None and not isinstance(mine, Refusal),
        not_mine=say(mine.value, language) if isinstance(mine, Refusal) else None,
        may_withdraw=found.source == visitor.source and not found.state.is_final,
        doubts=doubts,
        may_ask=found.source == visitor.source and waits_for_helped(found, acts),
        refused=say(refused, language) if refused else None,
        typed_reason=reason,
    )


async def _step_of(database: Connection, visitor: Visitor, found: Activity) -> Step | Refusal | None:
    """The step of the claim that is the visitor's to take, or why none is; None: they have no part in it."""
    who = await confirmer_of(database, visitor)
    known = (await standings(database, [found], who))[found.id]
    if found.state is not State.SUBMITTED or not offices_of(who, found, known.above):
        return None
    return step_for(who, found, catalogue().types[found.type].steps, known)


async def may_see(database: Connection, visitor: Visitor, found: Activity) -> bool:
    """Whether it is theirs, names them, or lies where they may see names or verify."""
    named = {found.actor, *(one.subject for one in found.participants)}
    if found.source == visitor.source or visitor.person in named:
        return True
    who = await confirmer_of(database, visitor)
    known = (await standings(database, [found], who))[found.id]
    if offices_of(who, found, known.above) or partiality(who, found, known) is Refusal.PAID_FOR_IT:
        return True
    return await may(database, visitor, Permission.SEE_NAMES, unit=found.unit)


async def _demand_own(visitor: Visitor, activity: UUID) -> None:
    async with transaction(readonly=True) as database:
        found = (await by_id(database, [activity])).get(activity)
    if found is None or found.source != visitor.source:
        raise NotFoundError(activity=activity)


async def shown_to(
    request: AnyRequest, database: Connection, visitor: Visitor, found: list[Activity]
) -> list[dict[str, Any]]:
    """Activities for a template, with the names that the visitor may read and the points that stand."""
    language, at = language_of(request), now()
    within = await near(database, visitor, at=at)
    mine = [one for one in found if visitor.source == one.source or visitor.person == one.actor]
    own = [visitor.person, *participants_of(mine)]
    names = await names_for(database, subjects_in(found), within, language, own=own, at=at)
    acts = await acts_of_many(database, [one.id for one in found])
    points = await points_of(database, [one.id for one in found])
    return [
        activity_shown(one, acts.get(one.id, ()), names, language) | {"points": points.get(one.id, 0)}
        for one in found
    ]


def _place(position: list[object]) -> waiting.Place:
    moment, activity = position
    return waiting.place_of(str(moment), str(activity))


own_activity_handlers = [own_activities, one_activity, withdraw_own, answer_for_own]
