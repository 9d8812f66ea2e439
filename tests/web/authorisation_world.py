"""Four places with everything in them, and somebody of every role who holds it in one of these places.

parent P-12, the province
|-- own C-03394, the commune where the roles are held
|   `-- child, a branch in it
`-- sibling C-03388, another commune
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx

from tests.web.authorisation import PLACES
from tests.web.conftest import ADDRESS, PASSWORD
from tests.web.recording import a_team_of
from tests.web.reporting import somebody
from thidua.accounts.actions import create_account
from thidua.accounts.model import Account
from thidua.accounts.queries import account_of
from thidua.accounts.roles import Grant, Role
from thidua.accounts.sessions import begin
from thidua.badges.actions import NewAward, give
from thidua.badges.catalogue import catalogue
from thidua.imports.actions import Importer
from thidua.imports.model import Kind
from thidua.imports.receiving import receive
from thidua.imports.running import go_on
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.organisation import actions
from thidua.organisation.queries import unit_id_of
from thidua.web.csrf import HEADER
from thidua.web.sessions import SESSION

_CODES = {"own": "C-03394", "sibling": "C-03388", "parent": "P-12"}
# Roles that are held in the whole instance; a team's leader leads the team of the place `own`.
_EVERYWHERE = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.RULES_EDITOR})


@dataclass
class Actor:
    """Somebody who is signed in, or a program with a token, or nobody."""

    client: httpx.AsyncClient
    account: UUID | None = None

    async def arrive(self) -> None:
        """Begin a new session: a route may have ended the last one."""
        if self.account is None:
            return
        found = await _account(self.account)
        begun = await begin(found, at=now())
        self.client.cookies.set(SESSION, begun.id)
        self.client.headers[HEADER] = begun.session.csrf


async def a_place(client: httpx.AsyncClient, bearer: Mapping[str, str], code: str) -> dict[str, str]:
    """What is there in the unit, by the word that lines of the matrix use for it."""
    unit = await _unit(code)
    person, helped = await somebody(unit=code, name=_true_name(code)), await somebody(unit=code)
    team = await a_team_of(person, unit=code)
    household, activity = str(uuid4()), str(uuid4())
    async with transaction() as connection:
        await actions.put_households(connection, [{"id": household, "unit": code}], at=now())
    account = await _make(Grant(Role.VERIFIER, unit=unit), await somebody(unit=code))
    claim = {
        "id": activity,
        "type": "MENTOR_SESSION",
        "occurred_at": "2026-11-20T09:00:00+07:00",
        "actor": str(person),
        "participants": [{"subject": str(helped), "role": "mentee"}],
        "team": str(team),
        "attributes": {"minutes": 45, "skill": "vneid"},
    }
    answer = await client.post("/api/v1/activities", json=claim, headers=bearer)
    assert answer.status_code == 200, answer.text
    named = {"unit": unit, "person": person, "team": team, "account": account, "helped": helped}
    told = {name: str(one) for name, one in named.items()}
    file = str(await _a_file(unit))
    return (
        told
        | {
            "true_name": _true_name(code),
            "code": code,
            "household": household,
            "activity": activity,
            "file": file,
        }
        | await _awards(person)
    )


def _true_name(code: str) -> str:
    """The name of the one person of each place that nobody may read beyond their scope."""
    return f"Sùng Thị Kín {code}"


async def _a_file(unit: UUID) -> UUID:
    """A file that waits for its confirmation."""
    importer = Importer(source="account:matrix")
    file = await receive(
        b"Ten to,Xa\nTo bay,\n", name="teams.csv", kind=Kind.TEAMS, unit=unit, importer=importer, at=now()
    )
    await go_on(file)
    return file


async def _awards(person: UUID) -> dict[str, str]:
    """Two badges of theirs, the second given by a list."""
    badge, batch = catalogue().badges["lam-quen-ai"], uuid4()
    told = {"badge": badge.slug, "version": 1, "fingerprint": badge.fingerprint, "subject": person}
    kept = {"subject_kind": badge.subject, "earned_at": now(), "expires_at": None, "have": 0, "need": 0}
    async with transaction() as connection:
        new = [
            NewAward(**told, **kept, window="ever"),  # type: ignore[arg-type]  # told and kept hold all kinds
            NewAward(**told, **kept, window="again", batch=batch),  # type: ignore[arg-type]  # as above
        ]
        first, _ = await give(connection, new, at=now())
    return {"credential": str(first.id), "batch": str(batch)}


async def places(client: httpx.AsyncClient, bearer: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The four places."""
    branch = {"code": "B-matrix", "kind": "branch", "name": "Chi đoàn bản", "parent": _CODES["own"]}
    async with transaction() as connection:
        await actions.put_units(connection, [branch], at=now())
    codes = _CODES | {"child": "B-matrix"}
    return {place: await a_place(client, bearer, codes[place]) for place in PLACES}


async def actors(client: httpx.AsyncClient, world: Mapping[str, Mapping[str, str]]) -> dict[str, Actor]:
    """Somebody of every role, at home in the commune, and nobody."""
    found = {"nobody": Actor(_client(client))}
    for role in Role:
        grant = Grant(role, unit=UUID(world["own"]["unit"]))
        if role in _EVERYWHERE:
            grant = Grant(role)
        if role is Role.TEAM_LEADER:
            grant = Grant(role, team=UUID(world["own"]["team"]))
        account = await _make(grant, await somebody(unit=_CODES["own"]))
        found[role.value] = Actor(_client(client), account)
    return found


def _client(client: httpx.AsyncClient) -> httpx.AsyncClient:
    made = httpx.AsyncClient(transport=client._transport, base_url=ADDRESS)  # noqa: SLF001 -- the same app
    made.headers.update({"origin": ADDRESS, "accept": "text/html"})
    return made


async def _make(grant: Grant, person: UUID) -> UUID:
    async with transaction() as connection:
        return await create_account(
            connection,
            login=f"m-{uuid4()}",
            password=PASSWORD,
            name="Cư Seo Chúng",
            person=person,
            grants=[grant],
            at=now(),
        )


async def _account(account: UUID) -> Account:
    async with transaction() as connection:
        found = await account_of(connection, account)
    assert found is not None
    return found


async def _unit(code: str) -> UUID:
    async with transaction() as connection:
        found = await unit_id_of(connection, code)
    assert found is not None
    return found
