"""What a row of a list of people means: somebody new, somebody known, changed, or a doubt to be settled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from thidua.imports.ground import Ground, NewBranch, branch_meant, unit_meant
from thidua.imports.ids import id_of
from thidua.imports.model import Choice, Verdict, Weight
from thidua.imports.queries import worst
from thidua.imports.reading import PersonRow, Reader, RowReader, read_person
from thidua.imports.state import RowState
from thidua.infra.database import Connection
from thidua.organisation.vietnamese import fold

NEW = "new"
_PEOPLE = """
SELECT f.person AS id, f.name, f.name_fold, f.born_on, f.contact, f.target_group, f.priority, h.unit,
    ARRAY(SELECT m.team FROM membership m WHERE m.person = f.person AND m.valid_from <= $3
        AND (m.valid_to IS NULL OR m.valid_to > $3)) AS teams
FROM person_profile f
JOIN person_home h ON h.person = f.person AND (h.valid_from IS NULL OR h.valid_from <= $3)
    AND (h.valid_to IS NULL OR h.valid_to > $3)
JOIN unit_within w ON w.unit = h.unit AND w.ancestor = $2
WHERE f.name_fold = ANY($1::text[])
ORDER BY f.sort_key, f.person
"""
# Who has no home was taken back when an import was undone, and may be put in again.
_TAKEN = "SELECT DISTINCT person AS id FROM person_home WHERE person = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody who is there already, with the present home."""

    id: UUID
    name: str
    born_on: date | None
    contact: str | None
    target_group: str | None
    priority: tuple[str, ...]
    unit: UUID
    teams: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlan:
    """What writing a row would do: to whom, which fields, a branch first, a membership after."""

    number: int
    verdict: Verdict
    person: UUID | None
    given: Mapping[str, object] = field(default_factory=dict)
    before: Mapping[str, object] | None = None
    branch: NewBranch | None = None
    team: UUID | None = None
    joined_on: date | None = None


async def people_like(connection: Connection, names: Iterable[str], ground: Ground) -> dict[str, list[Known]]:
    """Return who within the unit is called so, marks aside, by the name without marks."""
    found: dict[str, list[Known]] = {}
    asked = sorted({fold(name) for name in names if name})
    for row in await connection.fetch(_PEOPLE, asked, ground.root, ground.today):
        same = {name: row[name] for name in Known.__slots__ if name not in {"priority", "teams"}}
        known = Known(**same, priority=tuple(row["priority"]), teams=frozenset(row["teams"]))
        found.setdefault(row["name_fold"], []).append(known)
    return found


async def judge_people(
    connection: Connection, rows: Sequence[RowState], reader: Reader, ground: Ground
) -> list[tuple[PersonPlan, RowReader]]:
    """Return what each row would do, with the remarks on it."""
    readers = [reader.row(row.number, row.cells) for row in rows]
    said = [read_person(one) for one in readers]
    known = await people_like(connection, (one.name for one in said), ground)
    plans = [
        _judged(row.number, one, person, known.get(fold(person.name), []), ground)
        for row, one, person in zip(rows, readers, said, strict=True)
    ]
    return list(zip(await _untaken(connection, plans, readers), readers, strict=True))


def _judged(
    number: int, row: RowReader, said: PersonRow, known: Sequence[Known], ground: Ground
) -> PersonPlan:
    unit = unit_meant(row, said.unit, ground, is_needed=True)
    home = branch_meant(row, said.branch, unit, ground) if unit is not None else None
    team = _team(row, said, unit, ground)
    if home is None or worst(row.remarks) is Weight.BAD or not said.name:
        is_doubt = worst(row.remarks) is Weight.DOUBT
        return PersonPlan(number=number, verdict=Verdict.DOUBTFUL if is_doubt else Verdict.BAD, person=None)
    same, possible, code = _matched(row.answer.who, said, home, known, ground)
    if possible:
        choices = tuple(Choice(value=str(one.id), label=described(one, ground)) for one in possible)
        row.remark("name", code, Weight.DOUBT, choices=(*choices, Choice(value=NEW, label="")))
    branch = home if isinstance(home, NewBranch) else None
    plan = (
        _new(number, said, home, known, ground)
        if same is None
        else _changed(number, said, home, same, ground)
    )
    verdict = Verdict.DOUBTFUL if worst(row.remarks) is Weight.DOUBT else plan.verdict
    joins = team is not None and (same is None or team not in same.teams)
    if joins and verdict is Verdict.SAME:
        verdict = Verdict.CHANGED
    return PersonPlan(
        number=number,
        verdict=verdict,
        person=plan.person,
        given=plan.given,
        before=plan.before,
        branch=branch if "unit" in plan.given else None,
        team=team if joins else None,
        joined_on=said.joined_on or ground.today,
    )


