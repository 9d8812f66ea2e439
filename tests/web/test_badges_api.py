"""Badges through the API."""

import httpx

from thidua.badges.catalogue import catalogue


async def test_every_badge_is_told_to_everybody_with_its_words(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/badges")

    told = {item["slug"]: item for item in answer.json()["items"]}
    assert (answer.status_code, list(told)) == (200, list(catalogue().badges))
    one = told["dai-su-so"]
    assert one["names"] == {"vi": "Đại sứ số", "en": "Digital Ambassador"}
    assert one["criteria"]["en"].startswith("For mentors at least 5 of whose mentees")
    assert (one["family"], one["level"], one["series"], one["subject"]) == (
        *("mentoring", 1, "dai-su-so", "person"),
    )
    assert (one["state"], one["version"], one["window"], one["valid_for"]) == ("active", 1, "year", "P1Y")
    assert (one["earned_by"], one["picture"]) == (
        {"kind": "distinct", "need": 5},
        "/badges/dai-su-so.png",
    )


async def test_a_list_that_is_known_already_is_not_sent_again(web: httpx.AsyncClient) -> None:
    first = await web.get("/api/v1/badges")

    again = await web.get("/api/v1/badges", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in again.headers["cache-control"]
