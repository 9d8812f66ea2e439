"""Every sentence of the specification has a test that names it."""

import re
from pathlib import Path

SENTENCES = 24
_NAMED = re.compile(r"^(?:async )?def test_sentence_(\d\d)_", re.MULTILINE)


def test_every_sentence_of_the_specification_has_a_test_that_names_it() -> None:
    texts = [path.read_text() for path in Path(__file__).parents[1].rglob("test_specification_*.py")]

    named = {int(number) for text in texts for number in _NAMED.findall(text)}

    assert named == set(range(1, SENTENCES + 1))
