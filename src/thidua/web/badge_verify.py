"""The page that verifies any badge that somebody shows: a picture, a document, a token. Nothing is kept."""

import unicodedata
from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, datetime, time, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile

from thidua.badges import queries
from thidua.badges.credentials.genuine import issuer_of, moment_in
from thidua.badges.credentials.reading import FILE_BYTES_MAX
from thidua.badges.credentials.verdict import Outcome, Verdict
from thidua.badges.credentials.verify import verify
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.errors import NotFoundError
from thidua.kernel.period import VIETNAM, local_day
from thidua.organisation.fields import as_id
from thidua.web.activity_fields import capital
from thidua.web.badge_shown import award_shown
from thidua.web.forms import MULTIPART, form_of
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.origins import address_reached
from thidua.web.pace import Pace
from thidua.web.pages import render
from thidua.web.wording import say

# Enough for a class that tries it at the same time; a foreign badge may mean several requests elsewhere.
_pace = Pace(count_max=60, within_seconds=60.0, at_once_max=4)
_SHOWN_CHARACTERS_MAX = 160
# What holds until midnight holds on the day before.
_A_MOMENT = timedelta(microseconds=1)
_MEGABYTES = FILE_BYTES_MAX // 1024 // 1024


@get("/badges/verify", include_in_schema=False)
async def verify_page(request: AnyRequest) -> Response[bytes]:
    """The form."""
    return _page(request)


@post("/badges/verify", include_in_schema=False, status_code=200)
async def verify_badge(request: AnyRequest) -> Response[bytes]:
    """The verdict on what was sent; unknown is not valid."""
    async with _pace.keep(request):
        content = await _sent(request)
        if not content:
            return _page(request, error=say("badge_nothing_shown", language_of(request)), status=422)
        at = now()
        verdict = await verify(content, at=at, hosts=[address_reached(request.scope, request.headers)])
    language = language_of(request)
    told = {
        "outcome": verdict.outcome.value,
        "sentence": _why(verdict, say(verdict.reason.value, language)),
        "is_ours": verdict.is_ours,
        "facts": _facts(verdict),
        "award": await _own_award(verdict, language, at=at),
        "at": at,
    }
    page = _page(request, verdict=told)
    page.headers["cache-control"] = "no-store"
    return page


async def _sent(request: AnyRequest) -> bytes:
    """What was uploaded, or else what was pasted."""
    texts = await form_of(request)
    if request.content_type[0] == MULTIPART:
        file = (await request.form()).get("file")
        if isinstance(file, UploadFile) and (content := await file.read(FILE_BYTES_MAX + 1)):
            return content
    return "".join(texts.get("text", [])[:1]).strip().encode()


def _page(
    request: AnyRequest, *, verdict: dict[str, Any] | None = None, error: str | None = None, status: int = 200
) -> Response[bytes]:
    return render(
        request, "badges/verify.html", status=status, verdict=verdict, error=error, megabytes=_MEGABYTES
    )


def _why(verdict: Verdict, sentence: str) -> str:
    """The sentence below the verdict, without the words of the verdict itself."""
    rest = sentence.partition(": ")[2]
    return capital(rest) if verdict.outcome is Outcome.CANNOT_TELL and rest else sentence


def _facts(verdict: Verdict) -> dict[str, Any]:
    """What the issuer signed, as far as people ask for it; nothing while it is not known to be signed."""
    told = verdict.credential
    if told is None:
        return {}
    issuer, subject = told.get("issuer"), told.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    named = achievement if isinstance(achievement, dict) else {}
    return {
        "name": _text(named.get("name") or told.get("name")),
        "issuer": _text(issuer.get("name")) if isinstance(issuer, dict) else "",
        "issuer_id": _text(issuer_of(told)),
        **span(told),
        "id": _text(told.get("id")),
    }


async def _own_award(verdict: Verdict, language: Language, *, at: datetime) -> dict[str, Any] | None:
    """The award of a credential of ours as our own book has it, with the picture that we draw of it."""
    if not verdict.is_ours or verdict.credential is None:
        return None
    found = as_id(str(verdict.credential.get("id", "")).rpartition("/")[2])
    if found is None:
        return None
    try:
        async with connection() as database:
            return award_shown(await queries.award(database, found), language, at=at)
    except NotFoundError:  # signed here, and of a book that was lost since
        return None


def _text(value: object) -> str:
    """A stranger's text in one line that turns nothing around."""
    if not isinstance(value, str):
        return ""
    kept = "".join(one for one in value if unicodedata.category(one)[0] != "C" or one in "\n\t")
    said = unicodedata.normalize("NFC", " ".join(kept.split()))
    return said if len(said) <= _SHOWN_CHARACTERS_MAX else f"{said[:_SHOWN_CHARACTERS_MAX]}…"


def span(told: Mapping[str, Any]) -> dict[str, object]:
    """From which day it holds and through which; an end within a day is told as the moment that it is."""
    since, until = _moment(told, "validFrom"), _moment(told, "validUntil")
    is_whole_days = until is not None and until.astimezone(VIETNAM).time() == time.min
    return {
        "since": None if since is None else local_day(since),
        "last": local_day(until - _A_MOMENT) if until is not None and is_whole_days else None,
        "until": None if is_whole_days else until,
    }


def _moment(told: Mapping[str, Any], name: str) -> datetime | None:
    """The moment, unless its day in Vietnam may lie beyond the calendar."""
    found = moment_in(told, name)
    return found if found is not None and MINYEAR < found.year < MAXYEAR else None


badge_verify_handlers = [verify_page, verify_badge]
