"""A wrong file of a badge's folder is refused by its line; folders are looked at together."""

import shutil
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import pytest

from tests.badges.badge_folders import SLUG, changed, faults_of, good_badges
from thidua.badges.catalogue import read_catalogue
from thidua.badges.criteria import FIELDS_OF_KINDS
from thidua.badges.definitions import ShareOf, Who
from thidua.badges.folders import BADGE_FIELDS
from thidua.badges.model import BadgeState, CriterionKind, Family, Window
from thidua.infra.errors import StartError
from thidua.paths import shipped


@pytest.fixture
def badges(tmp_path: Path) -> Path:
    return good_badges(tmp_path)


def _without_english(one: Path) -> None:
    (one / "criteria.en.md").unlink()


def _decomposed(one: Path) -> None:
    file = one / "criteria.vi.md"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*lines, normalize("NFD", "Đại sứ số")]), encoding="utf-8")


def _html(one: Path) -> None:
    (one / "criteria.vi.md").write_text("Dành cho\n\nbạn <script>", encoding="utf-8")


def _link(one: Path) -> None:
    (one / "criteria.en.md").write_text("For\n[you](javascript:alert(1))", encoding="utf-8")


def _blank(one: Path) -> None:
    (one / "criteria.en.md").write_text(" \n", encoding="utf-8")


def _long(one: Path) -> None:
    (one / "criteria.en.md").write_text("word " * 401, encoding="utf-8")


def _latin(one: Path) -> None:
    (one / "criteria.vi.md").write_bytes(b"first\nd\xe9j\xe0")


def _no_toml(one: Path) -> None:
    (one / "badge.toml").unlink()


def _picture_elsewhere(one: Path) -> None:
    (one / "glyph.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-100 -100 200 200">\n'
        '  <image href="https://example.org/x.png"/>\n</svg>\n',
        encoding="utf-8",
    )


def _renamed(one: Path) -> None:
    one.rename(one.parent / "Tiếng nói")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_without_english, "criteria.en.md:1: the file is missing: criteria.en.md"),
        (_decomposed, "criteria.vi.md:7: letters and their marks must be composed (Unicode NFC)"),
        (_html, "criteria.vi.md:3: only paragraphs, lists"),
        (_link, "criteria.en.md:2: only paragraphs, lists"),
        (_blank, "criteria.en.md:1: write some text"),
        (_long, "criteria.en.md:1: at most 2000 characters fit: this has 2005"),
        (_latin, "criteria.vi.md:2: save the file as UTF-8"),
        (_no_toml, "badge.toml:1: the file is missing: badge.toml"),
        (_picture_elsewhere, "glyph.svg:2: <image> is not drawn here"),
        (_renamed, ":1: name a folder with a-z, 0-9 and single hyphens"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(badges: Path, spoil: Callable[[Path], None], said: str) -> None:
    spoil(badges / SLUG)

    told = faults_of(badges)

    assert len(told) == 1, told
    assert said in told[0]


def test_two_badges_share_neither_name_nor_artwork_nor_level_of_a_series(badges: Path) -> None:
    shutil.copytree(badges / SLUG, badges / "tieng-noi-khac")

    assert faults_of(badges) == [
        'tieng-noi-khac/badge.toml:1: name: tieng-noi-ban-em has the same name in "en"',
        'tieng-noi-khac/badge.toml:1: name: tieng-noi-ban-em has the same name in "vi"',
        "tieng-noi-khac/badge.toml:4: level: level 1 of the series tieng-noi is tieng-noi-ban-em already",
        "tieng-noi-khac/glyph.svg:1: tieng-noi-ban-em has the same artwork: draw another",
    ]


def test_every_fault_of_every_folder_is_told_at_once(badges: Path) -> None:
    changed(badges, 'family = "mentoring"\nlevel = 1', 'family = "love"\nlevel = 9')
    (badges / "empty").mkdir()

    told = faults_of(badges)

    assert [line.rpartition("/")[2].split(": ")[0] for line in told] == [
        *("badge.toml:1", "criteria.en.md:1", "criteria.vi.md:1"),
        *("badge.toml:3", "badge.toml:4"),
    ]


def test_folders_put_aside_are_not_looked_at(badges: Path) -> None:
    (badges / "_draft").mkdir()
    (badges / "README.md").write_text("words", encoding="utf-8")

    assert faults_of(badges) == []


README = (shipped("badges") / "README.md").read_text(encoding="utf-8")


def test_the_example_of_the_readme_is_a_good_badge(badges: Path) -> None:
    toml, svg = (README.partition(f"```{kind}\n")[2].partition("```")[0] for kind in ("toml", "xml"))
    (badges / SLUG / "badge.toml").write_text(toml, encoding="utf-8")
    (badges / SLUG / "glyph.svg").write_text(svg, encoding="utf-8")

    assert faults_of(badges) == []


def test_the_readme_names_every_field_and_word(badges: Path) -> None:
    fields = {field for some, _ in FIELDS_OF_KINDS.values() for field in some} | set(BADGE_FIELDS)
    words = {*CriterionKind, *Window, *BadgeState, *Family, *Who, *ShareOf}

    assert [
        word for word in sorted(fields | words) if f"`{word}" not in README and f"[{word}]" not in README
    ] == []


def test_with_a_bad_folder_nothing_starts_and_the_operator_reads_why(badges: Path) -> None:
    _without_english(badges / SLUG)

    with pytest.raises(StartError, match=r"criteria\.en\.md:1: the file is missing"):
        read_catalogue(badges)
