"""The names on boards, asked for by many readers at once and fetched together."""

import time
from collections.abc import Collection, Sequence
from typing import TypeAlias
from uuid import UUID

from thidua.boards.gather import Gather
from thidua.infra import clock
from thidua.infra.database import connection
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.names import ShownName, names_at_hand, shown_names

_Asked: TypeAlias = tuple[SubjectKind, tuple[UUID, ...]]
_VERSION = "SELECT mark FROM organisation_version"
# Who withdraws a public name is an alias on every board within this time.
_VERSION_SECONDS = 0.5


class Names:
    """Shown names, and by which state of the organisation they were made."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lines: Gather[_Asked, dict[UUID, ShownName]] = Gather(self._read)
        self._versions: Gather[None, bytes] = Gather(self._read_version)
        self._version = b""
        self._checked = float("-inf")

    async def lines(self, subjects: Collection[UUID], who: SubjectKind) -> dict[UUID, ShownName]:
        """What may be shown of these subjects, all of one kind, now."""
        return await self._lines.ask((who, tuple(subjects))) if subjects else {}

    async def version(self) -> bytes:
        """Differs whenever names may differ; at most half a second old."""
        if time.monotonic() - self._checked < _VERSION_SECONDS:
            return self._version
        return await self._versions.ask(None)

    async def _read(self, asked: Sequence[_Asked]) -> list[dict[UUID, ShownName]]:
        together: dict[SubjectKind, list[UUID]] = {}
        for who, subjects in asked:
            together.setdefault(who, []).extend(subjects)
        mark, now, names = UUID(bytes=await self.version()), clock.now(), dict[UUID, ShownName]()
        for who, several in together.items():
            names |= names_at_hand(several, now, mark=mark) or await _read_names(several, who, mark)
        return [names] * len(asked)

    async def _read_version(self, asked: Sequence[None]) -> list[bytes]:
        began = time.monotonic()
        async with connection() as reading:
            self._version = (await reading.fetchval(_VERSION)).bytes
        self._checked = began
        return [self._version] * len(asked)


async def _read_names(subjects: Collection[UUID], who: SubjectKind, mark: UUID) -> dict[UUID, ShownName]:
    async with connection() as reading:
        return await shown_names(reading, subjects, clock.now(), kind=who, mark=mark)
