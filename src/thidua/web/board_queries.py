"""What a request asks of a board: read from its address once, and kept for the next who asks the same."""

import binascii
from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import UUID

from thidua.boards.errors import BoardQuestionError
from thidua.boards.model import BoardQuery
from thidua.boards.question import Question, Words
from thidua.boards.reading import Reader
from thidua.boards.standing import POSITION_BYTES
from thidua.web.paging import decode, encode, limit_of
from thidua.web.problems import ProblemError, field_problem

SPAN_DEFAULT, SPAN_MAX = 5, 50
_WORDS_MAX = 100
_FIELDS = ("period", "scope", "kind", "division", "limit", "cursor", "q", "span", "subject")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one board, understood."""

    question: Question
    query: BoardQuery
    words: dict[str, str]

    def cursor(self, after: bytes | None) -> str | None:
        """The cursor of the page behind a place; None behind the last."""
        return None if after is None else encode(_purpose(self.question, self.words), after.hex())


# By address, with the state of the organisation it was understood in.
_kept: dict[tuple[str, bytes], tuple[bytes, Asked]] = {}
_KEPT_MAX = 5_000


async def asked(reader: Reader, slug: str, query_string: bytes) -> Asked:
    """What is asked of the board `slug`; every fault of the question is 400 and named."""
    version = await reader.version()
    kept = _kept.get((slug, query_string))
    if kept is not None and kept[0] == version:
        return kept[1]
    fresh = await _read(reader, slug, query_string)
    if len(_kept) >= _KEPT_MAX:
        _kept.clear()
    _kept[slug, query_string] = version, fresh
    return fresh


async def _read(reader: Reader, slug: str, query_string: bytes) -> Asked:
    words = words_of(query_string)
    try:
        question = await reader.understand(
            Words(slug, words.get("period"), words.get("scope"), words.get("kind"), words.get("division"))
        )
    except BoardQuestionError as error:
        raise ProblemError(400, "invalid_query", errors=error.errors) from error
    query = BoardQuery(
        key=question.key,
        rows_max=limit_of(_whole(words, "limit")),
        after=_after(question, words),
        search=words.get("q"),
    )
    return Asked(question, query, words)


def words_of(query_string: bytes) -> dict[str, str]:
    """The parameters that boards know; empty ones count as left out, as a form sends them."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), errors="strict", max_num_fields=50)
    except ValueError as error:
        raise ProblemError(400, "bad_request") from error
    words = {name: value.strip() for name, value in pairs if name in _FIELDS and value.strip()}
    for name, value in words.items():
        if name != "cursor" and (len(value) > _WORDS_MAX or not value.isprintable()):
            raise field_problem(400, name, "wrong_value", field=name)
    return words


def span_of(words: dict[str, str]) -> int:
    """How many rows either side are asked for."""
    span = _whole(words, "span")
    if span is None:
        return SPAN_DEFAULT
    if not 0 <= span <= SPAN_MAX:
        raise field_problem(400, "span", "out_of_range", field="span", minimum=0, maximum=SPAN_MAX)
    return span


def subject_of(words: dict[str, str]) -> UUID | None:
    """The subject whose place is asked for."""
    if "subject" not in words:
        return None
    try:
        return UUID(words["subject"])
    except ValueError as error:
        raise field_problem(400, "subject", "not_an_id", field="subject") from error


def _whole(words: dict[str, str], name: str) -> int | None:
    value = words.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()):
        return -1  # not a size: refused where sizes are
    return min(int(value[:9]), 10**9)


def _after(question: Question, words: dict[str, str]) -> bytes | None:
    cursor = words.get("cursor")
    if cursor is None:
        return None
    position = decode(_purpose(question, words), cursor)
    try:
        after = binascii.unhexlify(str(position[0]))
    except (IndexError, ValueError) as error:
        raise field_problem(400, "cursor", "cursor_unknown") from error
    if len(after) != POSITION_BYTES:
        raise field_problem(400, "cursor", "cursor_unknown")
    return after


def _purpose(question: Question, words: dict[str, str]) -> str:
    return f"board|{question.key.text}|{words.get('q', '')}"
