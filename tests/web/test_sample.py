"""A demo says on every page that nobody there is real; any other instance does not."""

import httpx

from thidua.infra.audit import Deed, note
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.web.sample import look_for_sample

HTML = {"accept": "text/html"}
PATHS = ("/boards", "/sign-in", "/boards/people-total/screen")


async def test_a_demo_is_said_to_be_one_in_both_languages(web: httpx.AsyncClient) -> None:
    before = [(await web.get(path, headers=HTML)).text for path in PATHS]
    begun = Deed(
        at=now(), actor_id=None, doing="demo.begun", thing_kind="demo", thing_id="demo", facts={"seed": 1}
    )
    async with transaction() as writing:
        await note(writing, begun)

    await look_for_sample()
    after = [(await web.get(path, headers=HTML)).text for path in PATHS]
    english = (await web.get("/boards", headers={**HTML, "accept-language": "en"})).text

    assert not any("Dữ liệu mẫu" in page for page in before)
    assert all("Dữ liệu mẫu" in page for page in after)
    assert "Sample data" in english
