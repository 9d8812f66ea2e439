"""A long history for boards: one award or two for everybody, as entries and tallies without activities."""

import asyncpg

from thidua.kernel.period import Period

_ENTRIES = """
INSERT INTO ledger_entry (subject, subject_kind, team, unit, category, rule, rulebook_version, points, units,
    activity, act, kind, occurred_at, posted_at, sentence, params, hash)
SELECT made.person, 1, made.team, made.unit, made.category, 'bench', 1, made.points, 1, made.activity,
    made.activity, 1, made.occurred_at, made.occurred_at, 'manual', '{}', sha256(uuid_send(made.activity))
FROM (
    SELECT m.person, m.team, h.unit, uuidv7() AS activity,
        (ARRAY['mentoring', 'learning', 'teaching', 'service', 'market'])[1 + floor(random() * 5)::int]
            AS category,
        1 + floor(power(random(), 3) * 2000)::int AS points,
        date_trunc('second', $1::timestamptz + random() * ($2::timestamptz - $1::timestamptz)) AS occurred_at
    FROM membership m JOIN person_home h ON h.person = m.person
    WHERE random() < $3
) made
"""
_TALLIES = """
INSERT INTO tally (subject, subject_kind, team, unit, festival, day, category, points, last_at)
SELECT subject, subject_kind, team, unit, festival, (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
    category, sum(points), max(occurred_at)
FROM ledger_entry GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_SEALED = "SELECT coalesce((SELECT last_entry FROM ledger_seal ORDER BY block DESC LIMIT 1), 0)"
_A_FIFTH = 0.2


async def seed_standing(url: str, *, period: Period, before: Period, until: object, seed: int) -> int:
    """Give everybody one award in the period, and a fifth one in the period before; return the entries."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT setseed($1)", 1 / (1 + seed))
        await connection.execute(_ENTRIES, before.starts_at, before.ends_at, _A_FIFTH)
        await connection.execute(_ENTRIES, period.starts_at, until, 1.0)
        await connection.execute(_TALLIES)
        await connection.execute("VACUUM ANALYZE")
        count: int = await connection.fetchval("SELECT count(*) FROM ledger_entry")
    finally:
        await connection.close()
    return count


async def is_sealed(url: str) -> bool:
    """Whether sealing has caught up with everything, so that it works no longer beside what is measured."""
    connection = await asyncpg.connect(url)
    try:
        last = await connection.fetchval("SELECT max(id) FROM ledger_entry")
        return bool(await connection.fetchval(_SEALED) >= last)
    finally:
        await connection.close()
