"""Criteria texts are taken apart as they are written."""

from hypothesis import given
from hypothesis import strategies as st

from thidua.badges.catalogue import catalogue
from thidua.badges.texts import Block, Run, blocks, lead


def test_paragraphs_and_lists_follow_each_other() -> None:
    found = blocks("For **you**\nand me.\n\n- **What:** all\n- more\nAfter it.")

    assert found == [
        Block((_line("For ", "you", " and me."),), is_list=False),
        Block((_line("", "What:", " all"), _line("more")), is_list=True),
        Block((_line("After it."),), is_list=False),
    ]


def test_bold_that_is_not_closed_stays_as_written() -> None:
    assert lead("one **pair** and ** stars") == "one pair and ** stars"


def test_the_lead_says_in_short_what_a_badge_is_for() -> None:
    badge = catalogue().badges["dai-su-so"]

    assert lead(badge.criteria["en"]).startswith("For mentors at least 5 of whose mentees")
    assert lead(badge.criteria["en"]).endswith("within one year.")


@given(st.text(alphabet="ab -*\n", max_size=60))
def test_no_word_is_lost(text: str) -> None:
    told = "".join(run.text for block in blocks(text) for line in block.lines for run in line)

    assert [letter for letter in told if letter in "ab"] == [letter for letter in text if letter in "ab"]


def _line(*pieces: str) -> tuple[Run, ...]:
    """Every second piece is bold."""
    return tuple(Run(piece, is_bold=at % 2 == 1) for at, piece in enumerate(pieces) if piece)
