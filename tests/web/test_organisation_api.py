"""Writing and listing the organisation over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

Token = Callable[..., Awaitable[dict[str, str]]]

_COMMUNE = "C-03394"


def _person(**other: object) -> dict[str, object]:
    return {"id": str(uuid4()), "name": "Giàng A Páo", "born_on": "2004-05-06", "unit": _COMMUNE} | other


def _team(**other: object) -> dict[str, object]:
    return {
        "id": str(uuid4()),
        "kind": "youth_digital",
        "name": "Đội hình BDHVS Sin Suối Hồ",
        "unit": _COMMUNE,
        "valid_from": "2026-01-01",
    } | other


async def test_a_team_and_its_people_are_written_and_found(web: httpx.AsyncClient, bearer: Token) -> None:
    headers = await bearer()
    team, person = _team(), _person(name="Lò Thị Mắn")
    membership = {"person": person["id"], "team": team["id"], "valid_from": "2026-03-01", "valid_to": None}

    for path, body in (("teams", team), ("people", person), ("memberships", {"items": [membership]})):
        answer = await web.post(f"/api/v1/{path}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["results"][0]["status"]) == (200, "created")

    people = (await web.get(f"/api/v1/people?team={team['id']}&q=lo thi man", headers=headers)).json()
    assert people["items"] == [
        {"id": person["id"], "name": "Lò Thị Mắn", "is_alias": False, "unit": _COMMUNE}
    ]
    teams = (await web.get("/api/v1/teams?unit=P-12&q=sin suoi ho")).json()
    assert team["id"] in {one["id"] for one in teams["items"]}


async def test_the_same_again_is_unchanged(web: httpx.AsyncClient, bearer: Token) -> None:
    headers, household = await bearer(), {"id": str(uuid4()), "name": "Hộ ông Páo", "unit": _COMMUNE}

    statuses = [
        (await web.post("/api/v1/households", json=household, headers=headers)).json()["results"][0]["status"]
        for _ in range(2)
    ]

    assert statuses == ["created", "unchanged"]


async def test_units_are_public_and_of_the_real_country(web: httpx.AsyncClient) -> None:
    everything = (await web.get("/api/v1/units?kind=commune&limit=5000")).json()
    below = (await web.get("/api/v1/units?parent=P-12&limit=100")).json()
    found = (await web.get("/api/v1/units?q=sin suoi ho")).json()

    assert len(everything["items"]) == 3321
    assert everything["next"] is None
    assert len([one for one in below["items"] if one["kind"] == "commune"]) == 38
    assert [one["code"] for one in found["items"] if one["kind"] == "commune"] == [_COMMUNE]
    assert found["items"][0]["name_en"] == "Sin Suối Hồ Commune"


async def test_pages_follow_each_other_without_gap_or_repeat(web: httpx.AsyncClient) -> None:
    seen: list[str] = []
    page = (await web.get("/api/v1/units?kind=province&limit=7")).json()
    while page["next"] is not None:
        seen += [one["code"] for one in page["items"]]
        page = (await web.get(f"/api/v1/units?kind=province&limit=7&cursor={page['next']}")).json()
    seen += [one["code"] for one in page["items"]]

    assert len(seen) == len(set(seen)) == 34
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    "query",
    ["limit=5001", "limit=0", "kind=district", "parent=nowhere", "cursor=abc", "q=" + "a" * 201, "limit=x"],
)
async def test_a_question_that_makes_no_sense_is_400(web: httpx.AsyncClient, query: str) -> None:
    answer = await web.get(f"/api/v1/units?{query}")

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_the_right_to_names_people_are_aliases(web: httpx.AsyncClient, bearer: Token) -> None:
    hidden, shown = _person(name="Tòng Văn Kín"), _person(name="Tòng Văn Công", public_name=True)
    await web.post("/api/v1/people", json={"items": [hidden, shown]}, headers=await bearer())
    reader = await bearer("boards:read", name="reader")

    found = (await web.get("/api/v1/people?q=tong van", headers=reader)).json()["items"]
    listed = (await web.get(f"/api/v1/people?unit={_COMMUNE}&limit=100", headers=reader)).text

    assert [(one["id"], one["name"]) for one in found] == [(shown["id"], "Tòng Văn Công")]
    assert "Kín" not in listed
    assert str(hidden["id"]) in listed


async def test_writing_needs_the_scope(web: httpx.AsyncClient, bearer: Token) -> None:
    reader = await bearer("boards:read", name="reader")

    assert (await web.post("/api/v1/people", json=_person())).status_code == 401
    assert (await web.post("/api/v1/people", json=_person(), headers=reader)).status_code == 403
    assert (await web.get("/api/v1/people")).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "fault"),
    [
        ("people", _person(unit="C-1"), (0, "unit", "unknown_unit")),
        ("people", _person(name="a\u202eb"), (0, "name", "character_not_allowed")),
        ("people", _person(born_on="2999-01-01"), (0, "born_on", "in_the_future")),
        ("people", {"items": [_person(), _person(priority=["x"])]}, (1, "priority", "not_a_choice")),
        ("people", {"items": [_person(), _person(colour=1)]}, (1, "colour", "unknown_field")),
        ("people", _person(age=3), (0, "age", "unknown_field")),
        ("people", {"items": []}, (None, "items", "no_items")),
        ("people", {"items": [_person()] * 1001}, (None, "items", "too_many_items")),
        ("people", _person(born_on="yesterday"), (0, "born_on", "not_a_date")),
        ("units", {"code": "P-12", "parent": _COMMUNE}, (0, "parent", "within_itself")),
        ("units", {"code": "P-12", "members": 2**31}, (0, "members", "out_of_range")),
        ("units", {"code": "P-12", "members": 1.5}, (0, "members", "wrong_type")),
        ("teams", _team(valid_to="2025-01-01"), (0, "valid_to", "not_after_start")),
    ],
)
async def test_a_fault_is_named_in_both_languages(
    web: httpx.AsyncClient, bearer: Token, path: str, body: object, fault: tuple[int | None, str, str]
) -> None:
    headers = await bearer()
    answers = [
        await web.post(f"/api/v1/{path}", json=body, headers=headers | {"accept-language": language})
        for language in ("vi", "en")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    errors = [answer.json()["errors"][0] for answer in answers]
    assert (errors[0]["index"], errors[0]["field"], errors[0]["code"]) == fault
    assert errors[0]["message"] != errors[1]["message"]


async def test_many_writers_of_one_person_at_once_agree(web: httpx.AsyncClient, bearer: Token) -> None:
    headers, person = await bearer(), _person()

    answers = await asyncio.gather(
        *(web.post("/api/v1/people", json=person, headers=headers) for _ in range(12))
    )

    assert {answer.status_code for answer in answers} == {200}
    statuses = [answer.json()["results"][0]["status"] for answer in answers]
    assert sorted(statuses) == ["created", *["unchanged"] * 11]
