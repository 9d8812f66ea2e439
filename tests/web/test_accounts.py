"""Accounts: one's own, and those that leaders give, within their scope and never above their rights."""

import re
from collections.abc import Mapping
from uuid import UUID, uuid4

import httpx
import pytest

from tests.web.conftest import PASSWORD, SignIn
from tests.web.test_sign_in import HTML, sent
from thidua.accounts.permissions import PERMISSIONS, Permission
from thidua.accounts.queries import account_of
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.organisation.actions import put_people
from thidua.organisation.queries import unit_id_of
from thidua.web.account_audit import DOINGS
from thidua.web.audit_words import COUNTS, FIELDS, KINDS, facts_said
from thidua.web.catalogue import catalogue
from thidua.web.role_words import PERMITTED, ROLES

HERE, ABOVE, BESIDE = "C-03394", "P-12", "C-03388"
SHOWN_ONCE = re.compile(r'<b class="code">([a-z0-9-]+)</b>')


async def unit(code: str) -> UUID:
    async with transaction() as connection:
        found = await unit_id_of(connection, code)
    assert found is not None
    return found


async def person_in(code: str, **more: object) -> UUID:
    one = uuid4()
    stated = {"id": str(one), "name": "Vàng Thị Mẩy", "public_name": False, "unit": code} | more
    async with transaction() as connection:
        await put_people(connection, [stated], at=now())
    return one


async def leader(sign_in_as: SignIn, code: str = HERE) -> httpx.AsyncClient:
    client = await sign_in_as(Grant(Role.UNIT_LEADER, unit=await unit(code)))
    client.headers["accept"] = "text/html"
    return client


async def roles_of(client: httpx.AsyncClient) -> set[Role]:
    async with transaction() as connection:
        account = await account_of(connection, UUID(client.headers["x-account"]))
    assert account is not None
    return {grant.role for grant in account.grants}


def form(**more: str) -> Mapping[str, str]:
    return {"login": f"may-{uuid4()}", "role": "member", "unit": "", "team": ""} | more


