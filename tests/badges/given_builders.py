"""Badges about to be given by hand, for tests to which it does not matter which."""

from uuid import UUID

from thidua.badges.actions import NewAward
from thidua.badges.catalogue import catalogue
from thidua.infra.clock import now


def by_hand(person: UUID, *, note: str) -> NewAward:
    """A badge of the person's that somebody gives with these words."""
    badge = catalogue().badges["an-toan-so"]
    return NewAward(
        badge=badge.slug,
        version=badge.version,
        fingerprint=badge.fingerprint,
        subject=person,
        subject_kind=badge.subject,
        window="ever",
        earned_at=now(),
        expires_at=None,
        have=0,
        need=0,
        by="account:x",
        note=note,
    )
