"""How near everybody is to each badge, kept in memory: so that what must be judged exactly is rare.

A subject is either unknown, or known whole: then each counter holds at least what is true. So whoever has
earned a badge is always found due. Counters may run ahead, after something was told twice or withdrawn; then
judging finds that nothing was earned yet, and puts them right.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from thidua.badges.counting import Counter, counter_of, does_count
from thidua.badges.definitions import Badge, Who
from thidua.badges.earning import Due, Outcome
from thidua.badges.facts import Deed
from thidua.badges.model import Window
from thidua.badges.progress import EVER, window_on
from thidua.kernel.subjects import SubjectKind
from thidua.scoring.model import Fact

# What is kept for one subject takes one to two kilobytes.
KNOWN_MAX = 100_000
_FORGOTTEN_AT_ONCE = 10_000

Place = tuple[str, str]  # a badge, and one of its windows
Places = dict[Place, Counter | None]  # None: nothing that comes can change it


class _Watch:
    """One badge, with what is asked of it for every deed worked out once."""

    __slots__ = ("badge", "criterion", "ever", "is_plain", "need", "needs_helped", "slug")

    def __init__(self, badge: Badge) -> None:
        self.badge, self.criterion, self.slug = badge, badge.criterion, badge.slug
        self.need = badge.criterion.need
        self.ever: Place | None = (badge.slug, EVER) if badge.window is Window.EVER else None
        asked = badge.criterion
        self.is_plain = not (asked.on_days or asked.one_helped or asked.when)
        self.needs_helped = asked.needs_helped

    def does_count(self, fact: Fact) -> bool:
        """Whether the deed, of a type that is watched, is one that the criterion counts."""
        if self.is_plain:
            return True
        return not (self.needs_helped and not fact.helped) and does_count(self.criterion, fact)

    def place(self, fact: Fact) -> Place | None:
        """Where the deed counts; None for one that names no festival where it must."""
        if self.ever is not None:
            return self.ever
        window = window_on(self.badge.window, fact.day, fact.festival)
        return None if window is None else (self.slug, window)


class Kind:
    """The subjects of one kind whose deeds are told in one way: who is known, and who is not yet."""

    __slots__ = ("badges", "is_team", "kind", "known", "types", "unknown", "who")

    def __init__(self, who: Who, kind: SubjectKind) -> None:
        """Know of nobody yet."""
        self.who, self.kind, self.is_team = who, int(kind), who is Who.TEAM
        self.badges: list[str] = []
        self.types: set[str] = set()
        self.known: dict[UUID, Places] = {}
        self.unknown: set[UUID] = set()

    def subject(self, fact: Fact) -> UUID | None:
        """Whom the deed brings nearer, if it is of the kind that the badges are for."""
        if self.is_team:
            return fact.team
        return fact.actor if fact.actor_kind == self.kind else None


@dataclass(frozen=True, slots=True)
class Strangers:
    """Some of one kind who did something and are not known yet."""

    kind: Kind
    subjects: Collection[UUID]


_NO_KINDS: Mapping[Kind, list[_Watch]] = {}


class Near:
    """Counters of those who are known, and who is due to be judged."""

    def __init__(self, badges: Iterable[Badge]) -> None:
        """Know of nobody yet, and watch these badges."""
        self.badges = {badge.slug: badge for badge in badges}
        self._kinds: dict[tuple[Who, SubjectKind], Kind] = {}
        self._watched: dict[str, dict[Kind, list[_Watch]]] = {}
        for badge in self.badges.values():
            kind, watch = self._kind(badge), _Watch(badge)
            kind.badges.append(badge.slug)
            kind.types |= badge.criterion.types_watched
            for one in badge.criterion.types_watched:
                self._watched.setdefault(one, {}).setdefault(kind, []).append(watch)
        self._due: dict[str, set[UUID]] = {}

    @property
    def types(self) -> Collection[str]:
        """The types of which deeds are to be told."""
        return self._watched.keys()

    def comes(self, fact: Fact) -> None:
        """A deed began to count."""
        for kind, watches in self._watched.get(fact.type, _NO_KINDS).items():
            if (subject := kind.subject(fact)) is None:
                continue
            if (known := kind.known.get(subject)) is not None:
                self._count(fact, subject, known, watches)
            elif subject not in kind.unknown and any(watch.does_count(fact) for watch in watches):
                kind.unknown.add(subject)

    def goes(self, fact: Fact) -> None:
        """A deed ceased to count, or counts elsewhere now: what is held because of it is judged again."""
        for kind, watches in self._watched.get(fact.type, _NO_KINDS).items():
            if (subject := kind.subject(fact)) is None:
                continue
            known = kind.known.get(subject)
            for watch in watches:
                place = watch.place(fact)
                if place is None or not watch.does_count(fact):
                    continue
                if known is None or known.get(place) is None:
                    self.must_judge(watch.slug, subject)

    def changed(self, deed: Deed) -> None:
        """A deed was verified, refused, withdrawn or moved: it counts now, or it does not."""
        if deed.counts:
            self.comes(deed.fact)
        else:
            self.goes(deed.fact)

    def forget(self, subject: UUID) -> None:
        """What was kept of the subject may fall behind what is true: read it again when it is concerned."""
        for kind in self._kinds.values():
            kind.known.pop(subject, None)

    def must_judge(self, badge: str, subject: UUID) -> None:
        """Let it be judged in any case."""
        self._due.setdefault(badge, set()).add(subject)

    def strangers(self, subjects_max: int) -> Iterator[Strangers]:
        """Take out, in portions, who came and is unknown; `meet` each portion before anything else."""
        for kind in self._kinds.values():
            while kind.unknown:
                taken, kind.unknown = _parted(kind.unknown, subjects_max)
                yield Strangers(kind, taken)

    def meet(
        self, strangers: Strangers, deeds: Iterable[tuple[UUID, Fact]], settled: Iterable[tuple[UUID, Place]]
    ) -> None:
        """Know them by all that they did; `settled` is where nothing that comes can change anything."""
        kind = strangers.kind
        kind.known |= {subject: {} for subject in strangers.subjects}
        for subject, place in settled:
            kind.known[subject][place] = None
        for subject, fact in deeds:
            if kind.subject(fact) == subject:
                self._count(fact, subject, kind.known[subject], self._watched[fact.type][kind])
        if len(kind.known) > KNOWN_MAX:
            for subject in list(islice(kind.known, _FORGOTTEN_AT_ONCE)):
                del kind.known[subject]

    def due(self, subjects_max: int) -> Iterator[list[Due]]:
        """Take out, in portions, whom is to be judged for what."""
        while self._due:
            portion: list[Due] = []
            left = subjects_max
            while self._due and left > 0:
                slug, subjects = self._due.popitem()
                taken, rest = _parted(subjects, left)
                if rest:
                    self._due[slug] = rest
                portion.append(Due(self.badges[slug], taken))
                left -= len(taken)
            yield portion

    def learn(self, outcome: Outcome) -> None:
        """Keep how far those are who were judged."""
        for (slug, subject), decision in outcome.decisions.items():
            known = self._kind(self.badges[slug]).known.get(subject)
            if known is None:
                continue
            for place in [place for place in known if place[0] == slug]:
                del known[place]  # all of its deeds there may be gone: then nothing is what is true
            for window, counter in decision.counters.items():
                known[slug, window] = None if window in decision.reached else counter

    def _count(self, fact: Fact, subject: UUID, known: Places, watches: Iterable[_Watch]) -> None:
        """Add the deed to the counters of one who is known."""
        for watch in watches:
            if (place := watch.ever or watch.place(fact)) is None:
                continue
            counter = known.get(place, watch)
            if counter is None or not watch.does_count(fact):
                continue
            if isinstance(counter, _Watch):  # nothing of the kind was done before
                counter = known[place] = counter_of(watch.criterion)
            counter.add(fact)
            if counter.have >= watch.need:
                self.must_judge(watch.slug, subject)

    def _kind(self, badge: Badge) -> Kind:
        whose = badge.criterion.who, badge.subject
        if (kind := self._kinds.get(whose)) is None:
            kind = self._kinds[whose] = Kind(*whose)
        return kind


def _parted(subjects: set[UUID], count: int) -> tuple[set[UUID], set[UUID]]:
    """So many of them, and the rest."""
    if len(subjects) <= count:
        return subjects, set()
    taken = set(islice(subjects, count))
    return taken, subjects - taken
