"""Pictures of badges: every one, at every size that matters, in both languages, as PNG and as SVG."""

import dataclasses
import hashlib
import io
import os
import unicodedata
from datetime import date
from pathlib import Path
from typing import TypeGuard
from xml.parsers import expat

import pytest
from PIL import Image, ImageChops, ImageStat, features

from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.model import Status
from thidua.badges.pictures.design import scene_of
from thidua.badges.pictures.lettering import BOLD, FOLDER, is_covered, plain, width
from thidua.badges.pictures.outlines import UNITS, shape_of
from thidua.badges.pictures.picture import design_of, fingerprint, png, svg
from thidua.badges.pictures.scene import Piece, Text
from thidua.badges.pictures.share import Shared, share

BADGES = list(catalogue().badges.values())
LONG = "Người hướng dẫn bền bỉ nghĩa tình nhất vùng biên giới phía Bắc"


def image_of(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def words_of(badge: Badge, language: str, status: Status = Status.VALID) -> tuple[Text, ...]:
    design = design_of(badge, year=2026, status=status, language=language)
    return tuple(piece for piece in scene_of(design, is_small=False).pieces if is_text(piece))


def is_text(piece: Piece) -> TypeGuard[Text]:
    return isinstance(piece, Text)


def test_vietnamese_is_shaped_by_raqm() -> None:
    assert features.check("raqm")


def test_the_fonts_are_the_ones_whose_licence_lies_beside_them() -> None:
    told = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in FOLDER.glob("*.ttf")}

    assert told == {
        "be-vietnam-td-400.ttf": "c0a2f0b558e8",
        "be-vietnam-td-700.ttf": "84b8a461ca3d",
        "be-vietnam-td-800.ttf": "84f2f207e347",
    }
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "OFL.txt").read_text()


@pytest.mark.parametrize("badge", BADGES, ids=lambda badge: badge.slug)
def test_a_badge_has_a_picture_with_and_without_words_in_both_languages(badge: Badge) -> None:
    small = image_of(png(badge, year=2026, size=64))
    pictures = [png(badge, year=2026, size=128, language=language) for language in ("vi", "en")]

    assert (small.format, small.mode, small.size) == ("PNG", "RGBA", (64, 64))
    assert pictures[0] != pictures[1]
    assert [image_of(one).getchannel("A").getextrema() for one in pictures] == [(0, 255)] * 2


@pytest.mark.parametrize("size", [64, 88, 1024])
def test_a_picture_is_as_large_as_asked_and_nothing_of_it_is_cut_off(size: int) -> None:
    image = image_of(png(catalogue().badges["cho-so"], year=2026, size=size))

    box = image.getbbox()
    assert image.size == (size, size)
    assert box is not None
    assert min(box[0], box[1], size - box[2], size - box[3]) >= 0
    assert {image.getpixel((x, y)) for x in (0, size - 1) for y in (0, size - 1)} == {(0, 0, 0, 0)}


@pytest.mark.parametrize("size", [63, 1025, 0, -1])
def test_no_picture_is_smaller_or_larger_than_promised(size: int) -> None:
    with pytest.raises(ValueError, match="pixels"):
        png(BADGES[0], year=2026, size=size)


@pytest.mark.parametrize("badge", BADGES, ids=lambda badge: badge.slug)
def test_every_word_fits_and_every_letter_is_in_the_font(badge: Badge) -> None:
    for language in ("vi", "en"):
        for status in Status:
            for text in words_of(badge, language, status):
                assert all(is_covered(letter) for letter in text.words), text.words
                assert width(text.words, text.weight) * text.size <= shape_of(badge.family).words_width + 1
        joined = " ".join(text.words for text in words_of(badge, language)[:-1])
        assert joined == " ".join(badge.title_lines.get(language, (badge.names[language],)))


def test_a_name_that_nobody_foresaw_is_broken_and_shrunk_and_never_cut() -> None:
    badge = dataclasses.replace(BADGES[0], names={"vi": LONG, "en": "W" * 60}, title_lines={})

    vietnamese, english = words_of(badge, "vi"), words_of(badge, "en")

    assert " ".join(text.words for text in vietnamese[:-1]) == LONG
    assert len(vietnamese) == 4
    assert english[0].words == "W" * 60
    room = shape_of(badge.family).words_width + 0.01
    assert all(width(text.words, BOLD) * text.size <= room for text in (*vietnamese, *english))


