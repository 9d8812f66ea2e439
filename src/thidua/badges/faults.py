"""What is wrong with the folder of a badge: file, line, and in plain words what would be right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from typing_extensions import override

from thidua.infra.errors import StartError
from thidua.scoring.lines import Path as TomlPath
from thidua.scoring.lines import line_at, lines_of
from thidua.scoring.places import Faults, name_of

_CHOICES_SHOWN_MAX = 12
_KINDS_OF_CHOICE = {
    "unknown_key": "this field is not known",
    "unknown_choice": "this word is not known",
    "unknown_type": "there is no such activity type (catalogue.toml lists them)",
    "unknown_attribute": "the types named do not all have this attribute",
    "unknown_category": "there is no such category",
    "unknown_role": "nobody takes part in such a role",
    "needs_one_of": "exactly one of these must stand here",
    "missing": "this must be given",
}
_WORDS = {
    "not_a_table": "write a table here: {{ ... }}",
    "not_a_list": "write a list that holds at least one thing: [...]",
    "not_whole": "write a whole number without quotation marks",
    "out_of_range": "write a whole number from {lowest} to {highest}",
    "not_text": 'write a text in quotation marks: "..."',
    "malformed": "this text does not have the form it must have",
    "repeated": "the same thing stands here twice: leave one out",
    "not_true": "write true, or leave the line out",
    "too_many": "at most {highest} things may stand here",
    "not_toml": "this is not TOML: look for a missing quotation mark, bracket or = before this place",
    "not_utf8": "save the file as UTF-8",
    "not_composed": "letters and their marks must be composed (Unicode NFC): type the line anew",
    "no_file": "the file is missing: {file}",
    "too_long": "at most {characters_max} characters fit: this has {characters}",
    "too_long_for_picture": "too long for one line of the picture: write title.{language} in one or two lines"
    " of at most {characters_max} characters",
    "too_many_lines": "at most two lines fit on the picture",
    "blank": "write some text",
    "not_plain": "only paragraphs, lists (lines beginning with '- '), **bold**: leave out {found}",
    "not_a_slug": "name a folder with a-z, 0-9 and single hyphens, beginning with a letter: dai-su-so",
    "not_a_span": 'write "1 year", "6 months" or "90 days"',
    "not_a_day": 'write month and day with two digits each: "10-10"',
    "not_a_role": 'write "participant:" and a role: {roles}',
    "never_again": 'what expires must be earnable again: write a window of "year", "quarter" or "festival"',
    "wrong_subject": "badges of the family {family} go to: {allowed}",
    "wrong_who": 'who = "{who}" brings a badge to: {allowed}',
    "wrong_actor": "{type} is never done by a {subject}",
    "derived_type": "{type} is derived from other activities: name those",
    "no_festival": 'window = "festival" needs types that name their festival; {type} does not',
    "cannot_wait_active": 'no finalised boards exist yet: write state = "waiting"',
    "spread_needs_both": "spread_by and spread_at_least go together",
    "members_both": 'of = "members" and who = "member" go together',
    "units_only": "only badges of units choose kinds of unit",
    "level_twice": "level {level} of the series {series} is {other} already",
    "glyph_twice": "{other} has the same artwork: draw another",
    "name_twice": '{other} has the same name in "{language}"',
}


@dataclass(frozen=True, slots=True)
class FolderFault:
    """One thing to mend."""

    file: Path
    line: int
    words: str

    @override
    def __str__(self) -> str:
        """On one line, as editors and people find it."""
        return f"{self.file}:{self.line}: {self.words}"


class CatalogueError(StartError):
    """The badges cannot be taken as their folders are, and nothing starts with them; every fault is named."""

    def __init__(self, faults: Iterable[FolderFault]) -> None:
        """Carry all faults, by file and line."""
        self.faults = tuple(sorted(faults, key=lambda one: (str(one.file), one.line, one.words)))
        super().__init__("\n".join(["badges cannot be read:", *map(str, self.faults)]))


class FolderFaults(Faults):
    """The faults of one badge.toml, worded as they are found."""

    def __init__(self, file: Path, text: str, told: Mapping[str, object]) -> None:
        """Know the file, its lines, and what was written."""
        super().__init__({})
        self._file = file
        self._at = lines_of(text)
        self._told = told
        self._worded: dict[TomlPath, FolderFault] = {}

    @override
    def add(self, path: TomlPath, code: str, choices: Iterable[str] = (), **facts: object) -> None:
        """Keep the fault in words, unless the same place has one already."""
        field = name_of(path)
        known = sorted(choices)
        if code in _KINDS_OF_CHOICE:
            words = _KINDS_OF_CHOICE[code] + _offered(self._written(path, code), known)
        else:
            words = words_of(code, {"field": field, **facts})
        said = words if not path else f"{field}: {words}"
        self._worded.setdefault(path, FolderFault(self._file, line_at(self._at, path), said))

    @property
    def found(self) -> list[FolderFault]:
        """All faults so far."""
        return list(self._worded.values())

    def _written(self, path: TomlPath, code: str) -> str:
        """What stands at the place: the key itself when the key is unknown."""
        if code == "unknown_key":
            return str(path[-1])
        value: Any = self._told
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return ""
        return value if isinstance(value, str) else ""


def plain_fault(file: Path, line: int, code: str, /, **facts: object) -> FolderFault:
    """A fault of a file that has no fields."""
    return FolderFault(file, line, words_of(code, facts))


def field_fault(file: Path, field: str, code: str, /, **facts: object) -> FolderFault:
    """A fault of one field of a badge.toml that is right in itself, and wrong beside another badge's."""
    line = line_at(lines_of(file.read_text(encoding="utf-8").replace("\r\n", "\n")), (field,))
    return FolderFault(file, line, f"{field}: {words_of(code, facts)}")


def words_of(code: str, facts: Mapping[str, object]) -> str:
    """What would be right."""
    return _WORDS[code].format(**facts)


def _offered(written: str, known: Sequence[str]) -> str:
    """The nearest known word, and the others where they are few."""
    near = get_close_matches(written, known, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    few = 0 < len(known) <= _CHOICES_SHOWN_MAX
    return meant + (f"; known: {', '.join(known)}" if few else "")
