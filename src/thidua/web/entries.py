"""A ledger entry as people read it: a sentence, the steps to its points, and the proof that it is sealed."""

from collections.abc import Mapping

from thidua.ledger.shown import EntryRow
from thidua.scoring.explain import sentence, steps
from thidua.web.language import Language

KINDS: Mapping[int, str] = {1: "award", 2: "adjustment", 3: "reversal", 4: "manual"}


def sentence_of(entry: EntryRow, language: Language) -> str:
    """Why the points were given, in a sentence."""
    return sentence(entry.sentence, entry.params, language)


def steps_of(entry: EntryRow, language: Language) -> list[str]:
    """The way to the points, one sentence a step."""
    return [step.because for step in steps(entry.params, language, code=entry.sentence)]


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


def entry_shown(entry: EntryRow, language: Language) -> dict[str, object]:
    """The entry as a page shows it."""
    return {
        "id": entry.id,
        "points": entry.points,
        "kind": KINDS[entry.kind],
        "occurred_at": entry.occurred_at,
        "posted_at": entry.posted_at,
        "sentence": sentence_of(entry, language),
        "steps": steps_of(entry, language),
        "rule": entry.rule,
        "rulebook_version": entry.rulebook_version,
        "activity": entry.activity,
        "act": entry.act,
        "hash": entry.hash.hex(),
        "block": entry.block,
    }


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
