"""Pictures of badges over HTTP."""

import io

import httpx
import pytest
from PIL import Image

from thidua.badges.catalogue import catalogue
from thidua.badges.model import Status
from thidua.web.badge_pictures import Asked, picture_address

BADGE = catalogue().badges["dai-su-so"]


async def test_a_picture_is_kept_for_good_where_its_address_names_its_look(
    web: httpx.AsyncClient,
) -> None:
    asked = Asked(size=64, year=2026, status=Status.EXPIRED, lang="en")

    answer = await web.get(picture_address(BADGE, asked))

    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
    assert Image.open(io.BytesIO(answer.content)).size == (64, 64)


async def test_a_picture_that_is_known_already_is_not_sent_again(web: httpx.AsyncClient) -> None:
    first = await web.get("/badges/dai-su-so.svg?size=64")

    again = await web.get("/badges/dai-su-so.svg?size=64", headers={"if-none-match": first.headers["etag"]})

    assert first.text.startswith("<svg ")
    assert (first.headers["content-type"], first.headers["cache-control"]) == (
        "image/svg+xml",
        "public, no-cache",
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("dai-su-so.png?size=65", 400),
        ("dai-su-so.png?size=064", 400),
        ("dai-su-so.png?size=", 400),
        ("dai-su-so.png?size=64&size=128", 400),
        ("dai-su-so.png?year=1999", 400),
        ("dai-su-so.png?status=gold", 400),
        ("dai-su-so.png?lang=fr", 400),
        ("dai-su-so.png?colour=red", 400),
        ("dai-su-so.gif", 404),
        ("khong-co.png", 404),
        ("..%2Fdai-su-so.png", 404),
    ],
)
async def test_only_what_is_offered_is_drawn(web: httpx.AsyncClient, asked: str, status: int) -> None:
    answer = await web.get(f"/badges/{asked}")

    assert answer.status_code == status
