"""What would pay somebody next: what-if asked of the one function that scores (16), nothing estimated."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace

from thidua.scoring.evaluate import judge
from thidua.scoring.model import Condition, Fact, Pays, PointsByTable, Rule
from thidua.scoring.used import CapUsed
from thidua.scoring.windows import bucket_of

# Where nobody needs to be asked first: what a newcomer can begin with.
FIRST_STEPS = ("mentor_session", "family_guided", "weekly_quiz", "class_attended")
# What needs an event or an office cannot be done tomorrow because a page says so.
_NOT_AT_WILL = frozenset({"festival", "organisation"})
_SOMEBODY = UUID(int=1)
_SOMETHING = "x"


@dataclass(frozen=True, slots=True)
class Advice:
    """One activity that would bring points today; `extra` of them come from a derived award it completes."""

    type: str
    rule: Rule
    points: int
    extra: int
    cap: CapUsed | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody has come towards a derived award in its window."""

    rule: Rule
    have: int

    @property
    def need(self) -> int:
        """How many distinct things the award asks for."""
        assert self.rule.milestone is not None
        return self.rule.milestone.count

    @property
    def lacks_one(self) -> bool:
        """Whether the next new thing brings the award."""
        return self.have + 1 == self.need


def advised(
    rules: Mapping[str, Rule],
    *,
    caps: Iterable[CapUsed],
    progress: Sequence[Progress],
    done: Collection[str],
    today: Fact,
) -> list[Advice]:
    """Return what would bring points now, best first: of what was done before, else of the first steps.

    `today` is a fact of the person, of any type: where and who they are; `done` are names of rules.
    """
    used = list(caps)
    familiar = [rules[name] for name in sorted(done) if name in rules]
    begin = [rules[name] for name in FIRST_STEPS if name in rules and name not in done]
    found = [one for rule in familiar if (one := _advice(rule, used, progress, today)) is not None]
    fresh = [one for rule in begin if (one := _advice(rule, used, progress, today)) is not None]
    return [*sorted(found, key=_best_first), *fresh]


def _best_first(advice: Advice) -> tuple[int, str]:
    return (-advice.points, advice.type)


def _advice(rule: Rule, caps: Sequence[CapUsed], progress: Sequence[Progress], today: Fact) -> Advice | None:
    is_plain = rule.milestone is None and rule.best_of is None and len(rule.types) == 1
    if rule.pays is not Pays.ACTOR or not is_plain or rule.category in _NOT_AT_WILL:
        return None
    fact = _imagined(rule, today)
    own = [cap for cap in caps if cap.rule.name == rule.name]
    use = {str(cap.cap.window): (bucket_of(cap.cap.window, fact), cap.units, cap.points) for cap in own}
    outcome = judge(rule, fact, fact.actor, earlier=(), held={fact.id: 1}, use=use)
    if outcome.points <= 0:
        return None
    extra = sum(_extra(one, fact) for one in progress)
    tightest = min(own, key=lambda cap: cap.cap.limit - cap.used, default=None)
    return Advice(fact.type, rule, outcome.points + extra, extra, tightest)


def _extra(progress: Progress, fact: Fact) -> int:
    points = progress.rule.points
    completes = progress.lacks_one and fact.type in progress.rule.types
    return points if completes and isinstance(points, int) else 0


def _imagined(rule: Rule, today: Fact) -> Fact:
    """Return the plainest activity that meets what the rule asks of the activity itself."""
    key = rule.once_per
    attributes: dict[str, object] = dict.fromkeys(key.attributes, _SOMETHING) if key is not None else {}
    attributes |= {one.name: _wanted(one) for one in rule.when if one.kind.startswith("attribute_")}
    if isinstance(rule.points, PointsByTable) and rule.points.attribute is not None:
        attributes[rule.points.attribute] = min(rule.points.table, key=rule.points.table.__getitem__)
    who = ((_SOMEBODY, key.role),) if key is not None and key.role is not None else ()
    [kind] = rule.types
    return replace(today, type=kind, version=rule.version, attributes=attributes, participants=who)


def _wanted(condition: Condition) -> object:
    value = condition.values[0]
    return int(str(value)) if condition.kind != "attribute_is" else value
