"""Figures of promises, kept in build/promises.jsonl for the bench to judge."""

import json
from collections.abc import Callable
from pathlib import Path

Promise = Callable[..., None]

_KEPT_IN = Path(__file__).parents[2] / "build" / "promises.jsonl"


def note_promise(test: str, name: str, *, figure: float | str, target: str) -> None:
    """Add one line: what was promised, what was measured."""
    _KEPT_IN.parent.mkdir(exist_ok=True)
    with _KEPT_IN.open("a") as kept:
        kept.write(json.dumps({"promise": name, "figure": figure, "target": target, "test": test}) + "\n")
