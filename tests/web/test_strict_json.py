"""Strict JSON: what is accepted equals what any reader understands, and nothing comes twice."""

import json
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thidua.web.api.activity_bodies import ActivityBody, keys_of, reports_of
from thidua.web.api.intake import intake_of
from thidua.web.problems import ProblemError
from thidua.web.strict_json import TooManyValuesError, canonical, decode_body, decoder_of, gathered

AT = datetime(2026, 11, 1, tzinfo=UTC)
_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), _texts)
_documents = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=20,
)
_spaces = st.sampled_from(["", " ", "\n", "\t", " \r\n"])


def _nfc(value: object) -> object:
    return json.loads(unicodedata.normalize("NFC", json.dumps(value, ensure_ascii=False)))


@contextmanager
def unless_keys_meet_in_nfc(value: object) -> Iterator[None]:
    """Keys that differ only before normalisation are a duplicate, and rightly refused."""
    if _keys(_nfc(value)) == _keys(value):
        yield
        return
    with pytest.raises(ProblemError, match="duplicate_keys"):
        yield


def refusal(body: bytes) -> int | None:
    try:
        decode_body(body, decoder_of(object))
    except ProblemError as error:
        return error.problem.status
    return None


@st.composite
def written(draw: st.DrawFn, documents: st.SearchStrategy[Any] = _documents) -> tuple[Any, bytes]:
    """A document and one of the many ways to write it."""
    value = draw(documents)
    indent, ascii_only = draw(st.sampled_from([None, 0, 2])), draw(st.booleans())
    separators = (draw(_spaces) + "," + draw(_spaces), draw(_spaces) + ":" + draw(_spaces))
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only, separators=separators)
    return value, text.encode()


@given(written())
def test_an_accepted_document_equals_what_the_standard_library_reads(case: tuple[Any, bytes]) -> None:
    value, body = case

    with unless_keys_meet_in_nfc(value):
        assert decode_body(body, decoder_of(object)) == _nfc(value)


@given(st.dictionaries(_texts, _scalars, min_size=1, max_size=5), st.data())
def test_a_key_that_comes_twice_is_always_found(document: dict[str, Any], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(sorted(document)))
    ascii_only, colon = data.draw(st.booleans()), data.draw(st.sampled_from([":", " :", ": ", "\n:\t"]))
    pairs = [*document.items(), (again, data.draw(_scalars))]
    order = data.draw(st.permutations(pairs))
    told = ",".join(json.dumps(k, ensure_ascii=ascii_only) + colon + json.dumps(v) for k, v in order)

    with pytest.raises(ProblemError) as refused:
        canonical(f'{{"x":[{{{told}}}]}}'.encode())

    assert refused.value.problem.code == "duplicate_keys"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_never_a_surprise(text: str) -> None:
    assert refusal(text.encode("utf-8", "surrogatepass")) in {None, 400, 422}


_ITEM: dict[str, Any] = {
    "id": "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c05",
    "type": "MENTOR_SESSION",
    "occurred_at": "2026-10-10T09:00:00+07:00",
    "actor": "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c01",
}
_OPTIONAL = st.fixed_dictionaries(
    {},
    optional={
        "participants": st.lists(
            st.fixed_dictionaries(
                {"subject": st.uuids().map(str), "role": st.sampled_from(["mentee", "learner", "witness"])}
            ),
            max_size=3,
        ),
        "team": st.none() | st.uuids().map(str),
        "unit": st.none(),
        "quantity": st.integers(1, 10_000),
        "attributes": st.dictionaries(_texts, _scalars | st.lists(_scalars, max_size=3), max_size=4),
        "evidence": st.lists(st.dictionaries(_texts, _scalars, max_size=3), max_size=2),
        "verified": st.booleans(),
        "replaces": st.none() | st.uuids().map(str),
    },
)
_items = _OPTIONAL.map(lambda more: _ITEM | more)


@given(_items)
def test_the_keys_of_an_activity_are_counted_right(item: dict[str, Any]) -> None:
    body = msgspec.json.decode(msgspec.json.encode(item), type=ActivityBody)

    assert keys_of(body) == _keys(item)


@given(_items, st.data())
def test_however_it_is_written_an_activity_has_one_fingerprint(
    item: dict[str, Any], data: st.DataObject
) -> None:
    shuffled = dict(data.draw(st.permutations(list(item.items()))))
    indent, ascii_only = data.draw(st.sampled_from([None, 1])), data.draw(st.booleans())
    bodies = [
        json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode(),
        json.dumps(shuffled, indent=indent, ensure_ascii=ascii_only).encode(),
        json.dumps({"team": None, "replaces": None, "quantity": 1} | shuffled).encode(),
    ]

    with unless_keys_meet_in_nfc(item):
        assert len({fingerprint(body) for body in bodies}) == 1


@given(_items, st.integers(2, 10_000))
def test_another_content_has_another_fingerprint(item: dict[str, Any], quantity: int) -> None:
    other = item | {"quantity": 1 if item.get("quantity") == quantity else quantity}

    with unless_keys_meet_in_nfc(item):
        assert fingerprint(json.dumps(item).encode()) != fingerprint(json.dumps(other).encode())


def fingerprint(body: bytes) -> bytes:
    read = intake_of(body, at=AT)
    assert read.errors == []
    [report] = reports_of(read.bodies, source="s", units={})
    return report.fingerprint


def _keys(value: object) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


@pytest.mark.parametrize("body", [b"[" + b"1," * 500_000 + b"1]", b'{"a":' * 500_000, b"[{}" * 250_000])
async def test_a_body_of_too_many_values_is_refused_before_it_is_read(body: bytes) -> None:
    pieces = in_pieces(body)

    with pytest.raises(TooManyValuesError):
        await gathered(pieces)

    assert await anext(pieces), "it was not read to its end"


@pytest.mark.parametrize("text", ["a", '\\"', "ế"])
def test_a_text_of_megabytes_is_refused_by_its_place(text: str) -> None:
    body = f'{{"attributes":{{"note":"{text * 100_001}"}}}}'.encode()

    with pytest.raises(ProblemError) as refused:
        canonical(body)

    [fault] = refused.value.problem.errors
    assert (fault.field, fault.code, fault.facts) == ("attributes.note", "too_long", {"maximum": 100_000})


async def test_the_largest_batch_with_much_evidence_is_read() -> None:
    evidence = [{"kind": "link", "url": f"https://example.vn/anh-{n}", "note": "một, hai"} for n in range(10)]
    one = {"type": "MENTOR_SESSION", "attributes": {"minutes": 45}, "evidence": evidence}

    body = json.dumps({"activities": [one] * 1_000}, ensure_ascii=False).encode()

    assert canonical(await gathered(in_pieces(body)))
