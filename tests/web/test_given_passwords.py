"""Who gave somebody a password may act as them, and gains nothing by it."""

from uuid import UUID

import httpx

from tests.web.conftest import PASSWORD, SignIn
from tests.web.recording import recorded_session
from tests.web.test_accounts import ABOVE, HERE, SHOWN_ONCE, leader, person_in, unit
from tests.web.test_sign_in import HTML
from thidua.accounts.actions import set_password
from thidua.accounts.passwords import is_right
from thidua.accounts.queries import account_of, secret_of_account
from thidua.accounts.roles import Grant, Role
from thidua.accounts.sessions import begin
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.web.csrf import HEADER
from thidua.web.sessions import SESSION


async def test_who_gave_a_verifier_the_password_gains_nothing_by_acting_as_them(sign_in_as: SignIn) -> None:
    verifying = Grant(Role.VERIFIER, unit=await unit(HERE))
    boss = await sign_in_as(
        Role.MEMBER, Grant(Role.UNIT_LEADER, unit=await unit(HERE)), person=await person_in(HERE)
    )
    other, lan = await person_in(HERE), await person_in(HERE)
    member = await sign_in_as(Role.MEMBER, person=lan)
    claims = [await recorded_session(boss, other), await recorded_session(member, lan)]
    verifier = await sign_in_as(verifying, person=await person_in(HERE))
    address = f"/accounts/{verifier.headers['x-account']}/password"

    async def judged_after(giver: httpx.AsyncClient) -> list[str]:
        page = await giver.post(address, data={}, headers=HTML)
        password = SHOWN_ONCE.search(page.text)
        assert password is not None
        account = await signed_in_with(verifier, password[1])
        return [
            (await account.post("/verify", data={"do": f"verify:{one[-36:]}"})).headers["location"][8:14]
            for one in claims
        ]

    assert await judged_after(boss) == ["done=0", "done=1"]
    assert await judged_after(await leader(sign_in_as, ABOVE)) == ["done=1", "done=0"]


async def signed_in_with(whose: httpx.AsyncClient, password: str) -> httpx.AsyncClient:
    """The account of this client, with the password that it was given and that was then replaced."""
    async with transaction() as connection:
        account = UUID(whose.headers["x-account"])
        kept = await secret_of_account(connection, account)
        assert await is_right(password, kept)
        await set_password(connection, account, PASSWORD, by=account, at=now())
        found = await account_of(connection, account)
    assert found is not None
    begun = await begin(found, at=now())
    whose.cookies.set(SESSION, begun.id)
    whose.headers[HEADER] = begun.session.csrf
    return whose
