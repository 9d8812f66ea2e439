"""Pictures of badges, under addresses that may be kept for good: /badges/dai-su-so.png?size=256&v=..."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from litestar import Response

from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.model import Status
from thidua.badges.pictures.picture import fingerprint, png, svg
from thidua.kernel.errors import NotFoundError
from thidua.web.language import DEFAULT, AnyRequest
from thidua.web.problems import ProblemError, field_problem

Value = TypeVar("Value")

# Not every size: each that is asked for is drawn and kept.
SIZES = (64, 72, 80, 88, 96, 112, 128, 160, 176, 192, 256, 320, 384, 512, 640, 768, 1024)
_SIZE_DEFAULT = 512
_YEARS = range(2025, 2051)
_FIELDS = frozenset({"size", "year", "status", "lang", "v"})
_TYPES = {"png": "image/png", "svg": "image/svg+xml"}
# Whoever asks for many that were never drawn keeps one core busy, not all.
_one_at_a_time = asyncio.Semaphore(1)
_KEPT_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASKED_AGAIN = "public, no-cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which picture of a badge."""

    size: int = _SIZE_DEFAULT
    year: int | None = None
    status: Status = Status.VALID
    lang: str = DEFAULT


def picture_address(badge: Badge, asked: Asked, *, ending: str = "png") -> str:
    """The address of a picture, which changes whenever the picture would look otherwise."""
    plain = asdict(Asked())
    told = {name: value for name, value in asdict(asked).items() if value != plain[name]}
    return f"/badges/{badge.slug}.{ending}?{urlencode({**told, 'v': fingerprint(badge)})}"


async def badge_picture(request: AnyRequest, name: str) -> Response[bytes]:
    """The picture called so, as /badges/{name} answers for a slug with .png or .svg behind it."""
    slug, _, ending = name.partition(".")
    badge = catalogue().badges.get(slug)
    if badge is None or ending not in _TYPES:
        raise NotFoundError
    words = _words(request.scope["query_string"])
    asked, version = _asked(words), fingerprint(badge)
    tag = f'"{version}-{asked.size}-{asked.year}-{asked.status.value}-{asked.lang}"'
    headers = {
        "etag": tag,
        "cache-control": _KEPT_FOR_A_YEAR if words.get("v") == version else _ASKED_AGAIN,
        # Whoever displays badges may show them.
        "cross-origin-resource-policy": "cross-origin",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=_TYPES[ending])
    async with _one_at_a_time:
        drawn = await asyncio.to_thread(_drawn, badge, asked, ending)
    return Response(drawn, headers=headers, media_type=_TYPES[ending])


def _drawn(badge: Badge, asked: Asked, ending: str) -> bytes:
    draw = png if ending == "png" else svg
    drawn = draw(badge, year=asked.year, size=asked.size, status=asked.status, language=asked.lang)
    return drawn.encode() if isinstance(drawn, str) else drawn


def _words(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=10)
    except ValueError as error:
        raise ProblemError(400, "bad_request") from error
    for name, _value in pairs:
        if name not in _FIELDS or sum(one == name for one, _ in pairs) > 1:
            raise field_problem(400, name, "wrong_value", field=name)
    return dict(pairs)


def _asked(words: dict[str, str]) -> Asked:
    """Understand the parameters; each that is not exactly one of ours is 400 and named."""
    plain = Asked()
    return Asked(
        size=_one_of(words, "size", {str(size): size for size in SIZES}, plain.size),
        year=_one_of(words, "year", {str(year): year for year in _YEARS}, plain.year),
        status=_one_of(words, "status", {status.value: status for status in Status}, plain.status),
        lang=_one_of(words, "lang", {"vi": "vi", "en": "en"}, plain.lang),
    )


def _one_of(words: dict[str, str], name: str, known_values: Mapping[str, Value], left_out: Value) -> Value:
    if name not in words:
        return left_out
    if words[name] not in known_values:
        raise field_problem(400, name, "wrong_value", field=name)
    return known_values[words[name]]
