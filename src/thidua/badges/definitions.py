"""What a badge's folder defines: its names, its place among others, what earns it, how long it holds."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from thidua.badges.model import BadgeState, CriterionKind, Family, Window, Words
from thidua.kernel.period import PeriodKind, local_day, midnight_of
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.model import UnitKind
from thidua.scoring.model import Condition, Counts

_MONTHS_OF_A_YEAR = 12


class Who(StrEnum):
    """Whom an activity brings nearer to the badge."""

    ACTOR = "actor"
    TEAM = "team"  # the team it was done for
    UNIT = "unit"  # the very unit where it counts
    WITHIN = "within"  # that unit and every unit above it
    PARTICIPANT = "participant"  # whoever took part in the role of `Criterion.role`
    MEMBER = "member"  # the team or unit that the actor belongs to: share of members only


class ShareOf(StrEnum):
    """What is divided by what."""

    TYPES = "types"  # verified activities of `types`, by those of `types` and `against` together
    ACCEPTED = "accepted"  # verified ones, by all that were verified or rejected; suspended is not accepted
    MEMBERS = "members"  # members with at least one, by all members: those at home there, or more if declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing of a set: any verified activity of these types that meets the conditions."""

    types: frozenset[str]
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What earns the badge. Fields that the kind does not use keep their defaults.

    Only verified activities count that are not suspended, are of `types`, meet `when` and fall on `on_days`
    (month, day; empty: any day) of the local calendar, within one window of the badge.
    """

    kind: CriterionKind
    who: Who = Who.ACTOR
    role: str = ""  # of `Who.PARTICIPANT`
    types: frozenset[str] = frozenset()  # `categories` of activities are written out into their types
    categories: frozenset[str] = frozenset()  # total: points of these categories; empty: of all
    when: tuple[Condition, ...] = ()
    on_days: frozenset[tuple[int, int]] = frozenset()
    # Whether one activity is one, or its quantity; of one local day at most `units_per_day_max` count.
    counts: Counts = Counts.ONE
    units_per_day_max: int | None = None
    # total: points; count, first_to: units; distinct: different things; streak: units in each step.
    at_least: int = 1
    # Attributes, "festival" or "unit" that tell things apart; or people who took part in these roles.
    # share of types: what is alike in them counts once, for the better.
    distinct_by: tuple[str, ...] = ()
    distinct_roles: frozenset[str] = frozenset()
    # Flags of priority are kept for an activity, not for each person: count only where one alone was helped.
    one_helped: bool = False
    # count: besides, in at least so many different ones; until then progress stays one short.
    spread_by: tuple[str, ...] = ()
    spread_at_least: int = 0
    each: tuple[Part, ...] = ()  # set
    step: PeriodKind = PeriodKind.WEEK  # streak: local weeks, months, quarters or years
    in_a_row: int = 0
    share_of: ShareOf = ShareOf.TYPES
    against: frozenset[str] = frozenset()
    percent_at_least: int = 0
    among_at_least: int = 0  # share: below this many altogether there is no share
    unit_kinds: frozenset[UnitKind] = frozenset()  # badges of units; empty: any
    first_n: int = 0  # first_to
    board: str = ""  # standing: a slug of boards.toml
    board_period: PeriodKind = PeriodKind.QUARTER
    rank_at_worst: int = 0
    # first_to: after the moment; share and standing: after the window. Late reports have so long to arrive.
    settling_days: int = 0

    @property
    def types_watched(self) -> frozenset[str]:
        """The types whose activities can change how far somebody is; empty where none do so directly."""
        return self.types.union(self.against, *(part.types for part in self.each))

    @property
    def needs_helped(self) -> bool:
        """Whether only activities count that helped somebody whom priority is given."""
        return any(condition.kind == "helped_priority" for condition in self.when)

    @property
    def need(self) -> int:
        """What progress counts towards: points, units, things, steps, parts or per cent; else 1."""
        match self.kind:
            case CriterionKind.STREAK:
                return self.in_a_row
            case CriterionKind.SET:
                return len(self.each)
            case CriterionKind.SHARE:
                return self.percent_at_least
            case CriterionKind.STANDING | CriterionKind.MANUAL:
                return 1
            case _:
                return self.at_least


@dataclass(frozen=True, slots=True)
class Span:
    """How long a badge holds: whole years, months or days."""

    months: int = 0
    days: int = 0

    @property
    def iso(self) -> str:
        """As ISO 8601 writes it: P1Y, P6M, P90D."""
        if self.days:
            return f"P{self.days}D"
        years, months = divmod(self.months, _MONTHS_OF_A_YEAR)
        return f"P{self.months}M" if months else f"P{years}Y"

    def last_day(self, first: date) -> date:
        """The last local day it holds, the same day of the month where there is one."""
        if self.days:
            return first + timedelta(days=self.days)
        years, month = divmod(first.month - 1 + self.months, _MONTHS_OF_A_YEAR)
        last = monthrange(first.year + years, month + 1)[1]
        return date(first.year + years, month + 1, min(first.day, last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """One badge as its folder tells it."""

    slug: str
    names: Words
    title_lines: Mapping[
        str, tuple[str, ...]
    ]  # the words on the picture by language: the name in one line or two
    family: Family
    level: int
    series: str | None
    subject: SubjectKind
    state: BadgeState
    version: int
    valid_for: Span | None
    window: Window
    criterion: Criterion
    criteria: Words  # markdown: paragraphs and lists
    glyph: Path
    fingerprint: str  # of all that decides who gets it and for how long; the texts may be mended

    def expires_at(self, earned_at: datetime) -> datetime | None:
        """The first moment at which it no longer holds: the midnight after its last local day."""
        if self.valid_for is None:
            return None
        return midnight_of(self.valid_for.last_day(local_day(earned_at)) + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every badge by its slug, by family, series and level."""

    badges: Mapping[str, Badge]

    def series(self, name: str) -> list[Badge]:
        """The badges of a series, from the lowest level."""
        return [badge for badge in self.badges.values() if badge.series == name]
