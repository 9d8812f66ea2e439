"""The form of an activity as its template prints it."""

import base64
import hmac
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from thidua.accounts.actions import signing_secret
from thidua.accounts.permissions import Permission
from thidua.activities.catalogue import catalogue
from thidua.infra.database import Connection, transaction
from thidua.organisation.fields import as_id
from thidua.web.acquaintances import names_for, near
from thidua.web.activity_fields import OTHER, FormField, said, steps_said
from thidua.web.activity_forms import one_of
from thidua.web.language import Language
from thidua.web.organisation_forms import Typed
from thidua.web.recording import Recording, groups
from thidua.web.visitors import Visitor

_HELPED_FIRST = 3
_SKILLS_OF_ONES_OWN = 2


async def form_shown(
    connection: Connection, recording: Recording, typed: Typed, *, at: datetime
) -> dict[str, Any]:
    """All that the page of the form prints, but for what came of sending it."""
    picked = [one for line in typed.several("helped") if (one := as_id(line)) is not None]
    offered = list(dict.fromkeys([*picked, *recording.helped_before[:_HELPED_FIRST]]))
    within = await near(connection, recording.visitor, at=at)
    asked = {recording.actor, *offered, *recording.teams, *recording.units}
    names = await names_for(
        connection,
        asked,
        within,
        recording.language,
        own=[recording.visitor.person, *recording.helped_before],
        at=at,
    )
    return {
        "form": recording.form,
        "fields": [_filled(_with_own(one, recording), typed) for one in recording.form.fields],
        "typed": typed,
        "errors": {},
        "earlier": None,
        "trouble": None,
        "found": None,
        "is_own": recording.is_own,
        "actor": names.get(recording.actor),
        "may_record_for_others": recording.visitor.can(Permission.RECORD_FOR_OTHERS),
        "people": [names[one] for one in offered if one in names],
        "picked": set(picked),
        "teams": [(str(one), names[one].name) for one in recording.teams if one in names],
        "places": [(str(one), names[one].name) for one in recording.units if one in names],
        "steps": steps_said(recording.kind.steps, recording.language),
        **_types(recording, recording.language),
    }


def _types(recording: Recording, language: Language) -> dict[str, Any]:
    known = catalogue().types
    grouped = groups(recording.card, is_own=recording.is_own)
    return {
        "types": [(code, said(known[code].name, language)) for code in recording.types],
        "groups": [
            (
                said(catalogue().categories[category], language),
                [(one.code, said(one.name, language)) for one in kinds],
            )
            for category, kinds in grouped.items()
        ],
    }


def _with_own(field: FormField, recording: Recording) -> FormField:
    """The question with what the visitor answered the last times among its choices."""
    if field.name != "a_skill":
        return field
    told = dict.fromkeys(
        str(one.attributes["skill"]) for one in recording.before if "skill" in one.attributes
    )
    offered = {code for code, _ in field.options}
    own = [(one, one) for one in told if one and one not in offered][:_SKILLS_OF_ONES_OWN]
    return replace(field, options=[*own, *field.options])


def _filled(field: FormField, typed: Typed) -> dict[str, Any]:
    """One question with its answer: what was typed stays, whether or not it is one of the choices."""
    value = one_of(typed, field.name)
    offered = {code for code, _ in field.options}
    is_other = field.has_other and ((value not in offered and bool(value)) or typed.line(field.name) == OTHER)
    return {
        "asked": field,
        "value": typed.line(field.name) if not field.options else OTHER if is_other else value,
        "other": value if is_other else typed.line(f"{field.name}_other"),
    }


async def key_of(visitor: Visitor, *, at: datetime) -> str:
    """The key under which this account's browser keeps what it could not send: nobody else can read it."""
    secret = _kept_secret().get("kept")
    if secret is None:
        async with transaction() as connection:
            secret = _kept_secret()["kept"] = await signing_secret(connection, "kept", at=at)
    return base64.b64encode(hmac.digest(secret, visitor.account.bytes, "sha256")).decode()


@cache
def _kept_secret() -> dict[str, bytes]:
    return {}
