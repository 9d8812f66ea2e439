"""The queue of claims: one by one from the keyboard, or many at once; what is not yours to judge says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from thidua.accounts.permissions import Permission
from thidua.activities import waiting
from thidua.activities.catalogue import catalogue
from thidua.activities.doubts import count_open
from thidua.activities.model import Activity
from thidua.activities.queries import by_id
from thidua.activities.waiting import WaitingAsked
from thidua.engine.changes import fact_of
from thidua.engine.confirm import confirm, refuse, standings
from thidua.engine.foretell import foretold
from thidua.engine.rulebooks import shelf
from thidua.engine.separation import Refusal, step_for
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import BusyError, DomainError
from thidua.kernel.period import midnight_of
from thidua.organisation.fields import as_id
from thidua.organisation.finding import LETTERS_MIN, Within, subjects_named
from thidua.organisation.queries import unit_id_of
from thidua.web import paging
from thidua.web.acquaintances import names_for, near
from thidua.web.activity_fields import said
from thidua.web.claims_shown import activity_shown, subjects_in
from thidua.web.forms import whole_number
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.organisation_forms import Typed, iso_day, typed_of
from thidua.web.own_activities import REASON_CHARACTERS_MAX, confirmer_of, may_see, shown_to
from thidua.web.pages import render
from thidua.web.visitors import Visitor, needs, scope_of, teams_of, visitor_let_in
from thidua.web.wording import say

ROWS = 25
COUNTED_MAX = 1000
_ACTORS_MAX = 200
_REASONS = ("evidence_unclear", "recorded_twice", "wrong_kind_of_work", "not_reached", "wrong_figures")
_RESULTS = ("done", "rejected", "left")
_LATEST = "latest"
_FILTER_CHARACTERS_MAX = 200
_MAY_VERIFY = needs(Permission.VERIFY)
Cursor = Annotated[str | None, QueryParameter(max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the address of the queue asks for, as it stands there."""

    type: str = ""
    unit: str = ""
    q: str = ""
    since: str = ""
    until: str = ""
    order: str = ""

    @classmethod
    def of(cls, told: Mapping[str, str]) -> "Filters":
        """The filters that an address or a form tells of."""
        return cls(**{name: str(told.get(name, ""))[:_FILTER_CHARACTERS_MAX] for name in cls.__slots__})

    @property
    def query(self) -> str:
        """The filters as the query of an address."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How many claims were confirmed, rejected, and left to others; and the claim, if it was one alone."""

    done: int = 0
    rejected: int = 0
    left: int = 0
    of: UUID | None = None

    @classmethod
    def told(cls, told: Mapping[str, str]) -> "Result":
        """The result that an address tells of."""
        counts = {name: whole_number(told.get(name, ""), highest=ROWS) or 0 for name in _RESULTS}
        return cls(**counts, of=as_id(told.get("of", "")))

    @property
    def query(self) -> str:
        """The result as the query of an address."""
        told = {name: getattr(self, name) for name in _RESULTS}
        return urlencode(told | {"of": self.of} if self.of else told)


_NOTHING_DONE = Result()


@get("/verify", include_in_schema=False, guards=[_MAY_VERIFY])
async def queue_page(request: AnyRequest, cursor: Cursor = None) -> Response[bytes]:
    """Claims that wait in the visitor's charge, oldest or latest first; the address holds the filters."""
    told = request.query_params
    return await _queue(request, Filters.of(told), cursor=cursor, result=Result.told(told))


@post("/verify", include_in_schema=False, guards=[_MAY_VERIFY])
async def judge_claims(request: AnyRequest) -> Response[Any]:
    """Confirm or reject what was ticked, or the one whose button was pressed; each by itself."""
    visitor, typed = visitor_let_in(request), await typed_of(request)
    filters = Filters.of({name: typed.line(name) for name in Filters.__slots__})
    act, picked = _asked(typed)
    reason = _reason(typed, language_of(request))
    if not picked:
        return await _queue(request, filters, refused="nothing_picked", typed=typed)
    if act == "reject" and not reason:
        return await _queue(request, filters, refused="reason_missing", typed=typed)
    result = await _judged(visitor, act, picked, reason)
    return Redirect(f"/verify?{filters.query}{'&' if filters.query else ''}{result.query}", status_code=303)


def _asked(typed: Typed) -> tuple[str, list[UUID]]:
    """What shall be done to which claims: a row's own button says both."""
    act, _, one = typed.line("do").partition(":")
    told = [one] if one else typed.several("pick")
    return act, [found for line in told[:ROWS] if (found := as_id(line)) is not None]


def _reason(typed: Typed, language: Language) -> str:
    chosen, own = typed.line("reason"), typed.line("own_reason").strip()[:REASON_CHARACTERS_MAX]
    ready = say(chosen, language) if chosen in _REASONS else ""
    return " ".join(one for one in (ready, own) if one)


async def _judged(visitor: Visitor, act: str, picked: Sequence[UUID], reason: str) -> Result:
    """What came of it; left is what was not theirs or was judged meanwhile."""
    async with transaction(readonly=True) as database:
        who = await confirmer_of(database, visitor)
    done = rejected = left = 0
    for one in picked:
        try:
            if act == "reject":
                await refuse(one, who=who, reason=reason, at=now())
                rejected += 1
            else:
                await confirm(one, who=who, at=now())
                done += 1
        except BusyError:
            raise
        except DomainError:
            left += 1
    alone = picked[0] if len(picked) == 1 and not left else None
    return Result(done=done, rejected=rejected, left=left, of=alone)