def test_composed_and_decomposed_letters_make_the_same_picture_to_the_byte() -> None:
    badge = catalogue().badges["dai-su-so"]
    names = {"vi": unicodedata.normalize("NFD", badge.names["vi"]), "en": badge.names["en"]}
    decomposed = dataclasses.replace(badge, names=names, title_lines={})
    composed = dataclasses.replace(badge, title_lines={})

    assert png(decomposed, year=2026, size=256) == png(composed, year=2026, size=256)
    assert svg(decomposed, year=2026) == svg(composed, year=2026)


def test_letters_that_no_font_here_has_become_their_bare_letter_or_a_dot() -> None:
    assert plain("Zoë  Škoda 王") == "Zoe Skoda ·"


def test_levels_differ_in_depth_and_cells_and_years_on_the_ribbon() -> None:
    one, two = (catalogue().badges[slug] for slug in ("dai-su-so", "dai-su-so-bac"))

    assert len({png(badge, year=2026, size=64) for badge in (one, two)}) == 2
    assert png(one, year=2026, size=128) != png(one, year=2027, size=128) != png(one, year=None, size=128)


def test_expired_and_revoked_look_otherwise_and_say_so_where_there_are_words() -> None:
    badge = catalogue().badges["dai-su-so"]
    pictures = {png(badge, year=2026, size=size, status=status) for status in Status for size in (64, 256)}

    said = {words_of(badge, language, status)[-1].words for status in Status for language in ("vi", "en")}

    assert len(pictures) == 6
    assert said == {"2026", "2026 · hết hạn", "2026 · expired", "Đã thu hồi", "Revoked"}


def test_badges_are_blue_never_red_or_gold() -> None:
    for badge in BADGES:
        colours = image_of(png(badge, year=2026, size=64)).convert("RGB").getcolors(4096) or []
        assert all(rgb[2] >= rgb[0] for _count, rgb in colours if isinstance(rgb, tuple))


def test_no_two_badges_look_alike_when_small() -> None:
    looks = {(badge.slug, badge.glyph.read_bytes()) for badge in BADGES}

    assert len({look for _slug, look in looks}) == len(BADGES)


def test_an_svg_says_its_name_and_draws_words_as_outlines() -> None:
    badge = catalogue().badges["khong-ai-bi-bo-lai"]

    drawn = svg(badge, year=2026, status=Status.REVOKED, language="en")

    elements: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _attributes: elements.append(name)
    parser.Parse(drawn, True)  # noqa: FBT003 -- expat takes no keywords
    assert set(elements) == {"svg", "title", "path"}
    assert f"<title>{badge.names['en']} (revoked)</title>" in drawn
    assert f'viewBox="0 0 {UNITS} {UNITS}"' in drawn
    assert len(drawn) < 40_000


def test_a_fingerprint_changes_with_the_artwork_and_the_picture_is_drawn_anew(tmp_path: Path) -> None:
    glyph = tmp_path / "glyph.svg"
    glyph.write_bytes(BADGES[0].glyph.read_bytes())
    badge = dataclasses.replace(BADGES[0], glyph=glyph)
    before = fingerprint(badge), png(badge, year=2026, size=64)

    glyph.write_bytes(BADGES[1].glyph.read_bytes())
    os.utime(glyph, ns=(1, 1))

    assert fingerprint(badge) != before[0]
    assert png(badge, year=2026, size=64) != before[1]


def test_a_shared_picture_shows_badge_and_way_to_verify_whatever_the_names() -> None:
    told = Shared(
        receiver="Nguyễn Hoàng Phương Khánh Linh " * 3,
        unit="Đội tình nguyện Sương Sớm, xã Sìn Hồ, tỉnh Lai Châu, " * 2,
        earned_on=date(2026, 11, 22),
        address="https://thidua.example/credentials/0199a3c2-7d51-7c40-9d2e-5a1b9e7f0c11",
    )

    image = image_of(share(catalogue().badges["nguoi-thay-cua-ong-ba"], told, year=2026))

    assert (image.size, image.mode) == ((1200, 630), "RGB")
    assert ImageStat.Stat(image.crop((990, 424, 1142, 576)).convert("L")).stddev[0] > 100
    edge = image.crop((1150, 0, 1200, 630))
    assert ImageChops.invert(edge).getbbox() is None
