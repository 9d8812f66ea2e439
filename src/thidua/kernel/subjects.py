"""The four kinds of subject that can earn points."""

from enum import IntEnum


class SubjectKind(IntEnum):
    """Who can earn points; the number is what tables store."""

    PERSON = 1
    TEAM = 2
    UNIT = 3
    HOUSEHOLD = 4

    @property
    def word(self) -> str:
        """The kind as the API writes it: person, team, unit, household."""
        return self.name.lower()
