"""T09: a million activities scored from nothing, in minutes at most, and always to the same result."""

import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from random import Random  # noqa: TID251 -- facts are drawn from a seed, so that they can be repeated
from uuid import UUID

import pytest

from tests.builders import TENTH
from tests.support.promises import Promise
from thidua.activities.catalogue import catalogue
from thidua.engine.replay import Holders, Nets, nets_of, replay, replay_all
from thidua.scoring.model import Fact
from thidua.scoring.registry import Registry
from thidua.scoring.rulebook import parse_rulebook, shipped_text

MANY = 1_000_000
AT_ONCE = 10_000
SECONDS_MAX = 120
_TYPES = ("PUBLIC_SERVICE_CASE", "VNEID_SUPPORT", "MENTOR_SESSION", "MERCHANT_QR", "CLASS_ATTENDED")


def _registry() -> Registry:
    return Registry([parse_rulebook(shipped_text(), types=catalogue().types)])


def _facts(seed: int, count: int) -> list[Fact]:
    """Facts of a hundred people of their own, who all did something within a year."""
    chance = Random(seed)  # noqa: S311 -- facts, not secrets
    people = [UUID(int=(seed << 80) | (number << 8) | 1) for number in range(100)]
    return [_fact(chance, people, UUID(int=(seed << 96) | number)) for number in range(count)]


def _fact(chance: Random, people: list[UUID], own: UUID) -> Fact:
    code = chance.choice(_TYPES)
    attributes: dict[str, object] = {}
    if code == "MENTOR_SESSION":
        attributes = {"minutes": 45, "skill": "vneid"}
    if code == "MERCHANT_QR":
        attributes = {"merchant": f"m{chance.randrange(3 * MANY)}"}
    return Fact(
        id=own,
        type=code,
        occurred_at=TENTH - timedelta(minutes=chance.randrange(400 * 24 * 60)),
        version=1,
        actor=chance.choice(people),
        actor_kind=1,
        unit=people[0],
        team=people[1],
        team_unit=people[0],
        quantity=chance.choice((1, 1, 2)),
        attributes=attributes,
        participants=tuple((one, "mentee") for one in chance.sample(people, 2)),
        area_group=chance.choice(("mountain", "plain")),
    )


def _mark(nets: Nets) -> str:
    return sha256("\n".join(sorted(map(str, nets.items()))).encode()).hexdigest()


def _parts(count: int) -> Iterator[list[Fact]]:
    for seed in range(1, count // AT_ONCE + 1):
        yield _facts(seed, AT_ONCE)


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_facts_give_the_same_nets(seed: int) -> None:
    facts = _facts(1, 2_000)
    shuffled = list(facts)
    Random(seed).shuffle(shuffled)  # noqa: S311 -- an order, not a secret

    assert _mark(replay_all(shuffled, _registry())) == _mark(replay_all(facts, _registry()))


def test_facts_told_subject_by_subject_give_the_nets_of_all_at_once() -> None:
    facts = [*_facts(1, 1_000), *_facts(2, 1_000)]
    registry = _registry()
    holders = Holders(registry)
    for fact in facts:
        holders.note(fact)

    nets: Nets = {}
    for part in (_facts(2, 1_000), _facts(1, 1_000)):
        nets |= nets_of(replay(part, registry, holders=holders))

    assert nets == replay_all(facts, registry)


@pytest.mark.alone
@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_million_activities_are_scored_in_two_minutes(promise: Promise) -> None:
    registry = _registry()
    holders = Holders(registry)
    seconds, awards = 0.0, 0
    for facts in _parts(MANY):
        began = time.process_time()  # what else the machine does is not scoring
        for fact in facts:
            holders.note(fact)
        awards += len(nets_of(replay(facts, registry, holders=holders)))
        seconds += time.process_time() - began

    promise("T09 seconds to score a million activities", figure=round(seconds, 1), target="<= 120")
    assert awards > MANY // 2
    assert seconds <= SECONDS_MAX
