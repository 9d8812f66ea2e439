"""How large the benchmarks are: the sizes that count, and small ones that show that all of it works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many of everything, and for how long."""

    is_quick: bool
    intake_members: int
    board_members: int
    batch: int
    batch_warm: int
    batch_activities: int
    earning_rounds: int
    single_warm: int
    single_activities: int
    raw_activities: int
    warm_seconds: float
    seconds: float
    growth_members: int
    growth_entries: tuple[int, int]
    growth_rounds: int
    growth_quiet_seconds: float
    growth_warm: int
    growth_measured: int
    checked: int
    festival_members: int
    festival_readers: int
    streams: int
    streams_many: int
    streams_seconds: float
    seed: int


def sizes(*, is_quick: bool, seed: int) -> Sizes:
    """The sizes of a real run, or of a quick one."""
    return _quick(seed) if is_quick else _real(seed)


def _real(seed: int) -> Sizes:
    return Sizes(
        is_quick=False,
        intake_members=21_000,
        board_members=1_000_000,
        batch=500,
        batch_warm=100_000,
        batch_activities=500_000,
        earning_rounds=2,
        single_warm=10_000,
        single_activities=120_000,
        raw_activities=100_000,
        warm_seconds=4.0,
        seconds=15.0,
        growth_members=6_000,
        growth_entries=(10_000, 1_000_000),
        growth_rounds=5,
        growth_quiet_seconds=25.0,
        growth_warm=10_000,
        growth_measured=25_000,
        checked=200,
        festival_members=100_000,
        festival_readers=100,
        streams=500,
        streams_many=2_000,
        streams_seconds=20.0,
        seed=seed,
    )


def _quick(seed: int) -> Sizes:
    return Sizes(
        is_quick=True,
        intake_members=1_000,
        board_members=3_000,
        batch=50,
        batch_warm=200,
        batch_activities=3_000,
        earning_rounds=1,
        single_warm=20,
        single_activities=600,
        raw_activities=500,
        warm_seconds=0.2,
        seconds=0.5,
        growth_members=300,
        growth_entries=(200, 1_500),
        growth_rounds=1,
        growth_quiet_seconds=0.1,
        growth_warm=100,
        growth_measured=200,
        checked=20,
        festival_members=1_200,
        festival_readers=20,
        streams=20,
        streams_many=60,
        streams_seconds=1.0,
        seed=seed,
    )
