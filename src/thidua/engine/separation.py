"""Who may confirm which step of an activity: two steps need two people, and nobody judges their own. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from thidua.accounts.permissions import Permission, carrying
from thidua.accounts.roles import Grant, Role
from thidua.activities.catalogue import Step
from thidua.activities.model import HELPED_ROLES, Act, Activity

_CONFIRM = "confirm:"
CODE = "code:"
_CO_ACTOR, _WITNESS = "co_actor", "witness"
# Of several open steps the one that fewest others could take is taken first.
_RAREST_FIRST = (Step.VERIFIER, Step.MACHINE, Step.LEADER, Step.COUNTERPARTY, Step.SELF)


# Their confirmation is a leader's; all others who may verify are verifiers, who may stand in for a leader.
_LEADERS = frozenset({Role.TEAM_LEADER, Role.BRANCH_SECRETARY})


class Office(Enum):
    """What makes somebody able to confirm an activity."""

    HELPED = 1
    LEADER = 2
    VERIFIER = 3


# A leader who asked the people helped may speak for them, and a verifier for a machine that told nothing.
_WAYS = {
    Office.HELPED: frozenset({Step.COUNTERPARTY}),
    Office.LEADER: frozenset({Step.LEADER, Step.COUNTERPARTY, Step.SELF}),
    Office.VERIFIER: frozenset(Step),
}


class Refusal(Enum):
    """Why somebody may not confirm an activity; the value is the error's code."""

    OWN_REPORT = "own_report"
    PAID_FOR_IT = "paid_for_it"
    NOT_INDEPENDENT = "not_independent"
    STEP_DONE = "step_done"
    NOT_YOUR_STEP = "not_your_step"


@dataclass(frozen=True, slots=True)
class Confirmer:
    """Somebody signed in: the person they are, the teams and units they lead, the units they verify in.

    Or somebody helped who has no account, by a code for one activity alone: `account` is the code's id.
    `behind` it are the accounts and persons in whose hands it may be: who last gave its password to somebody
    else, and of an account of nobody in particular whoever appointed it.
    """

    account: UUID
    person: UUID | None = None
    teams: frozenset[UUID] = frozenset()
    leads: frozenset[UUID] = frozenset()
    units: frozenset[UUID] = frozenset()
    behind: frozenset[UUID] = frozenset()
    is_code: bool = False

    @property
    def by(self) -> str:
        """How acts and reports name the account, or the code."""
        return f"{CODE}{self.account}" if self.is_code else source_of(self.account)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one claim beside the activity: steps taken so far, and how the confirmer stands to it.

    `above` are the unit of the activity and all units above it; `own_teams` the confirmer's teams that day,
    `own_units` their home unit and all above it but the root, whose members all people are.
    """

    acts: Sequence[Act]
    above: Collection[UUID]
    own_teams: Collection[UUID] = ()
    own_units: Collection[UUID] = ()


def confirmer(account: UUID, person: UUID | None, grants: Iterable[Grant], *, root: UUID) -> Confirmer:
    """Return somebody signed in as a confirmer; what is granted everywhere is granted in the root unit."""
    carried = carrying(grants, Permission.VERIFY)
    leading = [grant for grant in carried if grant.role in _LEADERS]
    verifying = [grant for grant in carried if grant.role not in _LEADERS]
    return Confirmer(
        account,
        person,
        frozenset(grant.team for grant in carried if grant.team is not None),
        frozenset(grant.unit or root for grant in leading if grant.team is None),
        frozenset(grant.unit or root for grant in verifying if grant.team is None),
    )


def source_of(account: UUID) -> str:
    """Return the source under which a signed-in person reports, and the name of who did an act."""
    return f"account:{account}"


def confirming(step: Step) -> str:
    """Return the kind of the act that confirms a step."""
    return f"{_CONFIRM}{step}"


def taken(acts: Iterable[Act]) -> list[Step]:
    """Return the steps that the acts confirmed, oldest first."""
    return [Step(act.kind.removeprefix(_CONFIRM)) for act in acts if act.kind.startswith(_CONFIRM)]


def open_steps(steps: Iterable[frozenset[Step]], done: Iterable[Step]) -> list[frozenset[Step]]:
    """Return the steps that still wait, each as the ways to take it."""
    waiting = list(steps)
    for way in done:
        match = next((ways for ways in waiting if way in ways), None)
        if match is not None:
            waiting.remove(match)
    return waiting


def offices_of(who: Confirmer, activity: Activity, above: Collection[UUID]) -> frozenset[Office]:
    """Return what makes the confirmer able to judge the activity; none: they have nothing to do with it."""
    found = set()
    helping = HELPED_ROLES | {_WITNESS}
    if who.is_code or any(one.subject == who.person and one.role in helping for one in activity.participants):
        found.add(Office.HELPED)
    if activity.team in who.teams or not who.leads.isdisjoint(above):
        found.add(Office.LEADER)
    if not who.units.isdisjoint(above):
        found.add(Office.VERIFIER)
    return frozenset(found)


def step_for(
    who: Confirmer, activity: Activity, steps: Iterable[frozenset[Step]], standing: Standing
) -> Step | Refusal:
    """Return the step of the activity's type that is theirs to confirm now, or why there is none."""
    refusal = partiality(who, activity, standing)
    if refusal is not None:
        return refusal
    waiting = open_steps(steps, taken(standing.acts))
    if not waiting or any(act.by == who.by and act.kind.startswith(_CONFIRM) for act in standing.acts):
        return Refusal.STEP_DONE
    ways = frozenset[Step]().union(*(_WAYS[office] for office in offices_of(who, activity, standing.above)))
    for step in _RAREST_FIRST:
        if step in ways and any(step in one for one in waiting):
            return step
    return Refusal.NOT_YOUR_STEP


def partiality(who: Confirmer, activity: Activity, standing: Standing) -> Refusal | None:
    """Return why somebody may not judge the activity at all: it is theirs, or of who may be they."""
    if activity.source == who.by:
        return Refusal.OWN_REPORT
    people = set() if who.person is None else {who.person}
    if _are_paid(people, activity) or _is_their_collective(who, activity, standing):
        return Refusal.PAID_FOR_IT
    is_theirs = activity.source in {source_of(one) for one in who.behind}
    return Refusal.NOT_INDEPENDENT if is_theirs or _are_paid(who.behind, activity) else None


def _are_paid(people: Collection[UUID], activity: Activity) -> bool:
    took_part = any(one.subject in people and one.role == _CO_ACTOR for one in activity.participants)
    return took_part or activity.actor in people


def _is_their_collective(who: Confirmer, activity: Activity, standing: Standing) -> bool:
    return (
        activity.actor in who.teams | who.leads | who.units
        or activity.actor in standing.own_teams
        or activity.actor in standing.own_units
    )
