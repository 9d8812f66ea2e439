"""The page that verifies any badge that somebody shows: a picture, a document, a token. Nothing is kept."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile

from thidua.badges.credentials.genuine import issuer_of, moment_in
from thidua.badges.credentials.reading import FILE_BYTES_MAX
from thidua.badges.credentials.verdict import Outcome, RefusedError, Verdict
from thidua.badges.credentials.verify import verify
from thidua.infra.clock import now
from thidua.kernel.period import local_day
from thidua.organisation.fields import as_id
from thidua.web.activity_fields import capital
from thidua.web.forms import MULTIPART, form_of
from thidua.web.language import AnyRequest, language_of
from thidua.web.pace import Pace
from thidua.web.pages import render
from thidua.web.wording import say

# Enough for a class that tries it at the same time; a foreign badge may mean several requests elsewhere.
_pace = Pace(count_max=60, within_seconds=60.0, at_once_max=4)
_SHOWN_CHARACTERS_MAX = 160
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
        verdict = await verify(content, at=at)
    language = language_of(request)
    told = {
        "outcome": verdict.outcome.value,
        "sentence": _why(verdict, say(verdict.reason.value, language)),
        "is_ours": verdict.is_ours,
        "facts": _facts(verdict),
        "page": _own_page(verdict),
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
        "since": _day(told, "validFrom"),
        "until": _day(told, "validUntil"),
        "id": _text(told.get("id")),
    }


def _own_page(verdict: Verdict) -> str | None:
    """The page of a credential of ours."""
    if not verdict.is_ours or verdict.credential is None:
        return None
    found = as_id(str(verdict.credential.get("id", "")).rpartition("/")[2])
    return None if found is None else f"/credentials/{found}"


def _text(value: object) -> str:
    """A stranger's text in one line that turns nothing around."""
    if not isinstance(value, str):
        return ""
    kept = "".join(one for one in value if unicodedata.category(one)[0] != "C" or one in "\n\t")
    said = unicodedata.normalize("NFC", " ".join(kept.split()))
    return said if len(said) <= _SHOWN_CHARACTERS_MAX else f"{said[:_SHOWN_CHARACTERS_MAX]}…"


def _day(told: Mapping[str, Any], name: str) -> object:
    try:
        found: datetime | None = moment_in(told, name)
        return None if found is None or found.tzinfo is None else local_day(found)
    except (RefusedError, OverflowError):  # a day before the first or after the last
        return None


badge_verify_handlers = [verify_page, verify_badge]
