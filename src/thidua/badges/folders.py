"""Reads one badge's folder: badge.toml, criteria.vi.md, criteria.en.md and its artwork."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from unicodedata import is_normalized

from thidua.badges.criteria import read_criterion
from thidua.badges.definitions import Badge, Criterion, Span
from thidua.badges.faults import FolderFault, FolderFaults, plain_fault
from thidua.badges.model import BadgeState, CriterionKind, Family, Window
from thidua.badges.pictures.glyphs import GlyphError, glyph
from thidua.kernel.subjects import SubjectKind
from thidua.scoring.places import Place

LANGUAGES = ("vi", "en")
NAME_CHARACTERS_MAX = 40
TITLE_LINE_CHARACTERS_MAX = 15
TITLE_LINES_MAX = 2
CRITERIA_CHARACTERS_MAX = 2000
LEVEL_MAX = 3
FILE_BYTES_MAX = 100_000
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_SLUG_CHARACTERS_MAX = 64
_REQUIRED = ("name", "family", "level", "subject", "state", "version", "window", "criterion", "picture")
BADGE_FIELDS = (*_REQUIRED, "title", "series", "valid_for")
# What markdown or a browser would take for more than words, lists and bold.
_NOT_PLAIN = re.compile(r"<|`|\]\(|!\[|^\s*(?:#|>|\||\d+\.|\*\s|\+\s)|__|~~", re.MULTILINE)
_SPAN = re.compile(r"([1-9]\d{0,3}) (year|month|day)s?", re.ASCII)
_P, _T, _U, _H = SubjectKind
_SUBJECTS: dict[Family, frozenset[SubjectKind]] = {
    Family.LEARNING: frozenset({_P}),
    Family.MENTORING: frozenset({_P}),
    Family.SERVICE: frozenset({_P, _H}),
    Family.FESTIVAL: frozenset(SubjectKind),
    Family.TEAM: frozenset({_T, _U}),
}


def read_badge(folder: Path, faults: list[FolderFault]) -> Badge | None:
    """Return the badge of the folder, or None with what is wrong among the faults."""
    known = len(faults)
    if not _SLUG.fullmatch(folder.name) or len(folder.name) > _SLUG_CHARACTERS_MAX:
        faults.append(plain_fault(folder, 1, "not_a_slug"))
    text = _text(folder / "badge.toml", faults)
    criteria = {language: _criteria(folder / f"criteria.{language}.md", faults) for language in LANGUAGES}
    told = _toml(folder / "badge.toml", text, faults)
    if text is None or told is None:
        return None
    found = FolderFaults(folder / "badge.toml", text, told)
    badge = _badge(folder, Place((), told, found), criteria, faults)
    faults.extend(found.found)
    return badge if len(faults) == known else None


def _badge(folder: Path, top: Place, criteria: Mapping[str, str], faults: list[FolderFault]) -> Badge | None:
    told = top.table(BADGE_FIELDS, required=_REQUIRED)
    if not all(key in told for key in _REQUIRED):
        return None
    names = _names(told["name"])
    family = Family(told["family"].choice(list(Family)) or Family.LEARNING)
    subject = _subject(told["subject"], family)
    window = Window(told["window"].choice(list(Window)) or Window.EVER)
    criterion = read_criterion(told["criterion"], subject, window)
    return Badge(
        slug=folder.name,
        names=names,
        title_lines=_titles(told, names),
        family=family,
        level=told["level"].whole(1, LEVEL_MAX),
        series=told["series"].text(_SLUG.pattern) if "series" in told else None,
        subject=subject,
        state=_state(told["state"], criterion),
        version=told["version"].whole(1, 1000),
        valid_for=_span(told["valid_for"], window) if "valid_for" in told else None,
        window=window,
        criterion=criterion,
        criteria=criteria,
        glyph=_glyph(folder, told["picture"], faults),
        fingerprint=_fingerprint(top.value),
    )


def _names(place: Place) -> dict[str, str]:
    told = place.table(LANGUAGES, required=LANGUAGES)
    return {language: _short(one, NAME_CHARACTERS_MAX) for language, one in told.items()}


def _short(place: Place, characters_max: int) -> str:
    text = place.text()
    if len(text) > characters_max:
        place.fault("too_long", characters_max=characters_max, characters=len(text))
    if text != text.strip():
        place.fault("malformed")
    return text


def _titles(told: Mapping[str, Place], names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The name, broken as the folder says; a long name must say where."""
    given = told["title"].table(LANGUAGES) if "title" in told else {}
    for language, name in names.items():
        if language not in given and len(name) > TITLE_LINE_CHARACTERS_MAX:
            place = told["name"].table()[language]
            place.fault("too_long_for_picture", language=language, characters_max=TITLE_LINE_CHARACTERS_MAX)
    return {
        language: _title(given[language]) if language in given else (name,)
        for language, name in names.items()
    }


