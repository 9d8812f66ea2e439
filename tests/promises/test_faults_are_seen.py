"""A checker that never finds anything proves nothing: each kind of wrong answer is found."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from tests.support.callers import Given, case
from tests.support.history import History
from tests.support.watching import BoardWatch, Shown, Truth
from thidua.infra.database import connection

LAN, MAI, NAM = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(3))


@pytest_asyncio.fixture
async def watch() -> AsyncIterator[BoardWatch]:
    """A board that was watched from 0 s to 20 s, while Lan went from 4 to 6 points."""
    async with httpx.AsyncClient() as api:
        truths = [Truth(0.0, 0.1, {LAN: 4, MAI: 3}), Truth(19.9, 20.0, {LAN: 6, MAI: 3})]
        yield BoardWatch(api, "", truths=truths)


def _shown(rows: Sequence[tuple[str, int, int]], *, as_of: float = 9.0, total: int = 2) -> Shown:
    listed = [{"subject": {"id": who}, "score": score, "rank": rank} for who, score, rank in rows]
    moment = datetime.fromtimestamp(as_of, UTC).isoformat()
    page: Given = {"source": "redis", "as_of": moment, "rows": listed, "total": total}
    return Shown(10.0, 10.1, page)


@pytest.mark.parametrize("score", [4, 5, 6])
async def test_what_was_true_at_some_moment_meanwhile_is_right(watch: BoardWatch, score: int) -> None:
    watch.shown.append(_shown([(LAN, score, 1), (MAI, 3, 2)]))

    assert watch.wrong() == []


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        (_shown([(LAN, 7, 1), (MAI, 3, 2)]), "shown with 7, had 4 to 6"),
        (_shown([(LAN, 3, 1), (MAI, 3, 1)]), "shown with 3, had 4 to 6"),
        (_shown([(LAN, 5, 1), (MAI, 3, 3)]), "wrong ranks"),
        (_shown([(MAI, 3, 1)]), "somebody is missing"),
        (_shown([(LAN, 5, 1), (MAI, 3, 2)], total=3), "3 listed, were 2 to 2"),
        (_shown([(LAN, 5, 1), (NAM, 1, 2)]), "shown with 1, had 0 to 0"),
        (_shown([(LAN, 5, 1), (MAI, 3, 2)], as_of=6.0), "4.0 s old"),
    ],
)
async def test_what_was_never_true_is_found(watch: BoardWatch, shown: Shown, fault: str) -> None:
    watch.shown.append(shown)

    assert any(fault in one for one in watch.wrong())


async def test_what_was_acknowledged_and_is_not_there_is_found(database: str) -> None:
    told = case(LAN)
    history = History(sent={told["id"]: told}, acknowledged={told["id"]})

    assert await history.faults(database) == [f"lost {told['id']}"]


async def test_what_nobody_sent_and_whoever_has_too_much_is_found(database: str) -> None:
    async with connection() as writing:
        await writing.execute(_ENTRY, LAN)
    history = History(sent={"not recorded": case(LAN)})

    assert await history.faults(database) == [f"{LAN} has 2, is due 0"]


_ENTRY = """
INSERT INTO ledger_entry (subject, subject_kind, unit, category, rule, rulebook_version, points, units,
    activity, act, kind, occurred_at, posted_at, sentence, params, hash)
VALUES ($1::text::uuid, 1, gen_random_uuid(), 'service', 'public_service_case', 1, 2, 1, gen_random_uuid(),
    gen_random_uuid(), 1, now(), now(), 'public_service_case', '{}', '')
"""
