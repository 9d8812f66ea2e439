"""A wrong field of a badge.toml is refused by its line, in words that say what would be right."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.badges.badge_folders import SLUG, TOML, changed, faults_of, good_badges, write
from thidua.badges.catalogue import read_catalogue

CRITERION = TOML[TOML.index("[criterion]") : TOML.index("[picture]")]


@pytest.fixture
def badges(tmp_path: Path) -> Path:
    return good_badges(tmp_path)


def earned_by(badges: Path, *lines: str) -> list[str]:
    return changed(badges, CRITERION, "\n".join(("[criterion]", *lines, "", "")))


def test_a_good_folder_is_taken(badges: Path) -> None:
    assert faults_of(badges) == []
    assert list(read_catalogue(badges).badges) == [SLUG]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("family =", "famly =", "3: famly: this field is not known; did you mean family?"),
        ('"mentoring"', '"mentorship"', "3: family: this word is not known; did you mean mentoring?"),
        ("level = 1", "level = 4", "4: level: write a whole number from 1 to 3"),
        ("level = 1", 'level = "1"', "4: level: write a whole number without quotation marks"),
        ('"person"', '"team"', "6: subject: badges of the family mentoring go to: person"),
        ('"active"', '"activ"', "7: state: this word is not known; did you mean active?"),
        ("version = 1", "", "1: version: this must be given"),
        ('"year"', '"month"', "9: window: this word is not known; known: ever, festival, quarter, year"),
        ('window = "year"', 'window = "ever"', "10: valid_for: what expires must be earnable again"),
        ('"1 year"', '"one year"', '10: valid_for: write "1 year", "6 months" or "90 days"'),
        (
            'kind = "count"',
            'kind = "counts"',
            "13: criterion.kind: this word is not known; did you mean",
        ),
        ("CLASS_TAUGHT", "CLASS_TAUHGT", "14: criterion.types[0]: there is no such activity type"),
        ("CLASS_TAUGHT", "CLASS_TAUHGT", "did you mean CLASS_TAUGHT?"),
        ("CLASS_TAUGHT", "TEAM_WEEK_ACTIVE", "14: criterion.types: TEAM_WEEK_ACTIVE is derived"),
        ("CLASS_TAUGHT", "FEST_HOST", "14: criterion.types: FEST_HOST is never done by a person"),
        ('"minutes"', '"hours"', "15: criterion.when[0].attribute: the types named do not all have this"),
        ("at_least = 45", "at_least = 4.5", "15: criterion.when[0].at_least: write a whole number"),
        ("at_least = 3", "at_least = 0", "16: criterion.at_least: write a whole number from 1 to"),
        ("at_least = 3", "", "12: criterion.at_least: this must be given"),
        ("at_least = 3", "at_least = 3\nfirst_n = 1", "17: criterion.first_n: this field is not known"),
        ('"glyph.svg"', '"missing.svg"', "19: picture.glyph: the file is missing: missing.svg"),
        ('"glyph.svg"', '"../glyph.svg"', "19: picture.glyph: this text does not have the form"),
        (', en = "Village Voice"', "", "1: name.en: this must be given"),
        ("Village Voice", "V" * 41, "1: name.en: at most 40 characters fit: this has 41"),
        (
            "Village Voice",
            "A Voice of Villages",
            "1: name.en: too long for one line of the picture: write",
        ),
        ('["Tiếng nói", "bản em"]', '["Tiếng", "nói", "bản"]', "2: title.vi: at most two lines fit"),
        ("Village Voice", "   ", "1: name.en: this text does not have the form it must have"),
        ("version = 1", 'version = 1 "', "8: this is not TOML"),
    ],
)
def test_a_wrong_field_is_told_with_its_line(badges: Path, old: str, new: str, said: str) -> None:
    told = changed(badges, old, new)

    assert any(f"{SLUG}/badge.toml:{said}" in line or said in line for line in told), told


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ('kind = "count"', "at_least = 1"),
            "exactly one of these must stand here; known: categories",
        ),
        (
            ('kind = "count"', 'types = ["CLASS_TAUGHT"]', 'categories = ["teaching"]', "at_least = 1"),
            "exactly one of these must stand here",
        ),
        (
            ('kind = "count"', 'categories = ["teachin"]', "at_least = 1"),
            "no such category; did you mean",
        ),
        (
            ('kind = "count"', 'categories = ["teaching"]', 'who = "team"', "at_least = 1"),
            'who = "team" brings a badge',
        ),
        (
            ('kind = "count"', 'categories = ["teaching"]', 'who = "participant:pupil"', "at_least = 1"),
            'write "participant:" and a role: co_actor, helped, learner',
        ),
        (
            ('kind = "count"', 'categories = ["teaching"]', "at_least = 1", 'on_days = ["10/10"]'),
            'write month and day with two digits each: "10-10"',
        ),
        (
            ('kind = "count"', 'categories = ["teaching"]', "at_least = 1", 'unit_kinds = ["branch"]'),
            "only badges of units choose kinds of unit",
        ),
        (
            ('kind = "count"', 'types = ["PERSON_GUIDED"]', "at_least = 9", 'spread_by = ["hamlet"]'),
            "spread_by and spread_at_least go together",
        ),
        (
            ('kind = "distinct"', 'types = ["MERCHANT_QR"]', "at_least = 9"),
            "known: distinct_by, dist",
        ),
        (
            ('kind = "distinct"', 'types = ["MERCHANT_QR"]', "at_least = 9", 'distinct_by = ["merchnt"]'),
            "do not all have this attribute; did you mean merchant?",
        ),
        (
            ('kind = "streak"', 'categories = ["learning"]', 'step = "day"', "in_a_row = 4"),
            "this word is not known; known: month, quarter, week, year",
        ),
        (('kind = "set"', "each = [{ when = [] }]"), "criterion.each[0].types: this must be given"),
        (
            (
                'kind = "share"',
                'of = "members"',
                'types = ["CLASS_TAUGHT"]',
                "percent_at_least = 9",
                "among_at_least = 9",
            ),
            'of = "members" and who = "member" go together',
        ),
        (
            ('kind = "standing"', 'board = "people-total"', 'board_period = "quarter"', "rank_at_worst = 1"),
            'state: no finalised boards exist yet: write state = "waiting"',
        ),
    ],
)
def test_a_criterion_that_does_not_hold_together_is_refused(
    badges: Path, lines: tuple[str, ...], said: str
) -> None:
    told = earned_by(badges, *lines)

    assert any(said in line for line in told), told


def test_what_names_no_festival_is_not_counted_by_festivals(badges: Path) -> None:
    told = changed(badges, 'window = "year"', 'window = "festival"')

    assert len(told) == 1
    assert told[0].startswith(f"{SLUG}/badge.toml:14: criterion.types: ")
    assert told[0].endswith("needs types that name their festival; CLASS_TAUGHT does not")


LINES = TOML.splitlines()
WRONG = st.sampled_from(
    ["1", "-1", '""', "[]", "{}", "true", "1.5", '"x"', "[[1]]", "[{}]", "2026-11-22", "["]
)


@given(st.integers(0, len(LINES) - 1), WRONG)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_field_is_refused_in_words_or_taken(badges: Path, at: int, value: str) -> None:
    key, found, _ = LINES[at].partition(" = ")
    spoiled = [*LINES[:at], f"{key} = {value}" if found else value, *LINES[at + 1 :]]
    write(badges, "\n".join(spoiled))

    assert all("/badge.toml:" in line for line in faults_of(badges))


def test_a_changed_criterion_is_another_and_mended_words_are_not(badges: Path) -> None:
    before = read_catalogue(badges).badges[SLUG].fingerprint

    changed(badges, "Village Voice", "Voice of Us")
    mended = read_catalogue(badges).badges[SLUG].fingerprint
    changed(badges, "at_least = 3", "at_least = 4")
    other = read_catalogue(badges).badges[SLUG].fingerprint

    assert before == mended != other
