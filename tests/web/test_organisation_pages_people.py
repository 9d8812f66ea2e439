"""People on the leaders' pages: names, numbers, consent, homes, the export."""

import re
import unicodedata
from datetime import date
from html import unescape
from itertools import product
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import SignIn
from tests.web.leading import HTML, Led, a_branch, facts_now, hidden_of, id_of, send
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.kernel.period import local_day
from thidua.organisation.actions import put_clusters
from thidua.organisation.editing import HOUSEHOLD, PERSON


@pytest.fixture
async def led(sign_in_as: SignIn) -> Led:
    """A leader, and a branch right below what they lead."""
    branch = await a_branch()
    return await sign_in_as(Grant(Role.UNIT_LEADER, unit=await id_of("C-03394"))), branch


async def test_names_are_kept_composed_however_they_were_typed(led: Led) -> None:
    leader, branch = led
    name = unicodedata.normalize("NFD", "Nguyễn Thị Hường")
    told = {"name": name, "born_on": "04031999", "unit": f"({branch.code})", "contact": "+84 912 345 678"}
    hidden = await hidden_of(leader, "/organisation/people/new")

    made = await leader.post("/organisation/people/new", data=hidden | told, headers=HTML)
    person = UUID(hidden["id"])
    facts = await facts_now(PERSON, person)
    found = (await leader.get("/organisation/people", params={"q": name}, headers=HTML)).text

    assert made.status_code == 303
    assert facts["name"] == unicodedata.normalize("NFC", name)
    assert (facts["born_on"], facts["contact"], facts["unit"]) == ("1999-03-04", "0912345678", branch.code)
    assert str(person) in found


async def test_all_faults_are_told_at_once_and_a_short_number_counts_its_digits(led: Led) -> None:
    leader, _ = led
    told = {"name": " ", "born_on": "31/02/2000", "unit": "khong co", "contact": "0912 34"}

    refused = await send(leader, "/organisation/people/new", told)

    page = unescape(refused.text)
    assert refused.status_code == 422
    assert "Còn 4 chỗ cần sửa" in page
    assert "Số điện thoại còn thiếu 4 chữ số." in page
    assert "Họ tên: không được để trống." in page
    assert 'value="0912 34"' in page
    assert 'value="khong co"' in page


async def test_who_looks_like_somebody_known_is_asked_about_first(led: Led) -> None:
    leader, branch = led
    told = {"name": "NGUYEN THI LAN", "born_on": "04/03/2000", "unit": f"({branch.code})"}

    asked = await send(leader, "/organisation/people/new", told)
    told_so = await send(leader, "/organisation/people/new", told | {"is_another": "yes"})
    younger = await send(leader, "/organisation/people/new", told | {"born_on": "05/03/2001"})

    assert asked.status_code == 422
    assert "Có phải người này không?" in asked.text
    assert f"/organisation/people/{branch.person}" in asked.text
    assert (told_so.status_code, younger.status_code) == (303, 303)


async def test_consent_to_a_public_name_is_noted_with_who_and_when(led: Led) -> None:
    leader, branch = led
    path = f"/organisation/people/{branch.person}"
    told = {"name": "Nguyễn Thị Lan", "born_on": "04/03/2000"}

    saved = await send(leader, path, told | {"public_name": "yes", "priority": ["elderly", "poor"]})
    page = (await leader.get(path, headers=HTML)).text

    assert saved.status_code == 303
    assert "Nông Thị Sín ghi nhận sự đồng ý lúc" in page
    assert local_day(now()).strftime("%d/%m/%Y") in page
    facts = await facts_now(PERSON, branch.person)
    assert (facts["public_name"], facts["priority"]) == (True, ["elderly", "poor"])


async def test_under_eighteen_a_name_stays_an_alias_and_the_page_says_so(led: Led) -> None:
    leader, _ = led
    child = await a_branch(member="Giàng A Nhỏ", born_on="2015-03-04")
    path = f"/organisation/people/{child.person}"

    page = (await leader.get(path, headers=HTML)).text
    refused = await send(leader, path, {"name": "Giàng A Nhỏ", "born_on": "04/03/2015", "public_name": "yes"})

    assert "Chưa đủ 18 tuổi" in page
    assert "04/03/2033" in page
    assert refused.status_code == 422
    assert "luôn hiện bí danh" in refused.text