async def _queue(
    request: AnyRequest,
    filters: Filters,
    *,
    cursor: str | None = None,
    result: Result = _NOTHING_DONE,
    refused: str | None = None,
    typed: Typed | None = None,
) -> Response[bytes]:
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    purpose = f"verify:{visitor.account}:{filters.query}"
    after = waiting.place_of(*map(str, paging.decode(purpose, cursor))) if cursor else None
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        asked, faults = await _asked_for(database, visitor, filters, at=at)
        found = await waiting.waiting(database, asked, after=after, count_max=ROWS + 1)
        claims = await _claims(database, found[:ROWS], request, at=at)
        count = await waiting.count_waiting(database, asked, count_max=COUNTED_MAX)
        types = await waiting.types_waiting(database, asked)
        judged = await _judged_one(database, request, result.of) if result.of else None
        doubts = await count_open(database, units=asked.units, teams=asked.teams, count_max=COUNTED_MAX)
    last = found[ROWS - 1] if len(found) > ROWS else None
    return render(
        request,
        "verify/page.html",
        status=422 if refused else 200,
        claims=claims,
        count=count,
        counted_max=COUNTED_MAX,
        doubts=doubts,
        filters=filters,
        faults=faults,
        types=_types(types, language),
        reasons=[(one, say(one, language)) for one in _REASONS],
        next=paging.encode(purpose, last.occurred_at.isoformat(), str(last.id)) if last else None,
        result=result,
        judged=judged,
        refused=say(refused, language) if refused else None,
        typed=typed or Typed({}),
    )


async def _judged_one(database: Connection, request: AnyRequest, judged: UUID) -> dict[str, Any] | None:
    """The claim that was judged just now, for whoever may see it."""
    visitor, found = visitor_let_in(request), await by_id(database, [judged])
    if judged not in found or not await may_see(database, visitor, found[judged]):
        return None
    return (await shown_to(request, database, visitor, [found[judged]]))[0]


async def _asked_for(
    database: Connection, visitor: Visitor, filters: Filters, *, at: datetime
) -> tuple[WaitingAsked, dict[str, str]]:
    """The claims in the visitor's charge that the filters leave, and which filters could not be read."""
    units = await scope_of(database, visitor, Permission.VERIFY)
    teams = teams_of(visitor, Permission.VERIFY)
    faults: dict[str, str] = {}
    unit = await unit_id_of(database, filters.unit) if filters.unit else None
    if filters.unit and unit is None:
        faults["unit"] = filters.unit
    actors = None
    if filters.q and len(filters.q.strip()) >= LETTERS_MIN:
        within = Within(units=units, teams=teams)
        actors = [
            one.id for one in await subjects_named(database, filters.q, within, at=at, count_max=_ACTORS_MAX)
        ]
    since, until = _day(filters.since, "since", faults), _day(filters.until, "until", faults)
    return WaitingAsked(
        units=units,
        teams=teams,
        type=filters.type if filters.type in catalogue().types else None,
        unit=unit,
        actors=actors,
        since=midnight_of(since) if since else None,
        until=midnight_of(until + timedelta(days=1)) if until else None,
        is_latest_first=filters.order == _LATEST,
    ), faults


def _day(line: str, name: str, faults: dict[str, str]) -> date | None:
    told = iso_day(line)
    if told is None:
        return None
    try:
        found = date.fromisoformat(told)
    except ValueError:
        faults[name] = line
        return None
    return found if 2000 <= found.year <= 2999 else None  # noqa: PLR2004 -- the years that periods know


def _types(found: dict[str, int], language: Language) -> list[tuple[str, str]]:
    known = catalogue().types
    return [(code, f"{said(known[code].name, language)} ({found[code]})") for code in known if code in found]


async def _claims(
    database: Connection, found: Sequence[Activity], request: AnyRequest, *, at: datetime
) -> list[dict[str, Any]]:
    """Each claim with what it would bring, and the step that is the visitor's or why none is."""
    language, visitor = language_of(request), visitor_let_in(request)
    who, within = await confirmer_of(database, visitor), await near(database, visitor, at=at)
    names = await names_for(database, subjects_in(found), within, language, own=[visitor.person], at=at)
    known = await standings(database, found, who)
    registry = (await shelf(database, at=at)).registry
    told = await foretold(database, [fact_of(one) for one in found], registry)
    rows = []
    for one in found:
        mine = step_for(who, one, catalogue().types[one.type].steps, known[one.id])
        is_mine = not isinstance(mine, Refusal)
        rows.append(
            activity_shown(one, known[one.id].acts, names, language)
            | {
                "points": told[one.id].points,
                "is_mine": is_mine,
                "may_reject": is_mine or mine in {Refusal.NOT_YOUR_STEP, Refusal.STEP_DONE},
                "refusal": say(mine.value, language) if isinstance(mine, Refusal) else None,
            }
        )
    return rows


verify_handlers = [queue_page, judge_claims]
