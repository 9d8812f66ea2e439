"""How near everybody is to each badge, kept in memory: so that what must be judged exactly is rare.

What is kept never falls behind what is true: whoever has earned a badge is always found due. It may run
ahead, after something was told twice; then judging finds that nothing was earned yet.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from uuid import UUID

from thidua.badges.counting import Counter, does_count
from thidua.badges.definitions import Badge, Who
from thidua.badges.earning import Due, Outcome
from thidua.badges.facts import Deed
from thidua.badges.progress import window_at
from thidua.scoring.model import Fact

# What is kept for one subject, badge and window takes some 300 bytes.
KEPT_MAX = 400_000
_DROPPED_AT_ONCE = 40_000

Key = tuple[str, UUID, str]


class Near:
    """Counters of those who were judged, and who is due to be judged again."""

    def __init__(self, badges: Iterable[Badge]) -> None:
        """Know of nobody yet, and watch these badges."""
        self.badges = {badge.slug: badge for badge in badges}
        self._watched: dict[str, list[Badge]] = {}
        for badge in self.badges.values():
            for one in badge.criterion.types_watched:
                self._watched.setdefault(one, []).append(badge)
        # None: nothing that comes can change it, the badge is held or will not be given.
        self._kept: dict[Key, Counter | None] = {}
        self._due: dict[str, set[UUID]] = {}

    @property
    def types(self) -> Collection[str]:
        """The types of which every deed is to be told."""
        return self._watched.keys()

    def comes(self, fact: Fact) -> None:
        """A deed began to count."""
        for badge, key in self._concerned(fact):
            if key not in self._kept:
                if does_count(badge.criterion, fact):
                    self._due.setdefault(badge.slug, set()).add(key[1])
                continue
            counter = self._kept[key]
            if counter is None or not does_count(badge.criterion, fact):
                continue
            counter.add(fact)
            if counter.have >= badge.criterion.need:
                self._due.setdefault(badge.slug, set()).add(key[1])

    def goes(self, fact: Fact) -> None:
        """A deed ceased to count, or counts elsewhere now: what stood on it is judged again."""
        for badge, key in self._concerned(fact):
            if does_count(badge.criterion, fact) and self._kept.pop(key, None) is None:  # held, or not known
                self._due.setdefault(badge.slug, set()).add(key[1])

    def changed(self, deed: Deed) -> None:
        """A deed was verified, refused, withdrawn or moved: it counts now, or it does not."""
        if deed.counts:
            self.comes(deed.fact)
        else:
            self.goes(deed.fact)

    def forget(self, badge: str, subject: UUID, window: str) -> None:
        """What was kept of it may be wrong: judge it when it is next concerned."""
        self._kept.pop((badge, subject, window), None)

    def must_judge(self, badge: str, subject: UUID) -> None:
        """Let it be judged in any case."""
        if badge in self.badges:
            self._due.setdefault(badge, set()).add(subject)

    def due(self, subjects_max: int) -> Iterator[list[Due]]:
        """Take out, in portions, whom is to be judged for what."""
        while self._due:
            portion, left = [], subjects_max
            for slug in list(self._due):
                subjects = self._due.pop(slug)
                taken = set(islice(subjects, left))
                portion.append(Due(self.badges[slug], taken))
                left -= len(taken)
                if rest := subjects - taken:
                    self._due[slug] = rest
                if left <= 0:
                    break
            yield portion

    def learn(self, outcome: Outcome) -> None:
        """Keep how far those are who were judged."""
        for (slug, subject), decision in outcome.decisions.items():
            for window, counter in decision.counters.items():
                self._kept[(slug, subject, window)] = None if window in decision.reached else counter
        if len(self._kept) > KEPT_MAX:
            for key in list(islice(self._kept, _DROPPED_AT_ONCE)):
                del self._kept[key]

    def _concerned(self, fact: Fact) -> Iterator[tuple[Badge, Key]]:
        for badge in self._watched.get(fact.type, ()):
            is_team = badge.criterion.who is Who.TEAM
            subject = fact.team if is_team else fact.actor
            if subject is None or (not is_team and fact.actor_kind != badge.subject):
                continue
            window = window_at(badge.window, fact.occurred_at, fact.festival)
            if window is not None:
                yield badge, (badge.slug, subject, window)
