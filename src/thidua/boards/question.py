"""From the words of a question to exactly one board, or to every fault named."""

import re
from dataclasses import dataclass

from thidua.boards.definitions import Board, boards
from thidua.boards.errors import BoardNotFoundError, BoardQuestionError
from thidua.boards.model import FESTIVAL, BoardKey
from thidua.boards.queries import DIVISIONS, Scope, is_unit_kind, kind_below, scope_named
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError
from thidua.kernel.period import parse_period
from thidua.kernel.subjects import SubjectKind

PERIOD_DEFAULT = "all"
SCOPE_DEFAULT = "VN"
_CAMPAIGN = "campaign:"
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Words:
    """A question as it was put; what was left out is None."""

    slug: str
    period: str | None = None
    scope: str | None = None
    kind: str | None = None
    division: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The board that is meant, and its unit."""

    key: BoardKey
    scope: Scope


async def understand(connection: Connection, words: Words) -> Question:
    """The board meant by `words`; what is left out has its default."""
    board = boards().get(words.slug)
    if board is None or (words.period or "").startswith(_CAMPAIGN):
        raise BoardNotFoundError(board=words.slug, period=words.period)
    scope = await scope_named(connection, words.scope or SCOPE_DEFAULT)
    faults = _faults(board, words)
    if scope is None:
        faults.append(FieldError("scope", "unknown_unit", facts={"unit": words.scope or SCOPE_DEFAULT}))
    if faults or scope is None:
        raise BoardQuestionError(faults)
    kind = None
    if board.who is SubjectKind.UNIT:
        kind = words.kind or await kind_below(connection, scope)
    key = BoardKey(board.slug, words.period or PERIOD_DEFAULT, scope.id, kind, words.division)
    return Question(key, scope)


def _faults(board: Board, words: Words) -> list[FieldError]:
    faults = []
    if not _is_period(words.period or PERIOD_DEFAULT):
        faults.append(FieldError("period", "period_unknown", facts={"period": words.period}))
    if words.kind is not None and not (board.who is SubjectKind.UNIT and is_unit_kind(words.kind)):
        faults.append(FieldError("kind", "unknown_unit_kind", facts={"kind": words.kind}))
    if words.division is not None and words.division not in DIVISIONS:
        facts = {"division": words.division, "choices": DIVISIONS}
        faults.append(FieldError("division", "unknown_division", facts=facts))
    return faults


def _is_period(name: str) -> bool:
    if name.startswith(FESTIVAL):
        return _SLUG.fullmatch(name.removeprefix(FESTIVAL)) is not None
    return parse_period(name) is not None
