"""T15: whoever opens a total, page by page through the API, finds entries that add up to it and say why."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from random import Random  # noqa: TID251 -- subjects and what they did are drawn from a seed
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from tests.builders import MOUNTAIN_COMMUNE, an_id
from tests.support.callers import ACTIVITIES, Given, caller, case, put_people, report, token
from tests.support.processes import Server
from tests.support.promises import Promise
from tests.support.watching import whole_board

pytestmark = pytest.mark.timeout(600)

A_PAGE = 4
TYPES = (
    "PUBLIC_SERVICE_CASE",
    "VNEID_SUPPORT",
    "CLASS_ATTENDED",
    "WEEKLY_QUIZ",
    "PERSON_GUIDED",
    "NEWS_APPROVED",
)


@pytest_asyncio.fixture
async def api(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A program that may read entries."""
    async with caller(server.address, token({"THIDUA_DATABASE_URL": server.dsn}, "ours")) as client:
        yield client


@pytest.mark.parametrize("subjects", [50, pytest.param(1_000, marks=pytest.mark.long)])
async def test_the_entries_of_a_subject_add_up_to_its_total(
    api: httpx.AsyncClient, promise: Promise, subjects: int
) -> None:
    people = [an_id(f"opened {subjects} {number}") for number in range(subjects)]
    await put_people(api, people, unit=MOUNTAIN_COMMUNE)
    await _live(api, people, Random(subjects))  # noqa: S311 -- no secret

    board = await whole_board(api, f"/api/v1/boards/people-total?scope={MOUNTAIN_COMMUNE}")
    assert board is not None
    listed = {row["subject"]["id"]: row["score"] for row in board["rows"]}
    opened = {one: await _entries(api, one) for one in people}

    sums = {one: sum(entry["points"] for entry in entries) for one, entries in opened.items()}
    assert sums == {one: await _total(api, one) for one in people}
    assert {one: points for one, points in sums.items() if points} == {
        one: listed[str(one)] for one in people if str(one) in listed
    }
    assert [entry["id"] for entries in opened.values() for entry in entries if not _is_explained(entry)] == []
    assert Counter(entry["kind"] for entries in opened.values() for entry in entries).keys() == {
        "award",
        "adjustment",
        "reversal",
    }
    promise("T15 subjects whose entries add up to their total", figure=len(sums), target=str(subjects))


async def _live(api: httpx.AsyncClient, people: Sequence[UUID], rng: Random) -> None:
    """Let everybody do some things, told in no order and often beyond a ceiling; withdraw some."""
    bodies = [
        case(
            one, type=rng.choice(TYPES), at=f"2026-10-{day:02}T09:00:00+07:00", quantity=rng.choice((1, 3, 9))
        )
        for one in people
        for day in rng.choices((1, 2, 5, 12, 20), k=8)
    ]
    rng.shuffle(bodies)
    # In several requests, so that what comes late changes what was paid before.
    for start in range(0, len(bodies), 100):
        await report(api, bodies[start : start + 100])
    for body in bodies[::12]:
        gone = await api.post(f"{ACTIVITIES}/{body['id']}/withdraw", json={"reason": "ghi nhầm"})
        assert gone.status_code == 200


async def _entries(api: httpx.AsyncClient, subject: UUID) -> list[Given]:
    entries: list[Given] = []
    asked: Given = {"limit": A_PAGE}
    while asked.get("cursor", "first"):
        answer = await api.get(f"/api/v1/subjects/{subject}/entries", params=asked)
        assert answer.status_code == 200, answer.text
        entries += answer.json()["items"]
        asked["cursor"] = answer.json()["next"]
    assert len({entry["id"] for entry in entries}) == len(entries)
    return entries


async def _total(api: httpx.AsyncClient, subject: UUID) -> int:
    totals = (await api.get(f"/api/v1/subjects/{subject}")).json()["totals"]
    points: int = next(total["points"] for total in totals if total["period"] == "all")
    return points


def _is_explained(entry: Given) -> bool:
    said = (entry["sentence"], *(step["because"] for step in entry["steps"]))
    return (
        entry["rulebook_version"] == 1
        and bool(entry["activity"] and entry["rule"] and entry["steps"])
        and all(words["vi"] and words["en"] for words in said)
    )
