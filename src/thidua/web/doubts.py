"""Saying that a figure is wrong, and answering it: kept, noted, shown to those who verify there."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from thidua.accounts.permissions import Permission
from thidua.activities import doubts
from thidua.activities.actions import answer_doubt, raise_doubt
from thidua.activities.doubts import SAID_CHARACTERS_MAX, Doubt, DoubtAnsweredError, Outcome
from thidua.activities.model import Activity
from thidua.activities.queries import by_id
from thidua.engine.confirm import refuse, standings
from thidua.engine.separation import offices_of, partiality
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import DomainError, NotAllowedError, NotFoundError
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_forms import typed_of
from thidua.web.own_activities import confirmer_of, may_see, shown_to
from thidua.web.pages import render
from thidua.web.visitors import Visitor, needs, scope_of, signed_in, teams_of, visitor_let_in
from thidua.web.wording import say

_ROWS = 50
_NOTHING = "doubt_says_nothing"
_ANSWERS = needs(Permission.VERIFY)


class OwnDoubtError(NotAllowedError):
    """Who reported the activity, is paid for it or doubts it leaves the answer to somebody else."""

    code = "own_doubt"


@get("/activities/{activity:uuid}/doubt", include_in_schema=False, guards=[signed_in])
async def doubt_page(
    request: AnyRequest, activity: FromPath[UUID], entry: FromQuery[int | None] = None
) -> Response[bytes]:
    """The form in which somebody says what is wrong about an activity's figures."""
    return await _form(request, activity, entry=entry)


@post("/activities/{activity:uuid}/doubt", include_in_schema=False, guards=[signed_in])
async def doubt_activity(request: AnyRequest, activity: FromPath[UUID]) -> Response[Any]:
    """Keep what somebody says is wrong, for those who verify there."""
    visitor, typed = visitor_let_in(request), await typed_of(request)
    said, entry = " ".join(typed.line("said").split()), typed.count("entry")
    entry = entry if isinstance(entry, int) else None
    if not said or len(said) > SAID_CHARACTERS_MAX:
        return await _form(
            request, activity, entry=entry, said=said, status=422, refused="doubt_says_nothing"
        )
    try:
        async with transaction() as database:
            found = await _seen(database, visitor, activity)
            await raise_doubt(database, found, entry=entry, said=said, by=visitor.account, at=now())
    except NotFoundError:
        raise
    except DomainError as error:
        return await _form(request, activity, entry=entry, said=said, status=409, refused=error.code)
    return Redirect(f"/activities/{activity}#doubts", status_code=303)


@get("/doubts", include_in_schema=False, guards=[_ANSWERS])
async def doubts_page(request: AnyRequest) -> Response[bytes]:
    """What people in the visitor's charge say is wrong, and what was answered lately."""
    return await _list(request)


@post("/doubts/{doubt:uuid}", include_in_schema=False, guards=[_ANSWERS])
async def answer_to_doubt(request: AnyRequest, doubt: FromPath[UUID]) -> Response[Any]:
    """Answer: the figure stands, or the activity is rejected and its points are taken back."""
    visitor, typed, at = visitor_let_in(request), await typed_of(request), now()
    words, outcome = " ".join(typed.line("answer").split()), typed.line("outcome")
    try:
        async with transaction(readonly=True) as database:
            found = await _demand_judge(database, visitor, doubt)
            who = await confirmer_of(database, visitor)
        if outcome not in set(Outcome) or not words or len(words) > SAID_CHARACTERS_MAX:
            return await _list(request, status=422, refused="answer_missing", about=doubt)
        if outcome == Outcome.REJECTED:
            await refuse(found.activity, who=who, reason=words, at=at)
        async with transaction() as database:
            await answer_doubt(database, doubt, Outcome(outcome), answer=words, by=visitor.account, at=at)
    except NotFoundError:
        raise
    except DomainError as error:
        return await _list(request, status=409, refused=error.code, about=doubt)
    return Redirect("/doubts", status_code=303)


async def _form(
    request: AnyRequest,
    activity: UUID,
    *,
    entry: int | None,
    said: str = "",
    status: int = 200,
    refused: str | None = None,
) -> Response[bytes]:
    visitor, language = visitor_let_in(request), language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        found = await _seen(database, visitor, activity)
        [shown] = await shown_to(request, database, visitor, [found])
    told = {
        "one": shown,
        "entry": entry,
        "said": said,
        "refused": say(refused, language) if refused else None,
    }
    return render(request, "doubts/new.html", status=status, **told)


async def _list(
    request: AnyRequest, *, status: int = 200, refused: str | None = None, about: UUID | None = None
) -> Response[bytes]:
    visitor, language = visitor_let_in(request), language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        waiting = await waiting_for(database, visitor)
        kept = await by_id(database, [one.activity for one in waiting])
        shown = await shown_to(request, database, visitor, list(kept.values()))
        who = await confirmer_of(database, visitor)
        known = await standings(database, list(kept.values()), who)
    activities = {one["id"]: one for one in shown}
    rows = [
        {
            "doubt": one,
            "one": activities[one.activity],
            "whose": _whose(one, kept[one.activity]),
            "refusal": say("own_doubt", language)
            if one.account == visitor.account or partiality(who, kept[one.activity], known[one.activity])
            else None,
        }
        for one in waiting
    ]
    told = {"refused": say(refused, language) if refused else None, "about": about}
    return render(request, "doubts/page.html", status=status, rows=rows, **told)


async def waiting_for(database: Connection, visitor: Visitor) -> list[Doubt]:
    """The doubts in the visitor's charge that wait for an answer."""
    units = await scope_of(database, visitor, Permission.VERIFY)
    teams = teams_of(visitor, Permission.VERIFY)
    return await doubts.open_doubts(database, units=units, teams=teams, count_max=_ROWS)


def _whose(doubt: Doubt, about: Activity) -> str:
    """Whether who reported the activity doubts it, or somebody else: no names are needed to answer."""
    return "reporter" if about.source == f"account:{doubt.account}" else "other"


async def _seen(database: Connection, visitor: Visitor, activity: UUID) -> Activity:
    found = (await by_id(database, [activity])).get(activity)
    if found is None or not await may_see(database, visitor, found):
        raise NotFoundError(activity=activity)
    return found


async def _demand_judge(database: Connection, visitor: Visitor, doubt: UUID) -> Doubt:
    """The doubt, if the visitor may judge what it is about: they neither reported, gain by nor doubt it."""
    found = await doubts.doubt_of(database, doubt)
    about = None if found is None else (await by_id(database, [found.activity])).get(found.activity)
    if found is None or about is None:
        raise NotFoundError
    who = await confirmer_of(database, visitor)
    known = (await standings(database, [about], who))[about.id]
    if not offices_of(who, about, known.above):
        raise NotFoundError
    if found.account == visitor.account or partiality(who, about, known) is not None:
        raise OwnDoubtError
    if found.outcome is not None:
        raise DoubtAnsweredError
    return found


doubt_handlers = [doubt_page, doubt_activity, doubts_page, answer_to_doubt]
