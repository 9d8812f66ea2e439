"""Pages of teams and units: members under the naming policy, boards, maps, sums kept until there is news."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import httpx

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE, a_team, recorded, reported, some_people
from tests.web.reporting import somebody
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.period import PeriodKind
from thidua.ledger.within import earnings
from thidua.organisation.national.load import id_of

SignIn = Callable[..., Awaitable[httpx.AsyncClient]]
HTML = {"accept": "text/html,application/xhtml+xml"}


async def test_a_team_names_those_who_chose_it_and_its_leader_reads_all(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    named = await somebody(name="Lò Thị Ban", public_name=True, unit=MOUNTAIN_COMMUNE)
    hidden = await somebody(name="Sùng A Gió", public_name=False, unit=MOUNTAIN_COMMUNE)
    team = await a_team([named, hidden], name=f"Đội {uuid4()}", unit=MOUNTAIN_COMMUNE)
    leader = await sign_in_as(Grant(Role.TEAM_LEADER, team=team))
    other = await a_team([await somebody()], name=f"Đội {uuid4()}", unit=MOUNTAIN_COMMUNE)
    stranger = await sign_in_as(Grant(Role.TEAM_LEADER, team=other))

    anybody = (await web.get(f"/teams/{team}", headers=HTML)).text
    led = (await leader.get(f"/teams/{team}", headers=HTML)).text
    strange = (await stranger.get(f"/teams/{team}", headers=HTML)).text

    assert ["Lò Thị Ban" in page for page in (anybody, led, strange)] == [True, True, True]
    assert ["Sùng A Gió" in page for page in (anybody, led, strange)] == [False, True, False]
    assert f'href="/people/{hidden}"' in anybody


async def test_a_team_shows_what_members_earned_with_it_by_week(web: httpx.AsyncClient) -> None:
    person = await somebody(unit=MOUNTAIN_COMMUNE)
    team = await a_team([person], name=f"Đội {uuid4()}", unit=MOUNTAIN_COMMUNE)
    await recorded([reported("CLASS_TAUGHT", person, at=now(), name=uuid4(), team=team)])

    page = (await web.get(f"/teams/{team}", headers=HTML)).text

    assert '<svg class="chart bars"' in page
    assert '<span class="points">18</span>' in page
    assert "Điểm mỗi tuần" in page


async def test_a_province_draws_its_communes_with_a_table_behind(web: httpx.AsyncClient) -> None:
    people = await some_people(6, unit=MOUNTAIN_COMMUNE)
    await recorded([reported("CLASS_TAUGHT", one, at=now(), name=uuid4()) for one in people])

    page = (await web.get("/units/P-12", headers=HTML)).text

    drawn = page.split('<svg class="map ')[1].split("</svg>")[0]
    assert drawn.count("<circle") == 38
    assert 'class="m0"' in drawn
    assert "không thể hiện địa giới" in page
    assert page.count('<a class="row" href="/units/C-') >= 38
    assert "Xã Sin Suối Hồ" in page


async def test_a_commune_without_parts_draws_no_map(web: httpx.AsyncClient) -> None:
    page = (await web.get(f"/units/{PLAIN_COMMUNE}", headers=HTML)).text

    assert '<svg class="map' not in page


async def test_sums_within_a_unit_are_kept_until_there_is_news_from_within(web: httpx.AsyncClient) -> None:
    province = id_of("P-12")
    person, elsewhere = await somebody(unit=MOUNTAIN_COMMUNE), await somebody(unit=PLAIN_COMMUNE)
    before = await earnings().within(province, at=now())

    await recorded([reported("CLASS_TAUGHT", elsewhere, at=now(), name=uuid4())])
    same = await earnings().within(province, at=now())
    await recorded([reported("CLASS_TAUGHT", person, at=now(), name=uuid4())])
    after = await earnings().within(province, at=now())

    assert same.totals is before.totals
    sums = [
        next(one.points for one in kept.totals if one.period.kind is PeriodKind.ALL)
        for kept in (before, after)
    ]
    assert sums[1] == sums[0] + 18
    assert after.whole[-1] == before.whole[-1] + 18
    assert after.parts[id_of(MOUNTAIN_COMMUNE)][-1] == after.whole[-1]


async def test_weeks_of_a_unit_add_up_to_its_entries(web: httpx.AsyncClient) -> None:
    person = await somebody(unit=MOUNTAIN_COMMUNE)
    at = now()
    await recorded(
        [
            reported("VNEID_SUPPORT", person, at=at - timedelta(days=9 * back), name=uuid4())
            for back in range(6)
        ]
    )

    within = await earnings().within(id_of(MOUNTAIN_COMMUNE), at=at)

    async with connection() as reading:
        entries = await reading.fetchval(
            "SELECT sum(points) FROM ledger_entry WHERE unit = $1 AND occurred_at BETWEEN $2 AND $3",
            id_of(MOUNTAIN_COMMUNE),
            at - timedelta(days=56),
            at,
        )
    assert sum(within.whole) == entries
