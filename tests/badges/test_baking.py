"""Credentials in pictures: what is baked in comes out again, once, and survives what we do to pictures."""

import io
import json
import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from thidua.badges.baking import (
    CREDENTIAL_BYTES_MAX,
    PICTURE_BYTES_MAX,
    bake_png,
    bake_svg,
    resave,
    unbake,
    unbake_png,
    unbake_svg,
)
from thidua.badges.baking_errors import (
    CredentialTooLargeError,
    CredentialUnreadableError,
    NoCredentialError,
    NotABadgePictureError,
    OlderBadgeError,
    PictureBrokenError,
    PictureTooLargeError,
    SeveralCredentialsError,
    UnbakingError,
)
from thidua.badges.catalogue import catalogue
from thidua.badges.pictures.picture import png, svg
from thidua.paths import PACKAGE

BADGE = catalogue().badges["dai-su-so"]
PNG, SVG = png(BADGE, year=2026, size=64), svg(BADGE, year=2026, size=64)
JWS = "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl"
DOCUMENT = json.dumps({"name": "Đại sứ số", "proof": {"cryptosuite": "eddsa-rdfc-2022"}}, ensure_ascii=False)
# What XML can carry: no control letters but tab and line feed, no halves of pairs.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n"), max_size=300)


def chunk(kind: bytes, held: bytes) -> bytes:
    return len(held).to_bytes(4) + kind + held + zlib.crc32(kind + held).to_bytes(4)


def with_chunk(kind: bytes, held: bytes) -> bytes:
    return PNG[:33] + chunk(kind, held) + PNG[33:]


@given(credential=WORDS.filter(bool))
def test_what_is_baked_into_a_png_comes_out_again(credential: str) -> None:
    baked = bake_png(PNG, credential)

    assert unbake_png(baked) == unbake(baked) == credential
    assert bake_png(bake_png(PNG, "another"), credential) == baked


@given(claims=st.dictionaries(WORDS, WORDS, max_size=4))
def test_a_document_baked_into_an_svg_comes_out_again(claims: dict[str, str]) -> None:
    document = json.dumps(claims, ensure_ascii=False)

    baked = bake_svg(SVG, document)

    assert json.loads(unbake_svg(baked.encode())) == claims
    assert bake_svg(bake_svg(SVG, JWS), document) == baked


def test_the_chunk_is_one_uncompressed_international_text_and_the_picture_stays_as_it_was() -> None:
    baked = bake_png(PNG, JWS)

    assert baked.count(b"openbadgecredential") == 1
    assert b"iTXtopenbadgecredential\0\0\0\0\0" + JWS.encode() in baked
    image = Image.open(io.BytesIO(baked))
    assert image.tobytes() == Image.open(io.BytesIO(PNG)).tobytes()
    assert image.info["openbadgecredential"] == JWS


def test_a_token_stands_in_an_attribute_of_the_svg_and_a_document_between_the_tags() -> None:
    assert f'verify="{JWS}"' in bake_svg(SVG, JWS)
    assert unbake(bake_svg(SVG, JWS).encode()) == JWS
    assert f"<![CDATA[{DOCUMENT}]]>" in bake_svg(SVG, DOCUMENT)
    assert 'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"' in bake_svg(SVG, DOCUMENT)


def test_saving_a_picture_again_loses_its_credential_unless_we_save_it() -> None:
    baked = bake_png(PNG, DOCUMENT)
    image = Image.open(io.BytesIO(baked)).resize((32, 32))
    out = io.BytesIO()
    image.save(out, "PNG")

    saved = resave(baked, image)

    with pytest.raises(NoCredentialError):
        unbake_png(out.getvalue())
    assert unbake_png(saved) == DOCUMENT
    assert Image.open(io.BytesIO(saved)).size == (32, 32)
    assert unbake_png(resave(bake_svg(SVG, JWS).encode(), image)) == JWS


@pytest.mark.parametrize("before", [PNG, SVG.encode(), b"\xff\xd8\xff a photograph"])
def test_a_picture_without_a_credential_is_saved_without_one(before: bytes) -> None:
    with pytest.raises(NoCredentialError):
        unbake_png(resave(before, Image.new("RGB", (8, 8))))


