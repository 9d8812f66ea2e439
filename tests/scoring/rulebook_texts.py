"""Small rulebooks as text, and what reading them gives."""

import pytest

from thidua.activities.catalogue import catalogue
from thidua.scoring.model import Rule, Rulebook
from thidua.scoring.places import RulebookError
from thidua.scoring.rulebook import parse_rulebook

# The rule begins on line 7; each case adds lines from 12 on, or replaces one of 8 to 11.
HEAD = """name = "trial"
version = 1

[multipliers.helping.priority]
factor = "3/2"
when = [{ helped_priority = true }]
[rule.trial]
"""
BODY = {
    "types": '["MENTOR_SESSION"]',
    "pays": '"actor"',
    "points": "5",
    "sentence": '"mentor_session"',
}


def read(text: str, *previous: Rulebook) -> Rulebook:
    return parse_rulebook(text, types=catalogue().types, previous=previous)


def rulebook(version: int = 1, /, **lines: str) -> str:
    told = {key: value for key, value in (BODY | lines).items() if value}
    head = HEAD.replace("version = 1", f"version = {version}")
    return head + "\n".join(f"{key} = {value}" for key, value in told.items())


def rule(**lines: str) -> Rule:
    return read(rulebook(1, **lines)).rules["trial"]


def faults_of(text: str, *previous: Rulebook) -> list[tuple[int, str, str]]:
    with pytest.raises(RulebookError) as refused:
        read(text, *previous)
    return [(fault.line, fault.field, fault.code) for fault in refused.value.faults]
