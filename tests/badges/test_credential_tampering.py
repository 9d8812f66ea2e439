"""No byte of a signed credential can be another one."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.badges.credential_builders import AT, PLACE, an_award, judged, knowing, signed
from thidua.badges.credentials.base58 import base58, unbase58
from thidua.badges.credentials.contexts import VENDORED, UnknownContextError, is_known, load
from thidua.badges.credentials.reading import shown_in
from thidua.badges.credentials.status_lists import BITS, ListFaultError, encoded, is_set
from thidua.badges.credentials.verdict import Reason, RefusedError

TEXTS = [signed().json.encode(), signed().jwt.encode()]
# Each example verifies once; the tests of the long lane try every byte.
TAMPERING = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _changed(text: bytes, place: int, other: int) -> bytes:
    """The text with one byte exchanged for another."""
    return text[:place] + bytes([other if other != text[place] else (other + 1) % 256]) + text[place + 1 :]


def _says_another_thing(text: bytes, before: bytes) -> bool:
    """Not so if the change only names another published version of the same context, or the same JSON."""
    try:
        told, was = shown_in(text), shown_in(before)
    except RefusedError:
        return True
    if told.token is not None:
        return told != was
    known = (
        all(map(is_known, told.credential["@context"]))
        if isinstance(told.credential.get("@context"), list)
        else False
    )
    return not known or {**told.credential, "@context": 0} != {**was.credential, "@context": 0}


@pytest.mark.parametrize("form", [0, 1], ids=["json", "jwt"])
@TAMPERING
@given(place=st.integers(0, 10_000), other=st.integers(0, 255))
async def test_one_byte_changed_is_never_valid(form: int, place: int, other: int) -> None:
    text = TEXTS[form]

    changed = _changed(text, place % len(text), other)

    assert not _says_another_thing(changed, text) or await judged(changed) is not Reason.GENUINE


@pytest.mark.parametrize("form", [0, 1], ids=["json", "jwt"])
@TAMPERING
@given(start=st.integers(0, 10_000), length=st.integers(1, 40), put=st.binary(max_size=8))
async def test_a_piece_cut_out_or_put_in_is_never_valid(
    form: int, start: int, length: int, put: bytes
) -> None:
    text = TEXTS[form]
    start %= len(text)

    changed = text[:start] + put + text[start + length :]

    is_same = not _says_another_thing(changed, text)
    assert is_same or await judged(changed) is not Reason.GENUINE


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("form", [0, 1], ids=["json", "jwt"])
async def test_every_byte_is_covered(form: int) -> None:
    text = TEXTS[form]
    survived = []

    for place in range(len(text)):
        for bit in (0, 1, 5):
            changed = _changed(text, place, text[place] ^ 1 << bit)
            if _says_another_thing(changed, text) and await judged(changed) is Reason.GENUINE:
                survived.append((place, changed[max(0, place - 20) : place + 20]))

    assert survived == []


@given(st.binary(max_size=80))
def test_base58_comes_back(content: bytes) -> None:
    assert unbase58(base58(content)) == content


@given(st.sets(st.integers(0, BITS - 1), max_size=30), st.integers(0, BITS - 1))
def test_a_list_says_of_each_whether_it_is_revoked(revoked: set[int], asked: int) -> None:
    letters = encoded(revoked)

    assert all(is_set(letters, one) for one in revoked)
    assert is_set(letters, asked) == (asked in revoked)


@pytest.mark.parametrize("index", [-1, BITS])
def test_a_list_says_nothing_beyond_its_end(index: int) -> None:
    with pytest.raises(ListFaultError):
        is_set(encoded([]), index)


def test_a_context_that_we_do_not_carry_is_never_fetched() -> None:
    for address in VENDORED:
        assert load(address)["documentUrl"] == address
    with pytest.raises(UnknownContextError):
        load("https://w3id.org/security/v1")


async def test_nothing_in_a_credential_names_a_person() -> None:
    award = an_award()
    told = json.loads(signed(award).json)

    assert str(award.subject) not in signed(award).json
    assert told["credentialSubject"]["id"].startswith("urn:uuid:")
    assert told["id"] == f"{PLACE.base}/credentials/{award.id}"
    assert await judged(signed(award).json.encode(), knowing(), at=AT) is Reason.GENUINE