def test_only_what_draws_and_bakes_badges_touches_pictures() -> None:
    """Whoever saves a picture elsewhere must keep its credential: let it call `resave` and stand here."""
    known = {"badges/baking.py", "badges/pictures"}
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "from PIL" in path.read_text()
    }

    assert [name for name in users if not any(name.startswith(one) for one in known)] == []


BOMB = zlib.compress(b"a" * 50_000_000, 9)
BEGUN = b"openbadgecredential\0"
LONG = b"a" * (CREDENTIAL_BYTES_MAX + 1)
ELEMENT = re.search("<openbadges.*</openbadges:credential>", bake_svg(SVG, JWS))
assert ELEMENT is not None
TWICE = bake_svg(SVG, JWS).replace("</svg>", ELEMENT[0] + "</svg>")
ANOTHER = chunk(b"iTXt", BEGUN + b"\0\0\0\0x")
BROKEN = [
    ("no picture", b"GIF89a", NotABadgePictureError),
    ("nothing", b"", NotABadgePictureError),
    ("no chunk", PNG, NoCredentialError),
    ("two chunks", bake_png(PNG, JWS)[:-12] + ANOTHER + PNG[-12:], SeveralCredentialsError),
    ("bomb", with_chunk(b"iTXt", BEGUN + b"\1\0\0\0" + BOMB), CredentialTooLargeError),
    (
        "too long",
        with_chunk(b"iTXt", BEGUN + b"\0\0\0\0" + b"a" * (CREDENTIAL_BYTES_MAX + 1)),
        CredentialTooLargeError,
    ),
    ("not packed", with_chunk(b"iTXt", BEGUN + b"\1\0\0\0hello"), CredentialUnreadableError),
    ("not utf-8", with_chunk(b"iTXt", BEGUN + b"\0\0\0\0\xff\xfe"), CredentialUnreadableError),
    ("wrong kind", with_chunk(b"tEXt", BEGUN + JWS.encode()), PictureBrokenError),
    ("wrong checksum", bake_png(PNG, JWS).replace(b"eyJhbGci", b"eyJhbGcj"), PictureBrokenError),
    ("older", with_chunk(b"iTXt", b"openbadges\0\0\0\0\0{}"), OlderBadgeError),
    ("cut off", bake_png(PNG, JWS)[:-20], PictureBrokenError),
    ("a length of 4 GB", PNG[:33] + b"\xff\xff\xff\xff" + PNG[37:], PictureBrokenError),
    ("too large", PNG + b"\0" * PICTURE_BYTES_MAX, PictureTooLargeError),
    ("no svg", b"<html></html>", NotABadgePictureError),
    ("no xml", b"<svg", PictureBrokenError),
    ("svg without", SVG.encode(), NoCredentialError),
    (
        "entities",
        b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>' + bake_svg(SVG, JWS).encode(),
        PictureBrokenError,
    ),
    (
        "token and document",
        bake_svg(SVG, JWS).replace("></openbadges", ">{}</openbadges").encode(),
        SeveralCredentialsError,
    ),
    ("two in one svg", TWICE.encode(), SeveralCredentialsError),
]


@pytest.mark.parametrize(
    ("content", "reason"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_each_way_to_carry_no_credential_has_its_own_reason(
    content: bytes, reason: type[UnbakingError]
) -> None:
    with pytest.raises(UnbakingError) as told:
        unbake(content)

    assert type(told.value) is reason


@given(cut=st.integers(0, 500), noise=st.binary(max_size=40))
def test_no_bytes_make_the_reader_stumble(cut: int, noise: bytes) -> None:
    baked = bake_png(PNG, JWS)
    for content in (baked[:cut] + noise + baked[cut:], baked[:cut] + noise, noise):
        try:
            unbake(content)
        except UnbakingError as error:
            assert error.code  # noqa: PT017 -- any of ours will do


def test_the_doctype_that_drawing_programs_write_is_no_reason_to_refuse(tmp_path: Path) -> None:
    doctype = (
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    file = tmp_path / "badge.svg"
    file.write_text("<?xml version='1.0'?>" + doctype + bake_svg(SVG, JWS))

    assert unbake(file.read_bytes()) == JWS
