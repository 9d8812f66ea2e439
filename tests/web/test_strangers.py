"""True names of those whom a visitor has no way of finding are told by no form and no page."""

from uuid import uuid4

from tests.builders import MOUNTAIN_COMMUNE
from tests.web.conftest import SignIn
from tests.web.recording import session
from tests.web.reporting import somebody
from thidua.accounts.roles import Role
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.organisation.actions import put_households


async def test_a_households_name_cannot_be_read_by_naming_its_id(sign_in_as: SignIn) -> None:
    lan, household = await somebody(), uuid4()
    told = {"id": household, "name": "Hộ ông Giàng A Kín", "unit": MOUNTAIN_COMMUNE}
    async with transaction() as connection:
        await put_households(connection, [told], at=now())
    member = await sign_in_as(Role.MEMBER, person=lan)

    page = await member.post("/activities/new", data=session(lan, helped=str(household), do="find", q="ho"))

    assert str(household) in page.text
    assert "Giàng A Kín" not in page.text
