"""Who holds which key before and after a change, and whose activities that touches (9, 23)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from thidua.engine.buckets import Bucket
from thidua.engine.changes import Effect
from thidua.engine.locks import Claiming, RuleKey
from thidua.infra.database import Connection
from thidua.ledger import queries
from thidua.ledger.actions import Claim
from thidua.ledger.queries import ClaimRow
from thidua.scoring.evaluate import eligible
from thidua.scoring.keys import keys_of
from thidua.scoring.model import Fact


class Holding:
    """The claims that come and go, the number of keys each activity holds, and the activities touched."""

    def __init__(self, claiming: Sequence[Claiming], standing: dict[RuleKey, list[ClaimRow]]) -> None:
        """Work out who holds every key now; `standing` lists each key's first claims before the change."""
        self.claimed = [_row(claim) for claim in claiming if claim.change.effect is Effect.COMES]
        self.released = [_row(claim) for claim in claiming if claim.change.effect is Effect.GOES]
        # rule name -> activity -> keys held at present
        self.held: dict[str, dict[UUID, int]] = {}
        self.touched: list[tuple[UUID, str, UUID]] = []
        by_key: dict[RuleKey, list[Claiming]] = {}
        for claim in claiming:
            if claim.rule.once_per is not None:
                by_key.setdefault((claim.rule.name, claim.key), []).append(claim)
        for key, claims in by_key.items():
            self._shift(key[0], claims, standing.get(key, []))

    def _shift(self, family: str, claims: Sequence[Claiming], before: Sequence[ClaimRow]) -> None:
        going = {claim.change.fact.id for claim in claims if claim.change.effect is Effect.GOES}
        coming = [claim.change.fact for claim in claims if claim.change.effect is Effect.COMES]
        staying = [row for row in before if row.activity not in going]
        orders: list[tuple[datetime, UUID]] = [
            *(row.order for row in staying),
            *(fact.order for fact in coming),
        ]
        holder = min(orders)[1] if orders else None
        if holder is not None:
            held = self.held.setdefault(family, {})
            held[holder] = held.get(holder, 0) + 1
        changed = going | {fact.id for fact in coming}
        cause = min(claims, key=lambda claim: claim.change.fact.order).change.act
        former = before[0].activity if before else None
        if former != holder:
            self.touched += [
                (one, family, cause) for one in (former, holder) if one is not None and one not in changed
            ]

    async def look_up(self, connection: Connection, buckets: Sequence[Bucket]) -> None:
        """Count the keys held by every fact of the reloaded buckets, from the claims as they now stand."""
        asked: list[tuple[str, UUID, int]] = []
        for bucket in buckets:
            family = bucket.family.name
            for fact in bucket.facts or ():
                asked += [(family, key, 1) for key in _keys(bucket, fact)]
        found = await queries.first_claims(connection, sorted(set(asked)))
        holders = {place: rows[0].activity for place, rows in found.items() if rows}
        for bucket in buckets:
            family = bucket.family.name
            for fact in bucket.facts or ():
                keys = _keys(bucket, fact)
                count = sum(holders.get((family, key)) == fact.id for key in keys)
                self.held.setdefault(family, {})[fact.id] = count


def _keys(bucket: Bucket, fact: Fact) -> tuple[UUID, ...]:
    rule = bucket.family.rules.get(fact.version)
    if rule is None or rule.once_per is None or eligible(rule, fact) is not None:
        return ()
    return keys_of(rule.name, rule.once_per, fact, bucket.subject)


def _row(claim: Claiming) -> Claim:
    fact = claim.change.fact
    return (claim.rule.name, claim.key, fact.occurred_at, fact.id, claim.subject)