def _title(place: Place) -> tuple[str, ...]:
    lines = place.items()
    if len(lines) > TITLE_LINES_MAX:
        place.fault("too_many_lines")
    return tuple(_short(line, TITLE_LINE_CHARACTERS_MAX) for line in lines)


def _subject(place: Place, family: Family) -> SubjectKind:
    word = place.choice([kind.word for kind in SubjectKind])
    subject = SubjectKind[word.upper()] if word else min(_SUBJECTS[family])
    if subject not in _SUBJECTS[family]:
        allowed = ", ".join(kind.word for kind in sorted(_SUBJECTS[family]))
        place.fault("wrong_subject", family=family, allowed=allowed)
    return subject


def _state(place: Place, criterion: Criterion) -> BadgeState:
    state = BadgeState(place.choice(list(BadgeState)) or BadgeState.PAUSED)
    if criterion.kind is CriterionKind.STANDING and state is BadgeState.ACTIVE:
        place.fault("cannot_wait_active")
    return state


def _span(place: Place, window: Window) -> Span:
    found = _SPAN.fullmatch(place.text())
    if window is Window.EVER:
        place.fault("never_again")
    if found is None:
        place.fault("not_a_span")
        return Span(months=12)
    number, unit = int(found[1]), found[2]
    return {"year": Span(months=12 * number), "month": Span(months=number), "day": Span(days=number)}[unit]


def _glyph(folder: Path, place: Place, faults: list[FolderFault]) -> Path:
    """Where the artwork is, read once to see that it can be drawn."""
    told = place.table(["glyph"], required=["glyph"])
    name = told["glyph"].text(r"[a-z0-9-]+\.svg") if "glyph" in told else ""
    file = folder / name
    if not file.is_file():
        place.faults.add((*place.path, "glyph"), "no_file", file=name)
        return file
    try:
        glyph(file)
    except GlyphError as error:
        faults.append(FolderFault(error.file, error.line, error.words))
    return file


def _fingerprint(told: object) -> str:
    """Of what decides who gets it and for how long, however it is written."""
    assert isinstance(told, dict)
    decides = {key: told.get(key) for key in ("subject", "window", "valid_for", "criterion")}
    return blake2b(json.dumps(decides, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def _criteria(file: Path, faults: list[FolderFault]) -> str:
    text = _text(file, faults)
    if text is None:
        return ""
    if not text.strip():
        faults.append(plain_fault(file, 1, "blank"))
    if len(text) > CRITERIA_CHARACTERS_MAX:
        facts = {"characters_max": CRITERIA_CHARACTERS_MAX, "characters": len(text)}
        faults.append(plain_fault(file, 1, "too_long", **facts))
    found = _NOT_PLAIN.search(text)
    if found is not None:
        line = text.count("\n", 0, found.end()) + 1
        faults.append(plain_fault(file, line, "not_plain", found=found[0].strip()))
    return text.strip()


def _text(file: Path, faults: list[FolderFault]) -> str | None:
    """The text of the file, or None when there is none; whatever is wrong with it is among the faults."""
    if not file.is_file():
        faults.append(plain_fault(file, 1, "no_file", file=file.name))
        return None
    content = file.read_bytes()[: FILE_BYTES_MAX + 1]
    if len(content) > FILE_BYTES_MAX:
        facts = {"characters_max": FILE_BYTES_MAX, "characters": len(content)}
        faults.append(plain_fault(file, 1, "too_long", **facts))
        return None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        faults.append(plain_fault(file, content.count(b"\n", 0, error.start) + 1, "not_utf8"))
        return None
    faults.extend(_decomposed(file, text.split("\n")))
    return text


def _decomposed(file: Path, lines: Sequence[str]) -> list[FolderFault]:
    wrong = [number for number, line in enumerate(lines, 1) if not is_normalized("NFC", line)]
    return [plain_fault(file, number, "not_composed") for number in wrong]


def _toml(file: Path, text: str | None, faults: list[FolderFault]) -> dict[str, object] | None:
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        _, found, place = str(error).rpartition("(at line ")
        line = place.partition(",")[0]
        faults.append(
            plain_fault(file, int(line) if found and line.isdecimal() else text.count("\n") + 1, "not_toml")
        )
        return None
