"""Somebody new, and what they report."""

from typing import Any
from uuid import UUID, uuid4

from tests.builders import PLAIN_COMMUNE, TENTH
from thidua.infra.database import transaction
from thidua.organisation import actions


async def somebody(*, unit: str = PLAIN_COMMUNE, **more: object) -> UUID:
    """A person nobody knows yet, at home in the unit."""
    one = uuid4()
    told = {"id": str(one), "name": "Nguyễn Thị Lan", "born_on": "2000-03-04", "unit": unit} | more
    async with transaction() as connection:
        await actions.put_people(connection, [told], at=TENTH)
    return one


def report(actor: object, **more: object) -> dict[str, Any]:
    """An activity that brings 6 points when it is verified."""
    told = {
        "id": str(uuid4()),
        "type": "PUBLIC_SERVICE_CASE",
        "occurred_at": "2026-10-10T09:00:00+07:00",
        "actor": str(actor),
        "quantity": 3,
        "verified": True,
    }
    return told | more
