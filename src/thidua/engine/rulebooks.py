"""Rulebooks as published and kept at hand: immutable, numbered, in force from a local midnight (15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

from thidua.activities.catalogue import catalogue
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import ConflictError, DomainError
from thidua.kernel.period import local_day, midnight_of
from thidua.ledger import actions, queries
from thidua.ledger.queries import PublishedRulebook
from thidua.scoring.model import Rule, Rulebook
from thidua.scoring.registry import Registry, version_at
from thidua.scoring.rulebook import parse_rulebook

NOTICE = timedelta(hours=24)
# A version comes into force a day after its publication at the earliest, so looking once an hour misses none.
_LOOK_AGAIN = timedelta(hours=1)
_PUBLISHING = 0x7275_6C65  # "rule": one publication at a time


class NotMidnightError(DomainError):
    """A rulebook comes into force at a local midnight."""

    code = "not_a_local_midnight"


class TooSoonError(DomainError):
    """A rulebook comes into force 24 hours after its publication at the earliest."""

    code = "in_force_too_soon"


class VersionTakenError(ConflictError):
    """A rulebook of this number is already published; published versions never change."""

    code = "version_taken"


class FirstVersionTakenError(VersionTakenError):
    """The same of the version that has always been in force."""

    code = "first_version_taken"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The published rulebooks, ready for scoring, as they stood at `read_at`."""

    registry: Registry
    in_force: Sequence[tuple[int, datetime | None]]
    read_at: datetime

    def rules_at(self, at: datetime) -> Mapping[str, Rule]:
        """Return the rules of the version in force at the moment, by name; none where none is published."""
        if not self.in_force:
            return {}
        return self.registry.rulebooks[version_at(at, self.in_force)].rules


class _Kept:
    """The shelf this process has at hand."""

    shelf: Shelf | None = None


@cache
def _kept() -> _Kept:
    return _Kept()


async def shelf(connection: Connection, *, at: datetime) -> Shelf:
    """Return the published rulebooks, read again once an hour."""
    kept = _kept()
    if kept.shelf is None or abs(at - kept.shelf.read_at) >= _LOOK_AGAIN:
        kept.shelf = shelf_of(await queries.rulebooks(connection), at=at)
    return kept.shelf


def forget() -> None:
    """Read the rulebooks again when they are next needed."""
    _kept().shelf = None


def shelf_of(published: Sequence[PublishedRulebook], *, at: datetime) -> Shelf:
    """Return the rulebooks parsed, each checked against those before it."""
    books: list[Rulebook] = []
    for row in published:
        books.append(parse_rulebook(row.toml, types=catalogue().types, previous=tuple(books)))
    return Shelf(Registry(books), [(row.version, row.in_force_from) for row in published], at)


async def publish(toml: str, *, in_force_from: datetime | None, at: datetime) -> Rulebook:
    """Check the rulebook and publish it for good, in force from that local midnight on.

    None means it has always been in force: for the first version of an empty instance only.
    """
    async with transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _PUBLISHING)
        published = await queries.rulebooks(connection)
        book = next_after(published, toml, at=at)
        _refuse(in_force_from, is_first=not published, at=at)
        await actions.publish_rulebook(
            connection,
            version=book.version,
            name=book.name,
            toml=toml,
            digest=sha256(toml.encode()).digest(),
            published_at=at,
            in_force_from=in_force_from,
        )
    forget()
    return book


async def publish_first(toml: str, *, at: datetime) -> None:
    """Publish this rulebook where none is published yet; it has always been in force."""
    async with transaction() as connection:
        if await queries.rulebooks(connection):
            return
    await publish(toml, in_force_from=None, at=at)


def next_after(published: Sequence[PublishedRulebook], toml: str, *, at: datetime) -> Rulebook:
    """Return the rulebook of the text, which could be published after those; refuse it otherwise."""
    book = parse_rulebook(toml, types=catalogue().types)
    for row in published:
        if row.version == book.version:
            _refuse_taken(row)
    previous = tuple(shelf_of(published, at=at).registry.rulebooks.values())
    return parse_rulebook(toml, types=catalogue().types, previous=previous)


def _refuse_taken(row: PublishedRulebook) -> None:
    if row.in_force_from is None:
        raise FirstVersionTakenError(version=row.version)
    raise VersionTakenError(version=row.version, in_force_from=row.in_force_from)


def _refuse(in_force_from: datetime | None, *, is_first: bool, at: datetime) -> None:
    if in_force_from is None:
        if not is_first:
            raise TooSoonError(earliest=earliest_from(at))
        return
    if midnight_of(local_day(in_force_from)) != in_force_from.astimezone(UTC):
        raise NotMidnightError(nearest=midnight_of(local_day(in_force_from)))
    if in_force_from < at + NOTICE:
        raise TooSoonError(earliest=earliest_from(at))


def earliest_from(at: datetime) -> datetime:
    """Return the first local midnight that gives 24 hours' notice."""
    midnight = midnight_of(local_day(at + NOTICE))
    return midnight if midnight >= at + NOTICE else midnight_of(local_day(at + NOTICE) + timedelta(days=1))
