"""Programs out there that call the API, and the commands of whoever runs the instance."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.builders import PLAIN_COMMUNE
from thidua.accounts.model import Scope

Given = dict[str, Any]
ALL_SCOPES = tuple(scope.value for scope in Scope)
ACTIVITIES = "/api/v1/activities"
_AT_ONCE = 500


def caller(address: str, secret: str = "", *, timeout: float = 20.0) -> httpx.AsyncClient:
    """A client of the API with a token, able to keep 64 connections busy."""
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    return httpx.AsyncClient(base_url=address, headers=headers, timeout=timeout, limits=limits)


def thidua(environ: Mapping[str, str], *arguments: str, check: bool = True) -> str:
    """What the command `thidua` prints in an instance's environment."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("THIDUA_")}
    done = subprocess.run(  # noqa: S603 -- our own command line
        [sys.executable, "-m", "thidua", *arguments],
        env=plain | dict(environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def token(environ: Mapping[str, str], name: str, *, scopes: Sequence[str] = ALL_SCOPES) -> str:
    """A token made as an operator makes one."""
    return thidua(environ, "token", "create", "--name", name, "--scopes", ",".join(scopes))


async def put_people(
    api: httpx.AsyncClient, ids: Sequence[UUID], *, unit: str = PLAIN_COMMUNE, **more: object
) -> None:
    """Put people into the unit, as a program does."""
    for start in range(0, len(ids), _AT_ONCE):
        items = [
            {
                "id": str(one),
                "name": f"Nguyễn Thị Lan {start + number}",
                "born_on": "2000-03-04",
                "unit": unit,
            }
            | more
            for number, one in enumerate(ids[start : start + _AT_ONCE])
        ]
        answer = await api.post("/api/v1/people", json={"items": items})
        assert answer.status_code == 200, answer.text


def case(actor: object, *, at: str = "2026-10-10T09:00:00+07:00", **more: object) -> Given:
    """A verified PUBLIC_SERVICE_CASE: 2 points each where no multiplier applies, at most 20 a day."""
    told = {
        "id": str(uuid4()),
        "type": "PUBLIC_SERVICE_CASE",
        "occurred_at": at,
        "actor": str(actor),
        "quantity": 1,
        "verified": True,
    }
    return told | more


async def report(api: httpx.AsyncClient, bodies: Sequence[Given]) -> list[Given]:
    """Report the activities as one batch that must succeed; the result of each."""
    answer = await api.post(ACTIVITIES, json={"activities": list(bodies)})
    assert answer.status_code == 200, answer.text
    results: list[Given] = answer.json()["results"]
    return results
