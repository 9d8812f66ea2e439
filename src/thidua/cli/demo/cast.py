"""The people with an account: one of each role, all where everything stands out, and one above them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from thidua.accounts.actions import create_account
from thidua.accounts.roles import Grant, Role
from thidua.cli.demo.dice import Dice
from thidua.cli.demo.people import Somebody, somebody
from thidua.cli.demo.places import Places
from thidua.cli.demo.told import Table, told
from thidua.infra.database import Connection
from thidua.organisation.model import Span

_AGE = 26


def players(dice: Dice, places: Places, last_day: date) -> dict[Role, Somebody]:
    """Those of the cast who take part themselves, in the first team and branch of the heart."""
    heart = places.heart
    found: dict[Role, Somebody] = {}
    for role, part in parts():
        if "zeal" not in part:
            continue
        one = somebody(dice, heart, last_day, age=_AGE)
        one.row |= {"name": part["name"], "public_name": True, "priority": [], "target_group": "official"}
        one.row["unit"] = str(heart.branches[0] if heart.branches else heart.id)
        one.zeal, one.bent = float(part["zeal"]), part["bent"]
        one.teams = [Span(heart.teams[0], last_day - timedelta(days=300), None)]
        found[role] = one
    return found


async def open_accounts(
    connection: Connection, places: Places, played_by: Mapping[Role, Somebody], at: datetime
) -> None:
    """Give each of the cast an account."""
    for role, part in parts():
        player = played_by.get(role) if "zeal" in part else None
        await create_account(
            connection,
            login=part["login"],
            password=told("cast")["password"],
            name=part["name"],
            person=player.id if player else None,
            grants=[Grant(role, **_where(role, part, places))],
            at=at,
        )


def shown_accounts() -> Iterator[str]:
    """The lines that tell who can sign in."""
    yield f"  {'login':<14}{'':2}mật khẩu / password: {told('cast')['password']}"
    for _, part in parts():
        yield f"  {part['login']:<14}  {part['sees_vi']} · {part['sees_en']}"


def parts() -> Iterator[tuple[Role, Table]]:
    """The cast in the order in which it is told of, each with the role of the account."""
    for name, part in told("cast").items():
        if isinstance(part, dict):
            yield Role(part.get("role", name)), part


def _where(role: Role, part: Table, places: Places) -> dict[str, UUID]:
    """Where the role holds; those that are not named hold everywhere."""
    heart = places.heart
    if part.get("of_province"):
        return {"unit": heart.province_id}
    spans = {
        Role.TEAM_LEADER: {"team": heart.teams[0]},
        Role.BRANCH_SECRETARY: {"unit": heart.branches[0] if heart.branches else heart.id},
        Role.UNIT_LEADER: {"unit": heart.id},
        Role.VERIFIER: {"unit": heart.province_id},
        Role.FESTIVAL_ORGANISER: {"unit": heart.province_id},
    }
    return spans.get(role, {})
