"""How many badges one core signs and bakes into their pictures, once the artwork is drawn."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256

from thidua.badges.baking import bake_png, unbake_png
from thidua.badges.catalogue import catalogue
from thidua.badges.credentials.addresses import Place
from thidua.badges.credentials.document import Issuer
from thidua.badges.credentials.issuing import sign
from thidua.badges.credentials.keys import IssuerKeys, issuer_keys
from thidua.badges.definitions import Badge
from thidua.badges.model import Award, AwardState
from thidua.badges.pictures import picture
from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.sizes import Sizes
from thidua.infra.clock import now

_ACCEPT = _GOAL = 55.0
_PICTURES, _PICTURES_QUICK = 1_000, 50
_ISSUER = Issuer(Place("https://thidua.example.vn"), "thidua")


def figures(_ground: Ground, sizes: Sizes, _names: Collection[str]) -> Iterator[Figure]:
    """Signed both ways and baked; the limit is making the two signatures of bytes that are ready."""
    count, badge, at = _PICTURES_QUICK if sizes.is_quick else _PICTURES, _some_badge(), now()
    with TemporaryDirectory() as folder:
        keys = issuer_keys(Path(folder))
        _made(badge, keys, 3, at)
        began = process_time()
        baked, signed = _made(badge, keys, count, at)
        seconds = process_time() - began
        limit = _bare(keys, count)
    yield Figure(
        name="badges",
        figure=count / seconds,
        unit="signed baked pictures/s of one core",
        limit=limit,
        limit_is="the two signatures alone",
        accept=_ACCEPT,
        goal=_GOAL,
        members=0,
        seed=sizes.seed,
        is_quick=sizes.is_quick,
        items=count,
        cpu_us_per_item={"badge": seconds * 1e6 / count},
        faults=() if unbake_png(baked) == signed else ("the picture does not hold what was signed",),
        more={"bytes": len(baked)},
    )


def _some_badge() -> Badge:
    return next(iter(catalogue().badges.values()))


def _made(badge: Badge, keys: IssuerKeys, count: int, at: datetime) -> tuple[bytes, str]:
    """The last picture and the credential in it."""
    award, baked, text = _award(badge, at), b"", ""
    for _ in range(count):
        text = sign(replace(award, id=uuid4(), subject=uuid4()), badge, _ISSUER, keys, at).json
        baked = bake_png(picture.png(badge, year=at.year), text)
    return baked, text


def _award(badge: Badge, at: datetime) -> Award:
    return Award(
        id=uuid4(),
        badge=badge.slug,
        version=badge.version,
        subject=uuid4(),
        subject_kind=badge.subject,
        window="ever",
        earned_at=at,
        awarded_at=at,
        expires_at=badge.expires_at(at),
        state=AwardState.ACTIVE,
        revoked_at=None,
        reason="",
        by="rule",
        note="",
        have=badge.criterion.need,
        need=badge.criterion.need,
        list_number=1,
        list_index=94_567,
    )


def _bare(keys: IssuerKeys, count: int) -> float:
    began = process_time()
    for number in range(count):
        message = number.to_bytes(64)
        keys.ed25519.sign(message)
        keys.p256.sign(message, ECDSA(SHA256()))
    return count / (process_time() - began)
