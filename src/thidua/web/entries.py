"""A ledger entry as people read it: a sentence, the steps to its points, and the proof that it is sealed."""

from collections.abc import Mapping
from typing import Any

from thidua.ledger.shown import EntryRow
from thidua.scoring.explain import Step, sentence, steps
from thidua.scoring.sentences import shown_ratio
from thidua.web.formats import shown_number
from thidua.web.language import Language
from thidua.web.shown import category_shown

_NOTE, _FACTOR = "note_", "multiplier"
_TIMES = "\N{MULTIPLICATION SIGN}"
KINDS: Mapping[int, str] = {1: "award", 2: "adjustment", 3: "reversal", 4: "manual"}


def sentence_of(entry: EntryRow, language: Language) -> str:
    """Why the points were given, in a sentence."""
    return sentence(entry.sentence, entry.params, language)


def steps_of(entry: EntryRow, language: Language) -> list[dict[str, Any]]:
    """The way to the points, one sentence a step with its figure; notes stand under the step they explain."""
    found: list[dict[str, Any]] = []
    for step in steps(entry.params, language, code=entry.sentence):
        if step.what.startswith(_NOTE) and found:
            found[-1]["notes"].append(step.because)
        else:
            found.append({"words": step.because, "figure": _figure(step, language), "notes": []})
    return found


def entry_body(entry: EntryRow) -> dict[str, object]:
    """The entry as the API shows it, in both languages."""
    return {
        "id": entry.id,
        "subject": entry.subject,
        "team": entry.team,
        "unit": entry.unit,
        "points": entry.points,
        "kind": KINDS[entry.kind],
        "category": entry.category,
        "occurred_at": entry.occurred_at,
        "posted_at": entry.posted_at,
        "activity": entry.activity,
        "act": entry.act,
        "rule": entry.rule,
        "rulebook_version": entry.rulebook_version,
        "sentence": {"vi": sentence_of(entry, "vi"), "en": sentence_of(entry, "en")},
        "steps": _steps_body(entry),
        "hash": entry.hash.hex(),
        "seal": _seal_body(entry),
    }


def entry_shown(entry: EntryRow, language: Language) -> dict[str, Any]:
    """The entry as a page shows it."""
    return {
        "id": entry.id,
        "points": entry.points,
        "kind": KINDS[entry.kind],
        "occurred_at": entry.occurred_at,
        "posted_at": entry.posted_at,
        "sentence": sentence_of(entry, language),
        "steps": steps_of(entry, language),
        "category": category_shown(entry.category, language),
        "rule": entry.rule,
        "rulebook_version": entry.rulebook_version,
        "activity": entry.activity,
        "act": entry.act,
        "hash": entry.hash.hex(),
        "block": entry.block,
    }


def _figure(step: Step, language: Language) -> str:
    if step.what == _FACTOR:
        numerator, _, denominator = str(step.value).partition("/")
        return f"{_TIMES} {shown_ratio(int(numerator), int(denominator), language)}"
    return step.value if isinstance(step.value, str) else shown_number(step.value, language)


def _steps_body(entry: EntryRow) -> list[dict[str, object]]:
    vi = steps(entry.params, "vi", code=entry.sentence)
    en = steps(entry.params, "en", code=entry.sentence)
    return [
        {"what": one.what, "value": one.value, "because": {"vi": one.because, "en": other.because}}
        for one, other in zip(vi, en, strict=True)
    ]


def _seal_body(entry: EntryRow) -> dict[str, object] | None:
    if entry.block is None or entry.root is None or entry.previous is None:
        return None
    return {"block": entry.block, "root": entry.root.hex(), "previous": entry.previous.hex()}
