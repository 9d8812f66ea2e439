"""A member with a team and a mentee, signed in, and what the form of an activity sends."""

import re
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.builders import PLAIN_COMMUNE, TENTH
from tests.web.reporting import somebody
from thidua.infra.database import transaction
from thidua.organisation import actions

AT = "2026-11-20T14:00"


async def a_team_of(*members: UUID, unit: str = PLAIN_COMMUNE) -> UUID:
    """A new team with these members, since 2020."""
    team = uuid4()
    told = {
        "id": str(team),
        "kind": "youth_digital",
        "name": "Đội hình số",
        "unit": unit,
        "valid_from": "2020-01-01",
    }
    stays = [{"person": str(one), "team": str(team), "valid_from": "2020-01-01"} for one in members]
    async with transaction() as connection:
        await actions.put_teams(connection, [told], at=TENTH)
        if stays:
            await actions.put_memberships(connection, stays, at=TENTH)
    return team


async def named(name: str, **more: Any) -> UUID:  # noqa: ANN401 -- whatever a person takes
    """Somebody of this name."""
    return await somebody(name=name, **more)


def session(actor: UUID, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- whatever the form takes
    """What the form of a mentoring session sends."""
    told = {
        "id": str(uuid4()),
        "type": "MENTOR_SESSION",
        "actor": str(actor),
        "at": AT,
        "a_minutes": "45",
        "a_skill": "vneid",
        "do": "record",
    }
    return told | more


async def recorded_session(client: httpx.AsyncClient, actor: UUID, **more: Any) -> str:  # noqa: ANN401 -- as above
    """Record a session through the form; return the address of its page."""
    answer = await client.post("/activities/new", data=session(actor, **more))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def text_of(page: httpx.Response) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
