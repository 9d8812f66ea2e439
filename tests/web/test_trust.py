"""/trust: the promises with measured figures, the seals, and roots that `thidua verify` takes."""

from datetime import timedelta

import httpx

from tests.builders import recorded, reported, some_people
from thidua.engine.published import read_published
from thidua.engine.seal import seal_once, sign_days
from thidua.infra.clock import now
from thidua.infra.keys import is_signed
from thidua.infra.settings import settings
from thidua.web.measured import figures, is_met

HTML = {"accept": "text/html,application/xhtml+xml"}


async def test_five_promises_stand_with_figures_that_were_measured(web: httpx.AsyncClient) -> None:
    page = (await web.get("/trust", headers=HTML)).text

    assert all(f'id="promise-{number}"' in page for number in range(1, 6))
    _, measured = figures()
    assert {one.promise for one in measured} == {1, 2, 3, 4, 5}
    assert all(one.vi in page for one in measured)
    assert "thidua verify --root" in page
    assert 'href="/accounts/roles"' in page


async def test_a_signed_root_is_there_to_take_away_and_to_check(web: httpx.AsyncClient) -> None:
    [person] = await some_people(1)
    await recorded([reported("PUBLIC_SERVICE_CASE", person, name="to be sealed")])
    await seal_once(at=now())
    await sign_days(at=now() + timedelta(days=1), data_dir=settings().data_dir)

    page = (await web.get("/trust", headers=HTML)).text
    every = await web.get("/trust/roots.jsonl")
    root = read_published(every.content.splitlines()[0])
    one = await web.get(f"/trust/roots/{root.day.isoformat()}")

    assert root.root in page
    assert root.key in page
    assert one.content.strip() == every.content.splitlines()[0]
    assert "attachment" in one.headers["content-disposition"]
    assert is_signed(root.told.message, bytes.fromhex(root.signature), public=bytes.fromhex(root.key))


async def test_a_day_without_a_root_is_not_there(web: httpx.AsyncClient) -> None:
    assert (await web.get("/trust/roots/2001-01-01")).status_code == 404
    assert (await web.get("/trust/roots/yesterday")).status_code in (400, 404)
    assert (await web.get("/trust/rulebooks/9")).status_code == 404


async def test_the_rulebook_is_read_word_for_word(web: httpx.AsyncClient) -> None:
    told = await web.get("/trust/rulebooks/1")

    assert told.status_code == 200
    assert "[rule.mentor_session]" in told.text


def test_a_bound_is_kept_or_said_to_be_missed() -> None:
    assert is_met("49343", ">= 100000") is False
    assert is_met("0.7", "<= 10") is True
    assert is_met("1009", ">= 1000, 0 differences") is True
    assert is_met("3", "3 of 3") is True
