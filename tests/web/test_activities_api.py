"""Reporting, looking up, verifying and withdrawing through the API."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx

from tests.web.reporting import report, somebody

Token = Callable[..., Awaitable[dict[str, str]]]


async def test_a_verified_activity_brings_points_and_explains_itself(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    lan = await somebody()
    headers = await bearer()
    told = report(lan)

    posted = await web.post("/api/v1/activities", json=told, headers=headers)
    [entry] = (await web.get(f"/api/v1/subjects/{lan}/entries", headers=headers)).json()["items"]

    assert posted.status_code == 200
    assert posted.json() == {
        "results": [{"id": told["id"], "status": "recorded", "state": "verified", "points": 6, "reasons": []}]
    }
    assert entry["points"] == 6
    assert entry["activity"] == told["id"]
    assert "6 điểm" in entry["sentence"]["vi"]
    assert "6 points" in entry["sentence"]["en"]
    assert entry["steps"]
    assert (await web.get(f"/api/v1/entries/{entry['id']}", headers=headers)).json() == entry


async def test_the_same_again_is_a_duplicate_whatever_the_order_of_keys(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    lan = await somebody()
    headers = await bearer()
    told = report(lan)
    again = dict(reversed(told.items())) | {"team": None, "occurred_at": "2026-10-10T02:00:00Z"}

    await web.post("/api/v1/activities", json=told, headers=headers)
    second = await web.post("/api/v1/activities", json=again, headers=headers)
    other = await web.post("/api/v1/activities", json=told | {"quantity": 4}, headers=headers)

    assert second.json()["results"][0]["status"] == "duplicate"
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")


async def test_an_id_of_another_source_is_taken(web: httpx.AsyncClient, bearer: Token) -> None:
    lan = await somebody()
    told = report(lan)
    await web.post("/api/v1/activities", json=told, headers=await bearer())

    refused = await web.post("/api/v1/activities", json=told, headers=await bearer(name="other"))

    assert (refused.status_code, refused.json()["code"]) == (409, "id_taken")


async def test_one_bad_item_of_a_batch_stops_all_and_is_named(web: httpx.AsyncClient, bearer: Token) -> None:
    lan = await somebody()
    headers = await bearer()
    batch = [report(lan) for _ in range(3)]
    batch[1]["quantity"] = "3"
    batch[2]["occurred_at"] = "2126-10-10T09:00:00+07:00"

    refused = await web.post("/api/v1/activities", json={"activities": batch}, headers=headers)
    looked_up = await web.get(f"/api/v1/activities/{batch[0]['id']}", headers=headers)

    assert refused.status_code == 422
    assert [(one["index"], one["field"], one["code"]) for one in refused.json()["errors"]] == [
        (1, "quantity", "wrong_type"),
        (2, "occurred_at", "in_the_future"),
    ]
    assert looked_up.status_code == 404


async def test_a_partial_batch_records_the_good_and_reports_the_bad(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    lan = await somebody()
    headers = await bearer()
    batch = [report(lan), report(lan, type="NO_SUCH_TYPE"), report(lan, quantity=0), report(lan)]

    answer = await web.post("/api/v1/activities?partial=true", json={"activities": batch}, headers=headers)

    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [one["status"] for one in results] == ["recorded", "rejected", "rejected", "recorded"]
    assert [one["code"] for one in results[1]["errors"]] == ["unknown_type"]
    assert [one["code"] for one in results[2]["errors"]] == ["out_of_range"]


async def test_a_partial_batch_without_anything_good_is_refused(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    headers = await bearer()
    batch = [report(uuid4()), report(uuid4())]

    answer = await web.post("/api/v1/activities?partial=true", json={"activities": batch}, headers=headers)

    assert answer.status_code == 422
    assert {one["code"] for one in answer.json()["errors"]} == {"unknown_subject"}


async def test_an_activity_waits_until_it_is_verified_and_falls_when_it_is_withdrawn(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    lan = await somebody()
    headers = await bearer()
    told = report(lan, verified=False)
    posted = await web.post("/api/v1/activities", json=told, headers=headers)
    address = f"/api/v1/activities/{told['id']}"

    verified = await web.post(f"{address}/verify", json={"reason": "đã đối chiếu"}, headers=headers)
    again = await web.post(f"{address}/verify", json={"reason": "lần nữa"}, headers=headers)
    withdrawn = await web.post(f"{address}/withdraw", json={"reason": "ghi trùng"}, headers=headers)
    too_late = await web.post(f"{address}/verify", json={"reason": "lần nữa"}, headers=headers)

    assert posted.json()["results"][0]["state"] == "submitted"
    assert (verified.json()["state"], verified.json()["points"]) == ("verified", 6)
    assert again.json() == verified.json()
    assert (withdrawn.json()["state"], withdrawn.json()["points"]) == ("withdrawn", 0)
    assert too_late.status_code == 409


async def test_a_token_without_the_right_to_verify_writes_nothing(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    lan = await somebody()
    headers = await bearer("activities:write", name="phone")
    told = report(lan)

    refused = await web.post("/api/v1/activities", json=told, headers=headers)
    own = await web.post("/api/v1/activities", json=told | {"verified": False}, headers=headers)
    withdrawn = await web.post(
        f"/api/v1/activities/{told['id']}/withdraw", json={"reason": "x"}, headers=headers
    )

    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert own.json()["results"][0]["status"] == "recorded"
    assert withdrawn.json()["state"] == "withdrawn"


async def test_another_source_may_neither_see_nor_withdraw_it(web: httpx.AsyncClient, bearer: Token) -> None:
    lan = await somebody()
    told = report(lan)
    await web.post("/api/v1/activities", json=told, headers=await bearer())
    stranger = await bearer("activities:write", name="stranger")
    address = f"/api/v1/activities/{told['id']}"

    seen = await web.get(address, headers=stranger)
    withdrawn = await web.post(f"{address}/withdraw", json={"reason": "x"}, headers=stranger)

    assert (seen.status_code, withdrawn.status_code) == (404, 403)


async def test_a_unit_may_be_named_by_its_code(web: httpx.AsyncClient, bearer: Token) -> None:
    lan = await somebody()
    headers = await bearer()

    good = await web.post("/api/v1/activities", json=report(lan, unit="C-03394"), headers=headers)
    bad = await web.post("/api/v1/activities", json=report(lan, unit="C-XXXXX"), headers=headers)

    assert good.json()["results"][0]["points"] == 7
    assert [(one["field"], one["code"]) for one in bad.json()["errors"]] == [("unit", "unknown_unit")]


async def test_the_catalogue_tells_points_and_caps(web: httpx.AsyncClient) -> None:
    types = {one["code"]: one for one in (await web.get("/api/v1/activity-types")).json()["items"]}

    session = types["MENTOR_SESSION"]

    assert session["attributes"]["required"] == ["minutes", "skill"]
    assert session["rules"][0]["points"] == 5
    assert {"window": "day", "limit": 2, "of": "units"} in session["rules"][0]["caps"]


async def test_a_subject_shows_totals_without_a_token_and_entries_only_with_one(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    lan = await somebody()
    await web.post("/api/v1/activities", json=report(lan), headers=await bearer())

    subject = (await web.get(f"/api/v1/subjects/{lan}")).json()
    entries = await web.get(f"/api/v1/subjects/{lan}/entries")

    totals = {one["kind"]: one["points"] for one in subject["totals"]}
    assert subject["is_alias"]
    assert (totals["all"], totals["year"]) == (6, 6)
    assert (entries.status_code, entries.headers["www-authenticate"]) == (401, 'Bearer realm="thidua"')


async def test_entries_are_paged_without_gap_or_repeat(web: httpx.AsyncClient, bearer: Token) -> None:
    lan = await somebody()
    headers = await bearer()
    batch = [report(lan, occurred_at=f"2026-09-{day:02d}T09:00:00+07:00") for day in range(1, 8)]
    await web.post("/api/v1/activities", json={"activities": batch}, headers=headers)
    address = f"/api/v1/subjects/{lan}/entries?limit=3"

    pages = [(await web.get(address, headers=headers)).json()]
    while pages[-1]["next"]:
        pages.append((await web.get(f"{address}&cursor={pages[-1]['next']}", headers=headers)).json())

    found = [entry["activity"] for page in pages for entry in page["items"]]
    assert found == [one["id"] for one in reversed(batch)]


async def test_the_same_id_twice_in_one_batch_counts_once(web: httpx.AsyncClient, bearer: Token) -> None:
    lan = await somebody()
    told = report(lan)

    answer = await web.post("/api/v1/activities", json={"activities": [told, told]}, headers=await bearer())

    assert [one["status"] for one in answer.json()["results"]] == ["recorded", "duplicate"]
    totals = (await web.get(f"/api/v1/subjects/{lan}")).json()["totals"]
    assert {one["points"] for one in totals if one["kind"] == "all"} == {6}


async def test_an_empty_batch_is_nothing_to_do(web: httpx.AsyncClient, bearer: Token) -> None:
    answer = await web.post("/api/v1/activities", json={"activities": []}, headers=await bearer())

    assert (answer.status_code, answer.json()) == (200, {"results": []})