async def test_a_leader_gives_an_account_with_a_password_for_one_use(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    boss, person = await leader(sign_in_as), await person_in(HERE)
    asked = form(person=str(person), role="verifier", unit=HERE)

    page = await boss.post("/accounts", data=asked)
    password = SHOWN_ONCE.search(page.text)

    assert password is not None
    assert page.headers["cache-control"] == "private, no-store"
    assert "Người thẩm định" in page.text
    assert (await sent(web, asked["login"], password[1])).headers["location"] == "/account"


async def test_before_the_password_is_changed_no_role_counts(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    boss, person = await leader(sign_in_as), await person_in(HERE)
    asked = form(person=str(person), role="unit_leader", unit=HERE)
    password = SHOWN_ONCE.search((await boss.post("/accounts", data=asked)).text)
    assert password is not None
    await sent(web, asked["login"], password[1])

    before = await web.get("/accounts", headers=HTML)
    own = await web.get("/account", headers=HTML)
    token = re.search(r'name="_csrf"\s+value="([^"]+)"', own.text)
    assert token is not None
    new = {"current": password[1], "password": PASSWORD, "again": PASSWORD, "_csrf": token[1]}
    changed = await web.post("/account/password", data=new, headers=HTML)
    after = await web.get("/accounts", headers=HTML)

    assert before.status_code == 403
    assert changed.headers["location"] == "/account?done=password"
    assert after.status_code == 200


async def test_a_leader_makes_no_account_of_nobody_in_particular(sign_in_as: SignIn) -> None:
    boss = await leader(sign_in_as)

    answer = await boss.post("/accounts", data=form(name="Rơm", role="verifier", unit=HERE))

    assert answer.status_code == 422
    assert SHOWN_ONCE.search(answer.text) is None


@pytest.mark.parametrize("code", [ABOVE, BESIDE, "VN"])
async def test_nobody_gives_a_role_outside_their_scope(sign_in_as: SignIn, code: str) -> None:
    boss, person = await leader(sign_in_as), await person_in(HERE)

    answer = await boss.post("/accounts", data=form(person=str(person), role="verifier", unit=code))

    assert answer.status_code in {403, 404}


@pytest.mark.parametrize("role", ["auditor", "rules_editor", "system_administrator"])
async def test_nobody_gives_more_than_they_may(sign_in_as: SignIn, role: str) -> None:
    boss, person = await leader(sign_in_as), await person_in(HERE)

    inside = await boss.post("/accounts", data=form(person=str(person), role=role, unit=HERE))
    everywhere = await boss.post("/accounts", data=form(person=str(person), role="verifier"))

    assert (inside.status_code, everywhere.status_code) == (403, 403)


async def test_nobody_lifts_themselves(sign_in_as: SignIn) -> None:
    boss = await leader(sign_in_as, ABOVE)
    own = f"/accounts/{boss.headers['x-account']}"

    answers = [
        await boss.post(f"{own}/roles", data=form(role="festival_organiser", unit=HERE)),
        await boss.post(f"{own}/password"),
        await boss.post(f"{own}/disable"),
    ]

    assert {one.status_code for one in answers} == {403}
    assert await roles_of(boss) == {Role.UNIT_LEADER}


async def test_whoever_is_above_or_beside_is_not_there(sign_in_as: SignIn) -> None:
    boss = await leader(sign_in_as)
    others = [
        await leader(sign_in_as, ABOVE),
        await leader(sign_in_as, BESIDE),
        await sign_in_as(Role.AUDITOR),
    ]
    paths = [f"/accounts/{one.headers['x-account']}" for one in others]

    pages = [await boss.get(path) for path in paths]
    deeds = [await boss.post(f"{path}/disable") for path in paths]
    listed = (await boss.get("/accounts")).text

    assert {one.status_code for one in [*pages, *deeds]} == {404}
    assert not any(path in listed for path in paths)


async def test_a_leader_takes_roles_back_and_disables_below(sign_in_as: SignIn) -> None:
    boss, verifier = (
        await leader(sign_in_as, ABOVE),
        await sign_in_as(Grant(Role.VERIFIER, unit=await unit(HERE)), person=await person_in(HERE)),
    )
    path = f"/accounts/{verifier.headers['x-account']}"
    taken = {"role": "verifier", "unit": str(await unit(HERE)), "team": ""}

    answers = [
        await boss.post(f"{path}/roles/take", data=taken),
        await boss.post(f"{path}/disable"),
        await boss.post(f"{path}/enable"),
    ]

    assert {one.status_code for one in answers} == {200}
    assert await roles_of(verifier) == set()
    assert (await verifier.get("/account", headers=HTML)).status_code == 303


async def test_the_last_administrator_stays(sign_in_as: SignIn) -> None:
    root, other = await sign_in_as(Role.SYSTEM_ADMINISTRATOR), await sign_in_as(Role.SYSTEM_ADMINISTRATOR)
    taken = {"role": "system_administrator", "unit": "", "team": ""}
    path = f"/accounts/{other.headers['x-account']}"

    first = await root.post(f"{path}/roles/take", data=taken)
    again = await other.post(f"/accounts/{root.headers['x-account']}/roles/take", data=taken)

    assert first.is_success
    assert again.status_code == 403
    assert await roles_of(root) == {Role.SYSTEM_ADMINISTRATOR}


async def test_whoever_runs_the_system_has_no_right_that_changes_points(sign_in_as: SignIn) -> None:
    held = PERMISSIONS[Role.SYSTEM_ADMINISTRATOR]
    root, person = await sign_in_as(Role.SYSTEM_ADMINISTRATOR), await person_in(HERE)

    answer = await root.post("/accounts", data=form(person=str(person), role="verifier", unit=HERE))

    assert held == {Permission.MANAGE_ACCOUNTS, Permission.AUDIT, Permission.OPERATE}
    assert answer.status_code == 403


async def test_a_name_is_shown_when_its_owner_chooses_so(sign_in_as: SignIn) -> None:
    person = await person_in(HERE, born_on="1999-02-03")
    owner = await sign_in_as(Role.MEMBER, person=person)

    answer = await owner.post("/account/name", data={"public_name": "yes"})
    async with transaction() as connection:
        noted = await connection.fetchrow(
            "SELECT actor_id, facts::text AS facts FROM audit_record WHERE thing_id = $1", str(person)
        )

    assert answer.status_code == 303
    assert str(noted["actor_id"]) == owner.headers["x-account"]
    assert '"public_name": true' in noted["facts"]


async def test_a_wrong_present_password_changes_nothing(sign_in_as: SignIn) -> None:
    owner = await sign_in_as(Role.MEMBER)

    typed = {"current": "not-this-one", "password": "mat-na-go-xoan-9", "again": "mat-na-go-xoan-9"}
    answer = await owner.post("/account/password", data=typed, headers=HTML)

    assert answer.status_code == 422
    assert "Mật khẩu hiện tại chưa đúng." in answer.text
    assert (await owner.get("/account", headers=HTML)).status_code == 200


async def test_everybody_reads_the_table_of_roles(web: httpx.AsyncClient) -> None:
    web.cookies.clear()
    page = (await web.get("/accounts/roles", headers=HTML)).text

    assert all(words in page for words in [*ROLES.values(), *PERMITTED.values()])
    assert page.count("✓") == sum(map(len, PERMISSIONS.values()))


async def test_an_auditor_reads_what_was_done_in_their_unit_alone(sign_in_as: SignIn) -> None:
    here, beside = await leader(sign_in_as), await leader(sign_in_as, BESIDE)
    for boss, code in ((here, HERE), (beside, BESIDE)):
        person = await person_in(code)
        await boss.post("/accounts", data=form(person=str(person), role="verifier", unit=code))
    auditor = await sign_in_as(Grant(Role.AUDITOR, unit=await unit(HERE)))
    root = await sign_in_as(Role.SYSTEM_ADMINISTRATOR)

    own = (await auditor.get(f"/accounts/audit?about={here.headers['x-account']}", headers=HTML)).text
    other = (await auditor.get(f"/accounts/audit?about={beside.headers['x-account']}", headers=HTML)).text
    everything = (await root.get(f"/accounts/audit?about={beside.headers['x-account']}", headers=HTML)).text

    assert "giao vai trò" in own
    assert "Người thẩm định" in own
    assert "giao vai trò" not in other
    assert "giao vai trò" in everything
    assert (await here.get("/accounts/audit")).status_code == 403


def test_every_role_and_permission_has_words_in_both_languages() -> None:
    assert set(ROLES) == set(Role)
    assert set(PERMITTED) == set(Permission)
    assert {*ROLES.values(), *PERMITTED.values(), *DOINGS.values()} <= set(catalogue("en"))


def test_what_the_audit_noted_is_told_in_words() -> None:
    made = {"fields": ["name", "unit"], "values": {"name": "None", "unit": "C-03394"}}
    sent = {"kind": "people", "rows": 241}

    assert facts_said(made, {}, "vi") == "đơn vị C-03394"
    assert facts_said(sent, {}, "vi") == "danh sách người, 241 dòng"
    counted = {"values": {"members": "30", "members_from": "2026-01-15", "valid_to": "None"}}
    assert facts_said(counted, {}, "vi") == "số đoàn viên 30, số đoàn viên tính từ ngày 15/01/2026"
    assert facts_said(counted, {}, "en") == "members 30, members counted from 15/01/2026"
    agreed = {"fields": ["born_on"], "public_name": True}
    assert facts_said(agreed, {}, "en") == "date of birth, public name: yes"
    assert {*FIELDS.values(), *COUNTS.values(), *KINDS.values()} <= set(catalogue("en"))
