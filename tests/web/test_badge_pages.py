"""Pages of badges and of those that were given, without a browser."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from tests.badges.given_builders import by_hand
from tests.builders import some_people
from tests.web.conftest import SignIn
from tests.web.reporting import somebody
from thidua.accounts.roles import Role
from thidua.badges import actions
from thidua.badges.actions import NewAward
from thidua.badges.catalogue import catalogue
from thidua.badges.model import Award
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.infra.settings import settings
from thidua.kernel.period import local_day

Give = Callable[..., Awaitable[Award]]
PAGE = {"accept": "text/html"}
OURS = {"origin": "http://thidua.test"}
NOBODYS = "7d3c1f0e-5a52-4b7e-9a55-0d6a1b2c3d4e"


@pytest.fixture(autouse=True)
def own_keys(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder: Path = tmp_path_factory.getbasetemp() / "page-keys"
    monkeypatch.setenv("THIDUA_DATA_DIR", str(folder))
    monkeypatch.setenv("THIDUA_FETCH_FOREIGN", "0")
    settings.cache_clear()


@pytest.fixture
def give() -> Give:
    """Give a badge to somebody; the facts of the award by name. Beside `web`."""

    async def given(subject: UUID, slug: str = "lam-quen-ai", **facts: object) -> Award:
        badge = catalogue().badges[slug]
        told = {"window": "ever", "earned_at": now(), "expires_at": None, "have": 5, "need": 5} | facts
        new = NewAward(
            badge=slug,
            version=badge.version,
            fingerprint=badge.fingerprint,
            subject=subject,
            subject_kind=badge.subject,
            **told,  # type: ignore[arg-type]  # as the test says
        )
        async with transaction() as connection:
            [award] = await actions.give(connection, [new], at=now())
        return award

    return given


async def test_the_gallery_finds_badges_without_accents_by_address_alone(web: httpx.AsyncClient) -> None:
    page = await web.get("/badges?q=dai+su&family=mentoring", headers=PAGE)
    found = re.findall(r'href="/badges/([a-z0-9-]+)"', page.text)

    assert [one for one in found if one != "verify"] == ["dai-su-so", "dai-su-so-bac", "dai-su-so-vang"]
    assert "Không thấy huy hiệu nào" in (await web.get("/badges?q=xyz", headers=PAGE)).text


@pytest.mark.parametrize(
    "path", ["/badges/nothing", f"/credentials/{NOBODYS}", "/credentials/x", "/badges/x.gif"]
)
async def test_what_is_not_there_is_a_page_that_says_so(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(path, headers=PAGE)

    assert answer.status_code == 404
    assert "<h1" in answer.text


async def test_a_credentials_page_tells_no_more_of_a_person_than_other_pages(
    web: httpx.AsyncClient, give: Give
) -> None:
    hidden = await somebody(name="Sùng Thị Giấu")
    award = await give(hidden, by="account:x", note="Khen Sùng Thị Giấu", have=0, need=0)

    page = await web.get(f"/credentials/{award.id}", headers=PAGE)

    assert page.status_code == 200
    assert "Giấu" not in page.text
    assert "Lời ghi kèm chỉ hiện khi" in page.text
    assert f"/credentials/{award.id}/share.png" in page.text


async def test_revoking_shows_at_once_with_its_reason_and_no_copy_is_kept(
    web: httpx.AsyncClient, give: Give
) -> None:
    award = await give(await somebody())
    before = await web.get(f"/credentials/{award.id}", headers=PAGE)
    async with transaction() as connection:
        await actions.revoke(connection, [award.id], reason="Ghi <b>nhầm</b>", by="account:x", at=now())

    after = await web.get(f"/credentials/{award.id}", headers=PAGE)

    assert "Còn giá trị." in before.text
    assert before.headers["cache-control"] == "no-store"
    assert "Đã thu hồi ngày" in after.text
    assert "Ghi &lt;b&gt;nhầm&lt;/b&gt;" in after.text


async def test_an_expired_badge_is_called_expired(web: httpx.AsyncClient, give: Give) -> None:
    award = await give(await somebody(), expires_at=now())

    page = await web.get(f"/credentials/{award.id}", headers=PAGE)

    assert "Đã hết hạn." in page.text
    assert "Huy hiệu thật, nhưng đã hết hạn." in page.text


async def test_the_shared_picture_is_large_and_new_once_the_badge_is_revoked(
    web: httpx.AsyncClient, give: Give
) -> None:
    award = await give(await somebody())
    before = await web.get(f"/credentials/{award.id}/share.png")
    async with transaction() as connection:
        await actions.revoke(connection, [award.id], reason="ground_gone", by="rule", at=now())

    after = await web.get(
        f"/credentials/{award.id}/share.png", headers={"if-none-match": before.headers["etag"]}
    )

    assert before.content[16:24] == (1200).to_bytes(4) + (630).to_bytes(4)
    assert after.status_code == 200
    assert after.content != before.content


async def test_what_is_shown_gets_a_plain_verdict(web: httpx.AsyncClient, give: Give) -> None:
    award = await give(await somebody())
    token = (await web.get(f"/credentials/{award.id}.jwt")).text
    picture = (await web.get(f"/credentials/{award.id}.png")).content

    said = [
        (await web.post("/badges/verify", headers=OURS | PAGE, **sent)).text
        for sent in (
            {"data": {"text": token}},
            {"files": {"file": ("a.png", picture, "image/png")}},
            {"data": {"text": token[:-8] + "AAAAAAAA"}},
            {"data": {"text": '{"a": 1}'}},
        )
    ]

    assert ["Có giá trị." in one for one in said] == [True, True, False, False]
    assert [f'href="/credentials/{award.id}"' in one for one in said] == [True, True, False, False]
    assert "Không có giá trị." in said[2]
    assert (await web.post("/badges/verify", headers=OURS | PAGE)).status_code == 422


async def test_one_address_may_not_ask_without_end(web: httpx.AsyncClient) -> None:
    told = []
    for _ in range(62):
        headers = OURS | {"x-forwarded-for": "192.0.2.7"}
        told.append((await web.post("/badges/verify", headers=headers)).status_code)

    assert set(told[:60]) == {422}
    assert set(told[60:]) == {429}


async def test_ones_own_page_tells_what_is_earned_and_what_is_missing(
    web: httpx.AsyncClient, sign_in_as: SignIn, give: Give
) -> None:
    person = await somebody()
    award = await give(person)
    own = await sign_in_as(Role.MEMBER, person=person)

    pages = [(await own.get(path, headers=PAGE)).text for path in ("/backpack", f"/people/{person}")]
    others = (await web.get(f"/people/{person}", headers=PAGE)).text

    assert all(f"/credentials/{award.id}" in page for page in (*pages, others))
    assert all("Còn đạt được" in page for page in pages)
    assert "Còn đạt được" not in others


async def test_who_lost_a_badge_reads_so_in_the_gallery_and_on_its_page(
    web: httpx.AsyncClient, sign_in_as: SignIn, give: Give
) -> None:
    person = await somebody()
    award = await give(person)
    async with transaction() as connection:
        await actions.revoke(connection, [award.id], reason="Ghi nhầm", by="account:x", at=now())
    own = await sign_in_as(Role.MEMBER, person=person)

    gallery, page = [
        (await own.get(path, headers=PAGE)).text for path in ("/badges", f"/badges/{award.badge}")
    ]
    others = (await web.get(f"/badges/{award.badge}", headers=PAGE)).text
    mine = (await own.get("/badges?state=mine", headers=PAGE)).text

    assert f"/credentials/{award.id}" in gallery
    assert "đã thu hồi</span>" in gallery
    assert "Huy hiệu này của bạn đã bị thu hồi ngày" in page
    assert "Ghi nhầm" in page
    assert "người đầu tiên" not in page
    assert f"/credentials/{award.id}" not in others + mine


@pytest.mark.parametrize(
    ("slug", "window", "again"),
    [
        ("tinh-nguyen-vien-ngay-hoi", "festival:hoi-xuan", "Ở ngày hội sau lại đạt được lần nữa."),
        ("dai-su-so", str(local_day(now()).year), "Năm sau lại đạt được lần nữa."),
    ],
)
async def test_what_is_held_for_now_is_not_offered_but_can_be_earned_again_later(
    sign_in_as: SignIn, give: Give, slug: str, window: str, again: str
) -> None:
    person = await somebody()
    own = await sign_in_as(Role.MEMBER, person=person)
    paths = ("/badges?state=open", f"/people/{person}", f"/badges/{slug}")

    before = [(await own.get(path, headers=PAGE)).text for path in paths]
    await give(person, slug, window=window)
    after = [(await own.get(path, headers=PAGE)).text for path in paths]

    assert [f'"/badges/{slug}"' in page for page in (before[0], after[0])] == [True, False]
    assert [again in page for page in (before[2], after[2])] == [False, True]
    assert ["Bạn đã được" in page for page in (before[2], after[2])] == [True, False]


async def test_a_badge_that_nobody_has_is_offered_to_nobody_who_cannot_earn_it(
    web: httpx.AsyncClient,
) -> None:
    of_units = (await web.get("/badges/diem-ngay-hoi-tieu-bieu", headers=PAGE)).text
    of_people = (await web.get("/badges/quan-quan", headers=PAGE)).text

    assert "Chưa đơn vị nào có." in of_units
    assert "người đầu tiên" not in of_units
    assert "Bạn có thể là người đầu tiên." in of_people


async def test_everybody_who_has_a_badge_is_on_some_page_by_the_public_name(web: httpx.AsyncClient) -> None:
    people = await some_people(53, name="Lù Thị Ẩn")
    async with transaction() as connection:
        await actions.give(connection, [by_hand(one, note="x") for one in people], at=now())

    first = (await web.get("/badges/an-toan-so", headers=PAGE)).text
    [following] = re.findall(r'href="(/badges/an-toan-so\?cursor=[^"#]+)#holders"', first)
    second = (await web.get(following, headers=PAGE)).text
    shown = [set(re.findall(r"/people/[0-9a-f-]{36}", page)) for page in (first, second)]

    assert [len(one) for one in shown] == [50, 3]
    assert shown[0] | shown[1] == {f"/people/{one}" for one in people}
    assert "Ẩn" not in first + second
    assert "cursor=" not in second
    assert (await web.get(f"{following}x", headers=PAGE)).status_code == 400


async def test_nobody_gives_a_badge_to_themselves(sign_in_as: SignIn) -> None:
    person = await somebody()
    leader = await sign_in_as(Role.UNIT_LEADER, person=person)

    answer = await leader.post(
        "/badges/award",
        headers=PAGE,
        data={"badge": "lam-quen-ai", "subject": str(person), "note": "Tự khen"},
    )

    assert answer.status_code == 422
    assert "Không ai tự trao" in answer.text
