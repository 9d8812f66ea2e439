"""What goes wrong, told to programs as RFC 9457 problem documents and to people as a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import asyncpg
import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from thidua.accounts.errors import (
    NotSignedInError,
    ScopeMissingError,
    SessionsAwayError,
    SignInRefusedError,
    TooManyTriesError,
)
from thidua.infra.errors import ServiceUnavailableError
from thidua.kernel.errors import (
    BusyError,
    ConflictError,
    DomainError,
    FieldError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from thidua.web.language import AnyRequest, Language, accepted, language_of
from thidua.web.pages import render
from thidua.web.visitors import PasswordChangeNeededError, SignInNeededError
from thidua.web.wording import say, wordings

MEDIA_TYPE = "application/problem+json"
_HTML_NEVER = ("/api/", "/schema/", "/health/", "/metrics")
_ERRORS_SHOWN_MAX = 1000
_log = structlog.get_logger("thidua.web")

_STATUSES: dict[type[Exception], int] = {
    NotSignedInError: 401,
    ScopeMissingError: 403,
    SignInRefusedError: 422,
    TooManyTriesError: 429,
    SessionsAwayError: 503,
    SignInNeededError: 401,
    PasswordChangeNeededError: 403,
    NotAllowedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    InputError: 422,
    BusyError: 503,
    DomainError: 409,
}
# PostgreSQL's ways to say that others hold what you need: nothing was written, send the same again.
_BUSY = (
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.TooManyConnectionsError,
    ServiceUnavailableError,
)
_HTTP_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "too_slow",
    413: "too_large",
    414: "address_too_long",
    415: "media_type",
    416: "range",
    422: "invalid_input",
    429: "too_often",
}


class ProblemError(Exception):
    """Something wrong with the request itself, before any part was asked."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        errors: Sequence[FieldError] = (),
        facts: Mapping[str, object] | None = None,
    ) -> None:
        """Keep what the problem document needs."""
        super().__init__(code)
        self.problem = Problem(status, code, facts or {}, tuple(errors))


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem before it is worded."""

    status: int
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def field_problem(status: int, name: str, code: str, **facts: object) -> ProblemError:
    """A problem with one named field or query parameter."""
    return ProblemError(status, code, errors=[FieldError(name, code, facts=facts)], facts=facts)


def on_exception(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer any exception: bad input never with 5xx, our own faults without a trace of our code."""
    problem = problem_of(error)
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        # The route, not the path: a path says of whom.
        route = request.scope.get("path_template")
        _log.error("request failed", route=route, method=request.method, exc_info=error)
    return answer(request, problem)


def answer(request: AnyRequest, problem: Problem) -> Response[bytes]:
    """The problem as a page for a browser, as a problem document for everyone else."""
    if wants_page(request):
        return _page(request, problem)
    language = accepted(request.headers.get("accept-language", ""))
    body = msgspec.json.encode(document(problem, language))
    headers = {**problem.headers, "content-language": language, "vary": "Accept-Language"}
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def document(problem: Problem, language: Language) -> dict[str, object]:
    """The problem document; its words follow the language, its codes never change."""
    worded: dict[str, object] = {
        "type": f"/problems/{problem.code}",
        "title": _title(problem.status, language),
        "status": problem.status,
        "detail": say(problem.code, language, problem.facts),
        "code": problem.code,
    }
    if problem.errors:
        worded["errors"] = [error_body(one, language) for one in problem.errors[:_ERRORS_SHOWN_MAX]]
    return worded


def error_body(error: FieldError, language: Language) -> dict[str, object]:
    """One faulty field as the API shows it."""
    message = say(error.code, language, {"field": error.field, **(error.facts or {})})
    return {"index": error.index, "field": error.field, "code": error.code, "message": message}


def problem_of(error: Exception) -> Problem:
    """What an exception means to the caller."""
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, _BUSY):
        return Problem(503, "busy", headers={"retry-after": "1"})
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    return Problem(500, "our_fault")


def _of_domain(error: DomainError) -> Problem:
    status = next(_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES)
    errors = error.errors if isinstance(error, InputError) else _errors_in(error)
    headers = _headers(status)
    if isinstance(error, TooManyTriesError):
        headers["retry-after"] = str(error.seconds)
    return Problem(status, error.code, error.facts, errors, headers)


def _errors_in(error: DomainError) -> tuple[FieldError, ...]:
    named = getattr(error, "errors", ())
    return tuple(one for one in named if isinstance(one, FieldError))


def _of_http(error: HTTPException) -> Problem:
    status = error.status_code
    code = _HTTP_CODES.get(
        status, "bad_request" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "our_fault"
    )
    kept = {
        name: value
        for name, value in (error.headers or {}).items()
        if name.lower() in {"allow", "retry-after"}
    }
    return Problem(status, code, errors=_of_parameters(error.extra), headers=_headers(status) | kept)


def _of_parameters(extra: object) -> tuple[FieldError, ...]:
    if not isinstance(extra, list):
        return ()
    return tuple(FieldError(str(one.get("key", "")), "wrong_value") for one in extra if isinstance(one, dict))


def _headers(status: int) -> dict[str, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return {"www-authenticate": 'Bearer realm="thidua"'}
    return {"retry-after": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}


def _title(status: int, language: Language) -> str:
    code = f"status_{status}"
    return say(code if code in wordings() else f"status_{status // 100}xx", language)


def wants_page(request: AnyRequest) -> bool:
    """Whether a browser asks for a page, rather than a program or a script for an answer."""
    if request.scope["path"].startswith(_HTML_NEVER):
        return False
    return "text/html" in request.headers.get("accept", "")


def _page(request: AnyRequest, problem: Problem) -> Response[bytes]:
    language = language_of(request)
    shown = {
        "status": problem.status,
        "title": _title(problem.status, language),
        "sentences": _sentences(problem, language),
    }
    page = render(request, "errors/page.html", status=problem.status, problem=shown)
    page.headers.update(problem.headers)
    return page


def _sentences(problem: Problem, language: Language) -> list[str]:
    """What is wrong; where single faults are named, not also that there are some."""
    details = [str(error_body(one, language)["message"]) for one in problem.errors]
    return list(dict.fromkeys(details or [say(problem.code, language, problem.facts)]))


EXCEPTION_HANDLERS: ExceptionHandlersMap = {Exception: on_exception, HTTPException: on_exception}