def _matched(
    who: str, said: PersonRow, home: UUID | NewBranch, known: Sequence[Known], ground: Ground
) -> tuple[Known | None, Sequence[Known], str]:
    """Return who is meant, or who may be meant and why that is not sure."""
    if who:
        return next((one for one in known if str(one.id) == who), None), (), ""
    place = ground.commune_of(home.parent if isinstance(home, NewBranch) else home)
    here = [one for one in known if ground.commune_of(one.unit) == place]
    named = [one for one in known if one.name.lower() == said.name.lower()]
    sure = [one for one in named if one.born_on == said.born_on and one in here]
    if len(sure) > 1:
        sure = [one for one in sure if one.unit == home] or sure
    if len(sure) == 1:
        return sure[0], (), ""
    if sure:
        return None, sure, "which_person"
    born = [one for one in known if one.born_on == said.born_on and said.born_on is not None]
    for possible, code in (
        ([one for one in born if one in here], "spelled_otherwise"),
        ([one for one in born if one in named], "moved_person"),
        ([one for one in named if one in here and None in {one.born_on, said.born_on}], "unsure_birthday"),
    ):
        if possible:
            return None, possible, code
    return None, (), ""


def _new(
    number: int, said: PersonRow, home: UUID | NewBranch, known: Sequence[Known], ground: Ground
) -> PersonPlan:
    unit = home.id if isinstance(home, NewBranch) else home
    place = ground.commune_of(home.parent if isinstance(home, NewBranch) else home)
    there = {one.id for one in known}
    ids = (id_of(ground.secret, "person", said.name.lower(), said.born_on, place, turn) for turn in range(99))
    given = {
        "name": said.name,
        "born_on": said.born_on,
        "contact": said.contact,
        "target_group": said.target_group,
        "priority": list(said.priority or ()),
        "unit": str(unit),
    }
    person = next(one for one in ids if one not in there)
    return PersonPlan(number=number, verdict=Verdict.NEW, person=person, given={"id": person, **given})


def _changed(number: int, said: PersonRow, home: UUID | NewBranch, same: Known, ground: Ground) -> PersonPlan:
    """What the row says otherwise than what is known; an empty cell says nothing."""
    told: dict[str, object] = {
        "name": said.name,
        "born_on": said.born_on,
        "contact": said.contact,
        "target_group": said.target_group,
        "priority": None if said.priority is None else list(said.priority),
    }
    had: dict[str, object] = {name: getattr(same, name) for name in told} | {"priority": list(same.priority)}
    given = {name: value for name, value in told.items() if value is not None and value != had[name]}
    before = {name: had[name] for name in given}
    unit = home.id if isinstance(home, NewBranch) else home
    # A list that names the commune only does not take anybody out of the branch.
    if unit not in {same.unit, ground.commune_of(same.unit)}:
        given |= {"unit": str(unit), "unit_from": ground.today}
        before |= {"unit": str(same.unit)}
    if not given:
        return PersonPlan(number=number, verdict=Verdict.SAME, person=same.id)
    given["id"] = same.id
    return PersonPlan(number=number, verdict=Verdict.CHANGED, person=same.id, given=given, before=before)


def _team(row: RowReader, said: PersonRow, unit: UUID | None, ground: Ground) -> UUID | None:
    if not said.team or unit is None:
        return None
    found = ground.teams_in(unit).find(said.team)
    if found.sure is not None:
        return found.sure.id
    choices = tuple(Choice(value=one.name, label=one.name) for one in found.possible)
    row.remark("team", "no_such_team", Weight.DOUBT if choices else Weight.BAD, choices=choices)
    return None


def described(one: Known, ground: Ground) -> str:
    """Somebody in the words that tell them from others of the name: day of birth, branch, commune."""
    born = "" if one.born_on is None else one.born_on.strftime("%d/%m/%Y")
    places = [one.unit, ground.commune_of(one.unit) or one.unit]
    names = [ground.units[unit].name for unit in dict.fromkeys(places) if unit in ground.units]
    return " · ".join(part for part in (one.name, born, *names) if part)


async def _untaken(
    connection: Connection, plans: Sequence[PersonPlan], readers: Sequence[RowReader]
) -> list[PersonPlan]:
    """An id made from a row that is somebody's who is no longer called so, lives elsewhere or was erased."""
    asked = [plan.person for plan in plans if plan.verdict is Verdict.NEW]
    taken = {row["id"] for row in await connection.fetch(_TAKEN, asked)}
    if not taken:
        return list(plans)
    found = []
    for plan, row in zip(plans, readers, strict=True):
        if plan.verdict is Verdict.NEW and plan.person in taken:
            row.remark("name", "was_here_before", Weight.BAD)
            found.append(PersonPlan(number=plan.number, verdict=Verdict.BAD, person=None))
        else:
            found.append(plan)
    return found
