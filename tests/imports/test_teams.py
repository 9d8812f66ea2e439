"""Lists of teams, and people who join one."""

from tests.imports.sending import Sender, everything, one_value, outcomes, remark, verdicts
from tests.imports.test_people import HEAD, row
from thidua.imports.model import Outcome, Verdict

TEAMS = ("STT", "Tên đội hình", "Xã/phường", "Loại", "Ngày thành lập")
ONE = ("1", "Đội hình số Nậm Tăm", "Xã Nậm Tăm", "Đội hình", "1/3/2026")


async def test_teams_are_created_once_and_changed_when_a_list_says_otherwise(sender: Sender) -> None:
    first = await sender.sent_and_written([TEAMS, ONE])
    same = await sender.sent_and_written([TEAMS, ONE])
    other = await sender.sent_and_written([TEAMS, (*ONE[:3], "Nhóm", "1/3/2026")])

    assert [await outcomes(one) for one in (first, same, other)] == [
        {Outcome.CREATED: 1},
        {Outcome.UNCHANGED: 1},
        {Outcome.UPDATED: 1},
    ]
    assert await one_value("SELECT kind || ' ' || valid_from FROM team") == "group 2026-03-01"


async def test_undoing_removes_teams_that_nobody_has_joined(sender: Sender) -> None:
    before = await everything()
    one = await sender.sent_and_written([TEAMS, ONE])

    await sender.undo(one)

    assert await everything() == before


async def test_people_join_the_team_of_their_commune_and_their_undoing_lets_the_team_go(
    sender: Sender,
) -> None:
    before = await everything()
    teams = await sender.sent_and_written([TEAMS, ONE])
    head = (*HEAD, "Đội hình", "Ngày vào đội")
    rows = [head, (*row(1, "Lò Thị Mai"), "doi hinh so nam tam", "5/3/2026")]

    people = await sender.sent_and_written(rows)
    joined = await one_value("SELECT valid_from::text FROM membership")
    again = await sender.send(rows)
    await sender.undo(teams)
    kept = await outcomes(teams)
    await sender.undo(people)

    assert joined == "2026-03-05"
    assert await verdicts(again) == {2: Verdict.SAME}
    assert kept == {Outcome.KEPT: 1}
    assert (await everything())[:2] == before[:2]


async def test_a_team_nobody_knows_is_said(sender: Sender) -> None:
    one = await sender.send([(*HEAD, "Đội hình"), (*row(1, "Lò Thị Mai"), "Đội chưa có")])

    assert (await remark(one, 2)).code == "no_such_team"
