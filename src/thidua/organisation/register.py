"""The register of people, kept by hand: numbers that can be called, nobody twice, minors under aliases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError, InputError
from thidua.kernel.period import local_day
from thidua.organisation import editing
from thidua.organisation.contact import contact_of
from thidua.organisation.editing import Editor, Facts, Faults
from thidua.organisation.fields import UnfitError
from thidua.organisation.leading import Led, people_alike
from thidua.organisation.model import Change, Put
from thidua.organisation.names import adult_on


@dataclass(frozen=True, slots=True)
class Alike:
    """Among whom somebody alike is looked for, and whether the editor said it is somebody else."""

    among: Led
    is_another: bool


async def enter(
    connection: Connection, stated: Facts, *, alike: Alike, editor: Editor, faults: Faults = ()
) -> Put:
    """Write somebody new; who looks like somebody already led is asked about first."""
    cleaned, found = _checked(stated, {}, editor)
    put = await editing.create(connection, editing.PERSON, cleaned, editor=editor, faults=[*faults, *found])
    if put.status is Change.CREATED and not alike.is_another:
        await _refuse_alike(connection, cleaned, alike.among, editor)
    return put


async def amend(connection: Connection, stated: Facts, *, seen: Facts, editor: Editor) -> Put:
    """Write what is stated of somebody known."""
    cleaned, found = _checked(stated, seen, editor)
    return await editing.change(connection, editing.PERSON, cleaned, seen=seen, editor=editor, faults=found)


async def move_home(
    connection: Connection, person: UUID, unit: str, since: date, *, seen: Facts, editor: Editor
) -> Put:
    """Let the unit be the person's home from that day on; what was earned before stays where it is."""
    stated = {"id": person, "unit": unit, "unit_from": since}
    return await editing.change(connection, editing.PERSON, stated, seen=seen, editor=editor)


def is_minor(born_on: object, today: date) -> bool:
    """Whether somebody of this birthday, in ISO form, is under 18; of an unknown one, not."""
    try:
        return isinstance(born_on, str) and adult_on(date.fromisoformat(born_on)) > today
    except ValueError:
        return False


def _checked(stated: Facts, seen: Facts, editor: Editor) -> tuple[dict[str, Any], list[FieldError]]:
    faults: list[FieldError] = []
    cleaned = dict(stated)
    try:
        cleaned["contact"] = contact_of(stated.get("contact") or "")
    except UnfitError as unfit:
        del cleaned["contact"]
        faults.append(FieldError("contact", unfit.code, facts=unfit.facts))
    is_new_consent = stated.get("public_name") is True and seen.get("public_name") is not True
    if is_new_consent and is_minor(stated.get("born_on"), local_day(editor.at)):
        faults.append(FieldError("public_name", "too_young_for_a_name"))
    return cleaned, faults


async def _refuse_alike(
    connection: Connection, stated: Mapping[str, Any], among: Led, editor: Editor
) -> None:
    try:
        born_on = date.fromisoformat(stated.get("born_on") or "")
    except ValueError:
        return
    found = await people_alike(
        connection, among, name=stated["name"], born_on=born_on, besides=stated["id"], at=editor.at
    )
    if found:
        raise InputError([FieldError("is_another", "looks_alike", facts={"people": found})])
