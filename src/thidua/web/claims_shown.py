"""Activities as lists and queues show them: who, what, with whom, the evidence, and who has confirmed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from thidua.activities.catalogue import Step, catalogue
from thidua.activities.model import HELPED_ROLES, Act, Activity, State
from thidua.engine.separation import CODE, open_steps, taken
from thidua.organisation.finding import Found
from thidua.web.activity_fields import capital, counted, counts_people, said, shown_value, steps_said
from thidua.web.formats import shown_minute
from thidua.web.language import Language

_SAFE_LINKS = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step of confirmation in words, and whether it is taken."""

    lower: str
    is_done: bool

    @property
    def words(self) -> str:
        """The step as a line of its own."""
        return capital(self.lower)


def activity_shown(
    one: Activity, acts: Sequence[Act], names: Mapping[UUID, Found], language: Language
) -> dict[str, Any]:
    """One activity for a template; the points and what the reader may do with it are added by the page."""
    kind = catalogue().types.get(one.type)
    helped = [person.subject for person in one.participants if person.role in HELPED_ROLES]
    team = names.get(one.team) if one.team else None
    unit = names.get(one.unit)
    return {
        "id": one.id,
        "type": said(kind.name, language) if kind else one.type,
        "unit_word": counted(one.quantity, said(kind.unit, language), language) if kind else "",
        "at": one.occurred_at,
        "when": shown_minute(one.occurred_at),
        "recorded_at": one.recorded_at,
        "state": one.state.word,
        "is_waiting": one.state is State.SUBMITTED,
        "actor": one.actor,
        "who": names.get(one.actor),
        "team": team.name if team else None,
        "place": (unit.name_en or unit.name if language == "en" else unit.name) if unit else None,
        "helped": [names[person].name for person in helped if person in names],
        "others": max(0, one.quantity - len(helped)) if kind and helped and counts_people(kind) else 0,
        "quantity": 1 if kind and counts_people(kind) and helped else one.quantity,
        "facts": _facts(one, language),
        "evidence": [_evidence(told) for told in one.evidence],
        "steps": steps_shown(one, acts, language),
        "by_code": any(act.by.startswith(CODE) for act in acts),
        "why": _why(acts),
        "source": one.source,
    }


def steps_shown(one: Activity, acts: Sequence[Act], language: Language) -> list[StepShown]:
    """The steps that the activity's type asks for, those taken first."""
    kind = catalogue().types.get(one.type)
    if kind is None:
        return []
    waiting = [] if one.state is State.VERIFIED else open_steps(kind.steps, taken(acts))
    done = list(kind.steps)
    for ways in waiting:
        done.remove(ways)
    return [
        StepShown(words, is_done)
        for steps, is_done in ((done, True), (waiting, False))
        for words in steps_said(steps, language)
    ]


def waits_for_helped(one: Activity, acts: Sequence[Act]) -> bool:
    """Whether a word of somebody helped is among what the claim still waits for."""
    if one.state is not State.SUBMITTED:
        return False
    waiting = open_steps(catalogue().types[one.type].steps, taken(acts))
    return any(Step.COUNTERPARTY in ways for ways in waiting)


def subjects_in(found: Sequence[Activity]) -> set[UUID]:
    """Everybody and everything that the activities name."""
    named = {one.actor for one in found} | {one.unit for one in found}
    named |= {one.team for one in found if one.team is not None}
    return named | {person.subject for one in found for person in one.participants}


def _facts(one: Activity, language: Language) -> list[tuple[str, str]]:
    kind = catalogue().types.get(one.type)
    found = []
    for name, value in one.attributes.items():
        told = kind.attributes.get(name) if kind else None
        label = (told.vi if language == "vi" else told.en) if told else name
        found.append((capital(label), shown_value(name, value, language)))
    return found


def _evidence(told: Mapping[str, Any]) -> tuple[str, str | None]:
    """What to show of a piece of evidence, and where it leads if that is an ordinary address."""
    link = next((str(told[name]) for name in ("url", "link", "href") if name in told), None)
    words = [str(value) for name, value in told.items() if name != "kind" and value is not None]
    text = link or " · ".join(words) or str(told.get("kind", ""))
    return text, link if link and link.startswith(_SAFE_LINKS) else None


def _why(acts: Sequence[Act]) -> str:
    """The reason given by whoever rejected or withdrew it."""
    final = [act.reason for act in acts if act.to_state.is_final and act.reason]
    return final[-1] if final else ""
