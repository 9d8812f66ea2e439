"""Badges through the API."""

import httpx

from tests.badges.following import badge_of, swept
from tests.builders import recorded, reported, some_people
from thidua.badges.catalogue import catalogue
from thidua.infra.database import owner_connection


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


async def test_the_badges_of_somebody_are_told_to_everybody(web: httpx.AsyncClient) -> None:
    [learner] = await some_people(1)
    await recorded([reported("COURSE_COMPLETED", learner, attributes={"course": "an-toan-so"})])
    direct = await owner_connection()
    try:
        await swept(direct, badge_of("buoc-dau-so"))
    finally:
        await direct.close()

    answer = await web.get(f"/api/v1/subjects/{learner}/badges")

    [item] = answer.json()["items"]
    assert (answer.status_code, item["slug"], item["status"]) == (200, "buoc-dau-so", "valid")
    assert (item["earned_on"], item["expires_on"], item["window"]) == ("2026-10-10", None, "ever")


async def test_nobody_has_no_badges(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/subjects/00000000-0000-4000-8000-000000000000/badges")

    assert answer.status_code == 404
