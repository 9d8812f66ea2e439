"""How near everybody is to each badge, kept in memory: so that what must be judged exactly is rare.

A subject is either unknown, or known whole: then each counter holds at least what is true. So whoever has
earned a badge is always found due. Counters may run ahead, after something was told twice or withdrawn; then
judging finds that nothing was earned yet, and puts them right.
"""

from collections.abc import Collection, Iterable, Iterator
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
Known = dict[UUID, dict[Place, Counter | None]]
Whose = tuple[Who, SubjectKind]


class _Watch:
    """One badge, with what is asked of it for every deed worked out once."""

    __slots__ = ("badge", "criterion", "ever", "is_plain", "is_team", "kind", "known", "need", "slug")

    def __init__(self, badge: Badge, known: Known) -> None:
        self.badge, self.criterion, self.slug = badge, badge.criterion, badge.slug
        self.known, self.need = known, badge.criterion.need
        self.kind, self.is_team = int(badge.subject), badge.criterion.who is Who.TEAM
        self.ever: Place | None = (badge.slug, EVER) if badge.window is Window.EVER else None
        asked = badge.criterion
        self.is_plain = not (asked.on_days or asked.one_helped or asked.when)

    def does_count(self, fact: Fact) -> bool:
        """Whether the deed, of a type that is watched, is one that the criterion counts."""
        return self.is_plain or does_count(self.criterion, fact)

    def subject(self, fact: Fact) -> UUID | None:
        """Whom the deed brings nearer, if it is of the kind that the badge is for."""
        if self.is_team:
            return fact.team
        return fact.actor if fact.actor_kind == self.kind else None

    def place(self, fact: Fact) -> Place | None:
        """Where the deed counts; None for one that names no festival where it must."""
        if self.ever is not None:
            return self.ever
        window = window_on(self.badge.window, fact.day, fact.festival)
        return None if window is None else (self.slug, window)


class Near:
    """Counters of those who are known, and who is due to be judged."""

    def __init__(self, badges: Iterable[Badge]) -> None:
        """Know of nobody yet, and watch these badges."""
        self.badges = {badge.slug: badge for badge in badges}
        # None: nothing that comes can change it, the badge is held or will not be given.
        self._known: dict[Who, Known] = {who: {} for who in Who}
        self._watched: dict[str, list[_Watch]] = {}
        for badge in self.badges.values():
            watch = _Watch(badge, self._known[badge.criterion.who])
            for one in badge.criterion.types_watched:
                self._watched.setdefault(one, []).append(watch)
        self._unknown: dict[Whose, set[UUID]] = {}
        self._due: dict[str, set[UUID]] = {}

    @property
    def types(self) -> Collection[str]:
        """The types of which deeds are to be told."""
        return self._watched.keys()

    def comes(self, fact: Fact) -> None:
        """A deed began to count."""
        for watch in self._watched.get(fact.type, ()):
            subject, place = watch.subject(fact), watch.place(fact)
            if subject is None or place is None:
                continue
            known = watch.known.get(subject)
            if known is None:
                if watch.does_count(fact):
                    self._unknown.setdefault(_whose(watch.badge), set()).add(subject)
                continue
            counter = known.get(place, watch)
            if counter is None or not watch.does_count(fact):
                continue
            if isinstance(counter, _Watch):  # nothing of the kind was done before
                counter = known[place] = counter_of(watch.criterion)
            counter.add(fact)
            if counter.have >= watch.need:
                self.must_judge(watch.slug, subject)

    def goes(self, fact: Fact) -> None:
        """A deed ceased to count, or counts elsewhere now: what is held because of it is judged again."""
        for watch in self._watched.get(fact.type, ()):
            subject, place = watch.subject(fact), watch.place(fact)
            if subject is None or place is None or not watch.does_count(fact):
                continue
            known = watch.known.get(subject)
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
        for known in self._known.values():
            known.pop(subject, None)

    def must_judge(self, badge: str, subject: UUID) -> None:
        """Let it be judged in any case."""
        self._due.setdefault(badge, set()).add(subject)

    def due(self, subjects_max: int) -> Iterator[list[Due]]:
        """Take out, in portions, whom is to be judged for what: unknown ones for all they may have done."""
        while self._unknown or self._due:
            portion: list[Due] = []
            left = subjects_max
            while self._unknown and left > 0:
                whose, subjects = self._unknown.popitem()
                taken, rest = _parted(subjects, left)
                if rest:
                    self._unknown[whose] = rest
                self._known[whose[0]] |= {subject: {} for subject in taken}
                portion += [Due(one, taken) for one in self.badges.values() if _whose(one) == whose]
                left -= len(taken)
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
            known = self._known[self.badges[slug].criterion.who].get(subject)
            if known is None:
                continue
            for place in [place for place in known if place[0] == slug]:
                del known[place]  # all of its deeds there may be gone: then nothing is what is true
            for window, counter in decision.counters.items():
                known[slug, window] = None if window in decision.reached else counter
        for of_who in self._known.values():
            if len(of_who) > KNOWN_MAX:
                for subject in list(islice(of_who, _FORGOTTEN_AT_ONCE)):
                    del of_who[subject]


def _whose(badge: Badge) -> Whose:
    return badge.criterion.who, badge.subject


def _parted(subjects: set[UUID], count: int) -> tuple[set[UUID], set[UUID]]:
    """So many of them, and the rest."""
    taken = set(islice(subjects, count))
    return taken, subjects - taken
