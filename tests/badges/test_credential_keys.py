"""The issuer's keys: made on first need, readable by nobody else, rotated without breaking old badges."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.badges.credential_builders import AT, ISSUER, PLACE, a_badge, an_award, judged, knowing
from thidua.badges.credentials.addresses import here
from thidua.badges.credentials.did import (
    did_document,
    jwks,
    key_of_jwk,
    key_of_multikey,
    keys_in,
    multikey,
    public_jwk,
)
from thidua.badges.credentials.issuing import sign
from thidua.badges.credentials.keys import forget, issuer_keys, key_id, rotate
from thidua.badges.credentials.verdict import Reason
from thidua.cli.keys import command
from thidua.infra.key_box import boxed, unboxed
from thidua.infra.settings import read_settings, settings


def test_keys_are_made_once_and_only_we_may_read_them(tmp_path: Path) -> None:
    first, again = issuer_keys(tmp_path), issuer_keys(tmp_path)

    assert [key_id(one) for one in first.public] == [key_id(one) for one in again.public]
    assert {oct(file.stat().st_mode & 0o777) for file in (tmp_path / "keys").glob("badges-*")} == {"0o600"}
    assert oct((tmp_path / "keys").stat().st_mode & 0o777) == "0o700"


async def test_badges_of_before_a_rotation_stay_valid(tmp_path: Path) -> None:
    before = issuer_keys(tmp_path)
    old = sign(an_award(), a_badge(), ISSUER, before, AT)

    after = rotate(tmp_path)
    new = sign(an_award(), a_badge(), ISSUER, after, AT)

    known = knowing(by=after)
    texts = [one.encode() for one in (old.json, old.jwt, new.json, new.jwt)]
    assert {await judged(text, known) for text in texts} == {Reason.GENUINE}
    assert await judged(new.jwt.encode(), knowing(by=before)) is Reason.WRONG_KEY
    assert not {key_id(one) for one in before.public} & {key_id(one) for one in after.public[:2]}


async def test_a_key_that_is_forgotten_makes_nothing_valid(tmp_path: Path) -> None:
    old = issuer_keys(tmp_path)
    text = sign(an_award(), a_badge(), ISSUER, old, AT).jwt.encode()
    rotate(tmp_path)

    assert not forget(tmp_path, "p256-0000000000000000")
    assert not forget(tmp_path, key_id(issuer_keys(tmp_path).public[0]))
    assert forget(tmp_path, key_id(old.public[0]))

    assert await judged(text, knowing(by=issuer_keys(tmp_path))) is Reason.WRONG_KEY


def test_the_document_names_every_key_that_ever_signed(tmp_path: Path) -> None:
    ever = {key_id(one) for one in issuer_keys(tmp_path).public}
    for _ in range(3):
        ever |= {key_id(one) for one in rotate(tmp_path).public}

    told = did_document(PLACE.did, issuer_keys(tmp_path))

    assert {one.partition("#")[2] for one in told["assertionMethod"]} == ever
    assert {one["kid"].partition("#")[2] for one in jwks(PLACE.did, issuer_keys(tmp_path))["keys"]} == ever
    assert len(ever) == 8
    assert "PRIVATE" not in "".join(one.read_text() for one in (tmp_path / "keys").glob("badges-old-*"))


def test_a_key_comes_back_from_both_ways_to_write_it(tmp_path: Path) -> None:
    keys = issuer_keys(tmp_path)

    for key in keys.public:
        assert key_of_multikey(multikey(key)) == key
        assert key_of_jwk(public_jwk(PLACE.did, key)) == key
    assert list(keys_in(did_document(PLACE.did, keys), PLACE.did).values()) == list(keys.public)
    assert keys_in(did_document(PLACE.did, keys), "did:web:evil.vn") == {}


@pytest.mark.parametrize("letters", ["", "z", "x6Mk", "z6Mk", "z0", "zz" * 99])
def test_letters_that_are_no_key_are_refused(letters: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        key_of_multikey(letters)


@pytest.mark.parametrize(
    "jwk", [{}, {"kty": "EC"}, {"kty": "oct", "k": "AA"}, {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}]
)
def test_what_is_no_key_of_a_known_kind_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        key_of_jwk(jwk)


def test_a_backup_holds_the_keys_encrypted_and_all_of_them(tmp_path: Path) -> None:
    rotate(tmp_path)
    names = {file.name for file in (tmp_path / "keys").glob("badges-*")}

    box = boxed(tmp_path / "keys", "cầu vồng")

    assert box is not None
    assert b"PRIVATE KEY" not in box
    assert set(unboxed(box, "cầu vồng")) == names
    assert len(names) == 5


def test_the_command_rotates_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIDUA_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    before = issuer_keys(tmp_path)

    said = CliRunner().invoke(command, ["rotate"])

    settings.cache_clear()
    assert said.exit_code == 0
    assert key_id(issuer_keys(tmp_path).public[0]) in said.output
    assert key_id(before.public[0]) not in said.output
    assert len(issuer_keys(tmp_path).old) == 2


@pytest.mark.parametrize(
    ("environ", "did"),
    [
        ({}, "did:web:127.0.0.1%3A8000"),
        ({"THIDUA_PORT": "80"}, "did:web:127.0.0.1%3A80"),
        ({"THIDUA_HOST": "0.0.0.0"}, "did:web:127.0.0.1%3A8000"),  # noqa: S104 -- compared with
        ({"THIDUA_PUBLIC_URL": "https://thidua.vn/"}, "did:web:thidua.vn"),
        ({"THIDUA_PUBLIC_URL": "https://thidua.vn:8443"}, "did:web:thidua.vn%3A8443"),
    ],
)
def test_the_issuer_is_named_after_where_it_is(environ: dict[str, str], did: str) -> None:
    assert here(read_settings(environ)).did == did


def test_two_that_need_keys_at_once_get_the_same(tmp_path: Path) -> None:
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writable, json.dumps([key_id(one) for one in issuer_keys(tmp_path).public]).encode())
        os._exit(0)
    mine = [key_id(one) for one in issuer_keys(tmp_path).public]
    os.waitpid(child, 0)

    assert json.loads(os.read(readable, 10_000)) == mine


def test_two_who_rotate_at_once_lose_no_key(tmp_path: Path) -> None:
    signed = [key_id(one) for one in issuer_keys(tmp_path).public]

    with ThreadPoolExecutor(8) as several:
        for after in several.map(lambda _: rotate(tmp_path), range(24)):
            signed += [key_id(one) for one in after.public[:2]]

    assert set(signed) == {key_id(one) for one in issuer_keys(tmp_path).public}
    assert len(set(signed)) == 2 * 25
