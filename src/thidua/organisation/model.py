"""The choices and values of the organisation: kinds, groups, flags, spans of days, what a write came to."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class UnitKind(StrEnum):
    """What a unit is."""

    CENTRAL = "central"
    PROVINCE = "province"
    COMMUNE = "commune"
    AGENCY = "agency"
    SCHOOL = "school"
    UNIVERSITY = "university"
    ENTERPRISE = "enterprise"
    BRANCH = "branch"
    HAMLET = "hamlet"


class AreaGroup(StrEnum):
    """The kind of area a unit lies in: like is compared with like."""

    URBAN = "urban"
    PLAIN = "plain"
    MIDLAND = "midland"
    MOUNTAIN = "mountain"


class UnitFlag(StrEnum):
    """What makes work in a unit harder."""

    BORDER = "border"
    ISLAND = "island"
    MINORITY_AREA = "minority_area"


class TeamKind(StrEnum):
    """What a team is: đội hình chuyển đổi số, tổ công nghệ số cộng đồng, đội tình nguyện, nhóm."""

    YOUTH_DIGITAL = "youth_digital"
    COMMUNITY_DIGITAL = "community_digital"
    VOLUNTEER = "volunteer"
    GROUP = "group"


class ClusterKind(StrEnum):
    """Cụm or khối: both are sets of like units that compete."""

    CUM = "cum"
    KHOI = "khoi"


class TargetGroup(StrEnum):
    """The four groups of the movement's plan: officials, pupils and students, workers, residents."""

    OFFICIAL = "official"
    STUDENT = "student"
    WORKER = "worker"
    RESIDENT = "resident"


class PriorityFlag(StrEnum):
    """Why helping a person counts for more."""

    ELDERLY = "elderly"
    DISABILITY = "disability"
    MINORITY = "minority"
    POOR = "poor"
    REMOTE = "remote"


class Change(StrEnum):
    """What a write came to."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Put:
    """The answer to one thing written; a membership has neither id nor code."""

    id: UUID | None
    code: str | None
    status: Change


@dataclass(frozen=True, slots=True)
class Span:
    """Something that holds from one local day up to but not including another; None is without end."""

    value: UUID
    valid_from: date | None
    valid_to: date | None

    def covers(self, day: date) -> bool:
        """Whether it holds on that local day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )

    def meets(self, other: "Span") -> bool:
        """Whether there is a day on which both hold."""
        return _starts_before_end(self, other) and _starts_before_end(other, self)


def _starts_before_end(one: Span, other: Span) -> bool:
    return one.valid_from is None or other.valid_to is None or one.valid_from < other.valid_to
