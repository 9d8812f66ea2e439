"""Finding rows of a board by a part of the shown name, typed with or without accents."""

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from uuid import UUID

from thidua.boards.model import Place
from thidua.boards.names import Names
from thidua.boards.standing import Standing
from thidua.infra.database import connection
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.names import ShownName
from thidua.organisation.vietnamese import fold

# Up to here every row's shown name is looked at, aliases too; beyond, stored names preselect.
_ALL_NAMES_MAX = 5_000
_AT_ONCE = 500
_STORED = {
    SubjectKind.PERSON: "SELECT person AS id FROM person_profile WHERE public_name AND name_fold LIKE $1",
    SubjectKind.TEAM: "SELECT id FROM team WHERE name_fold LIKE $1",
    SubjectKind.UNIT: "SELECT id FROM unit WHERE name_fold LIKE $1 OR lower(code) LIKE $1",
    SubjectKind.HOUSEHOLD: "SELECT id FROM household WHERE false AND $1 <> ''",
}


async def found(
    standing: Standing, names: Names, *, who: SubjectKind, search: str, start: int, rows: int
) -> list[Place]:
    """The first `rows` places from `start` on whose shown name or code holds the words of `search`."""
    words = fold(search)
    matches: list[Place] = []
    async for place in _matching(standing, names, who=who, words=words, start=start):
        matches.append(place)
        if len(matches) == rows:
            break
    return matches


async def _matching(
    standing: Standing, names: Names, *, who: SubjectKind, words: str, start: int
) -> AsyncIterator[Place]:
    candidates = iter(await _candidates(standing, who, words, start))
    while chunk := list(islice(candidates, _AT_ONCE)):
        lines = await names.lines([place.subject for place in chunk], who)
        for place in chunk:
            if _holds(lines.get(place.subject), words):
                yield place


async def _candidates(standing: Standing, who: SubjectKind, words: str, start: int) -> Iterable[Place]:
    if standing.total <= _ALL_NAMES_MAX:
        return standing.places(start, standing.total)
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    async with connection() as reading:
        stored = await reading.fetch(_STORED[who], f"%{escaped}%")
    return _places(standing, {row["id"] for row in stored}, start)


def _places(standing: Standing, subjects: set[UUID], start: int) -> Iterator[Place]:
    for index in sorted(standing.find_many(subjects).values()):
        if index >= start:
            yield from standing.places(index, index + 1)


def _holds(line: ShownName | None, words: str) -> bool:
    if line is None:
        return False
    return any(words in fold(text) for text in (line.name_vi, line.name_en, line.code or ""))