async def test_a_new_home_holds_from_its_day_on(led: Led) -> None:
    leader, branch = led
    other = await a_branch()
    path = f"/organisation/people/{branch.person}"

    moved = await send(leader, f"{path}/home", {"unit": f"({other.code})", "unit_from": "01/10/2026"})
    page = (await leader.get(path, headers=HTML)).text

    assert moved.status_code == 303
    assert "đến trước 01/10/2026" in page
    assert (await facts_now(PERSON, branch.person))["unit"] == other.code
    statement = "SELECT valid_from FROM person_home WHERE person = $1 ORDER BY valid_from NULLS FIRST"
    async with transaction() as connection:
        days = [row["valid_from"] for row in await connection.fetch(statement, branch.person)]
    assert days == [None, date(2026, 10, 1)]


async def test_an_export_holds_whom_the_list_holds_and_no_formula(led: Led) -> None:
    leader, branch = led
    evil = await a_branch(member="=HYPERLINK(1)")

    export = await leader.get(f"/organisation/people.csv?unit={evil.code}", headers=HTML)

    text = export.content.decode("utf-8-sig")
    assert export.headers["content-type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in text
    assert str(branch.person) not in text
    assert text.count("\r\n") == 2


async def test_odd_input_is_refused_politely(led: Led) -> None:
    leader, branch = led
    odd = ("\x00", "\ud800", "a" * 5000, "\N{RIGHT-TO-LEFT OVERRIDE}x", "<img src=x>", "9" * 400)
    plain = {"name": "Lò Thị Mai", "unit": f"({branch.code})"}
    headers = HTML | {"content-type": "application/x-www-form-urlencoded"}

    for field, typed in product(("name", "born_on", "contact", "unit", "id", "seen", "priority"), odd):
        told = {"id": str(uuid4())} | plain | {field: typed}
        body = urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in told.items()})
        answer = await leader.post("/organisation/people/new", content=body, headers=headers)

        assert answer.status_code in {303, 400, 404, 422}, (field, typed)
        assert "<img src=x>" not in answer.text


async def test_a_household_is_kept_under_a_name_that_only_its_keepers_see(led: Led) -> None:
    leader, branch = led
    told = {"name": "Hộ ông Giàng A Tủa", "unit": f"({branch.code})"}
    hidden = await hidden_of(leader, "/organisation/households/new")

    made = await leader.post("/organisation/households/new", data=hidden | told, headers=HTML)
    path = f"/organisation/households/{hidden['id']}"
    found = (await leader.get("/organisation/households?q=ho ong giang", headers=HTML)).text
    changed = await send(leader, path, told | {"name": "Hộ bà Sùng Thị Mo"})
    public = (await leader.get(f"/people/{hidden['id']}", headers=HTML)).text

    assert (made.status_code, changed.status_code) == (303, 303)
    assert path in found
    assert "Giàng A Tủa" not in public
    assert (await facts_now(HOUSEHOLD, UUID(hidden["id"])))["name"] == "Hộ bà Sùng Thị Mo"


async def test_clusters_are_listed_with_all_their_units(led: Led) -> None:
    leader, _ = led
    told = {
        "code": f"K-{uuid4().hex[:8]}",
        "kind": "cum",
        "name": "Cụm số 1",
        "units": ["C-03394", "C-00004"],
    }
    async with transaction() as connection:
        await put_clusters(connection, [told], at=now())

    page = (await leader.get("/organisation/clusters", headers=HTML)).text

    assert "Cụm số 1" in page
    assert "Sin Suối Hồ" in page


async def test_a_ticked_consent_stays_ticked_when_something_else_is_saved(led: Led) -> None:
    leader, branch = led
    path = f"/organisation/people/{branch.person}"
    await send(leader, path, {"name": "Nguyễn Thị Lan", "born_on": "04/03/2000", "public_name": "yes"})

    page = (await leader.get(path, headers=HTML)).text

    assert re.search(r'name="public_name"[^>]*\schecked(=""|\s)', page)
