"""Changes by hand: nothing is overwritten unseen, everything is noted, a form sent twice changes nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from tests.organisation.conftest import AT
from thidua.kernel.errors import InputError, NotFoundError
from thidua.organisation import editing
from thidua.organisation.editing import AlreadyThereError, Editor, StaleError, Thing, facts_of
from thidua.organisation.model import Change

SECRETARY = Editor(UUID(int=7), AT)
_DEEDS = "SELECT doing, actor_id, facts FROM audit_record WHERE thing_id = $1 ORDER BY id"


async def _deeds(connection: asyncpg.Connection, one: UUID) -> list[tuple[str, dict[str, Any]]]:
    rows = await connection.fetch(_DEEDS, str(one))
    assert {row["actor_id"] for row in rows} <= {SECRETARY.account}
    return [(row["doing"], msgspec.json.decode(row["facts"])) for row in rows]


async def _team(connection: asyncpg.Connection, **more: object) -> UUID:
    told = {"id": uuid4(), "kind": "group", "name": "Nhóm 1", "unit": "C-03478", "valid_from": "2026-01-01"}
    put = await editing.create(connection, editing.TEAM, told | more, editor=SECRETARY)
    assert put.id
    return put.id


async def test_a_form_sent_twice_makes_one_thing_and_one_note(country: asyncpg.Connection) -> None:
    one = uuid4()
    await _team(country, id=one)
    again = await editing.create(
        country,
        editing.TEAM,
        {"id": one, "kind": "group", "name": "Nhóm 1", "unit": "C-03478", "valid_from": "2026-01-01"},
        editor=SECRETARY,
    )

    assert again.status is Change.UNCHANGED
    assert [doing for doing, _ in await _deeds(country, one)] == ["team_created"]


async def test_something_new_never_takes_the_place_of_something_else(country: asyncpg.Connection) -> None:
    one = await _team(country)

    with pytest.raises(AlreadyThereError):
        await _team(country, id=one, name="Nhóm khác")


async def test_a_change_is_noted_with_what_became_different(country: asyncpg.Connection) -> None:
    one = await _team(country)
    seen = await facts_of(country, editing.TEAM, one, at=AT) or {}

    await editing.change(
        country,
        editing.TEAM,
        {"id": one, "name": " Nhóm  Sương Sớm ", "kind": "group"},
        seen=seen,
        editor=SECRETARY,
    )

    assert (await _deeds(country, one))[-1] == (
        "team_changed",
        {"fields": ["name"], "values": {"name": "Nhóm Sương Sớm"}},
    )


async def test_a_figure_of_an_earlier_day_is_noted_with_its_day_and_nothing_else(
    country: asyncpg.Connection,
) -> None:
    told: dict[str, object] = {"kind": "branch", "name": "Chi đoàn 1", "parent": "C-03478", "adults": 50}
    put = await editing.create(country, editing.UNIT, told | {"code": "B-1", "members": 40}, editor=SECRETARY)
    assert put.id
    seen = await facts_of(country, editing.UNIT, put.id, at=AT) or {}
    earlier = AT.date() - timedelta(days=60)
    for day, members in ((earlier + timedelta(days=20), 40), (earlier, 30)):
        figure = {"id": put.id, "members": members, "members_from": day.isoformat()}
        await editing.change(country, editing.UNIT, told | figure, seen=seen, editor=SECRETARY)

    assert (await _deeds(country, put.id))[-1] == (
        "unit_changed",
        {"fields": ["members", "members_from"], "values": {"members": "30", "members_from": f"{earlier}"}},
    )


async def test_what_changed_since_the_form_was_opened_is_named(country: asyncpg.Connection) -> None:
    one = await _team(country)
    seen = await facts_of(country, editing.TEAM, one, at=AT) or {}
    await editing.change(country, editing.TEAM, {"id": one, "kind": "volunteer"}, seen=seen, editor=SECRETARY)

    with pytest.raises(StaleError) as stale:
        await editing.change(
            country, editing.TEAM, {"id": one, "name": "Nhóm 2"}, seen=seen, editor=SECRETARY
        )

    (changed,) = stale.value.changes
    assert (changed.field, changed.seen, changed.now) == ("kind", "group", "volunteer")


async def test_the_same_change_sent_twice_is_not_stale(country: asyncpg.Connection) -> None:
    one = await _team(country)
    seen = await facts_of(country, editing.TEAM, one, at=AT) or {}
    renamed = {"id": one, "name": "Nhóm 2"}
    await editing.change(country, editing.TEAM, renamed, seen=seen, editor=SECRETARY)

    again = await editing.change(country, editing.TEAM, renamed, seen=seen, editor=SECRETARY)

    assert again.status is Change.UNCHANGED
    assert len(await _deeds(country, one)) == 2


async def test_what_is_not_there_is_not_made_by_changing_it(country: asyncpg.Connection) -> None:
    with pytest.raises(NotFoundError):
        await editing.change(
            country, editing.TEAM, {"id": uuid4(), "name": "Nhóm 2"}, seen={}, editor=SECRETARY
        )


async def test_notes_about_people_hold_no_personal_value_but_the_consent(country: asyncpg.Connection) -> None:
    one = uuid4()
    told = {"id": one, "name": "Lò Thị Mai", "unit": "C-03478", "public_name": True}
    await editing.create(country, editing.PERSON, told, editor=SECRETARY)

    ((doing, facts),) = await _deeds(country, one)
    assert doing == "person_created"
    assert facts == {"fields": ["name", "public_name", "unit"], "public_name": True}


@pytest.mark.parametrize("kind", ["person", "team", "unit", "household"])
async def test_an_id_is_of_one_subject_whatever_its_kind(country: asyncpg.Connection, kind: str) -> None:
    named = {"person": uuid4(), "team": await _team(country), "unit": uuid4(), "household": uuid4()}
    stated: dict[Thing, dict[str, object]] = {
        editing.PERSON: {"name": "Lò Văn Ơn", "unit": "C-03478"},
        editing.TEAM: {"kind": "group", "name": "Nhóm 2", "unit": "C-03478", "valid_from": "2026-01-01"},
        editing.UNIT: {"code": "B-1", "kind": "branch", "name": "Chi đoàn 1", "parent": "C-03478"},
        editing.HOUSEHOLD: {"name": "Hộ ông Ơn", "unit": "C-03478"},
    }
    for thing, told in stated.items():
        if thing is not editing.TEAM:
            await editing.create(country, thing, told | {"id": named[thing.word]}, editor=SECRETARY)

    for thing, told in stated.items():
        if thing.word != kind:
            with pytest.raises(InputError) as refused:
                other = told | {"id": named[kind]} | ({"code": "B-2"} if thing is editing.UNIT else {})
                await editing.create(country, thing, other, editor=SECRETARY)
            assert [(one.field, one.code) for one in refused.value.errors] == [("id", "id_conflict")]
