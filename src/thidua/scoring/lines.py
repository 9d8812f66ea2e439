"""On which line of a TOML text each value stands, so that a fault in a rulebook can be shown where it is.

The text has been read by `tomllib` before, so it is known to be well formed.
"""

import re
from bisect import bisect_left

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r'[ \t]*("(?:[^"\\]|\\.)*"|\'[^\']*\'|[A-Za-z0-9_-]+)[ \t]*')
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\]|\\.)*"|\'[^\']*\'|[^,\]}\n#]+',
    re.DOTALL,
)


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every table, key and list element of the TOML text."""
    return _Scanner(text).scan()


def line_at(lines: dict[Path, int], path: Path) -> int:
    """Return the line of the value at the path or, when it is not there, of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line_ends = [found.start() for found in re.finditer("\n", text)]
        self.lines: dict[Path, int] = {}
        self.tables_in: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self._skip_blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip_blank()
        return self.lines

    def _skip_blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        assert found is not None
        self.at = found.end()

    def _note(self, path: Path) -> None:
        line = bisect_left(self.line_ends, self.at) + 1
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _keys(self) -> list[str]:
        keys = []
        while found := _KEY.match(self.text, self.at):
            keys.append(found[1].strip("\"'"))
            self.at = found.end()
            if self.text[self.at] != ".":
                break
            self.at += 1
        return keys

    def _header(self) -> Path:
        """`[a.b]`, or `[[a.b]]` which opens the next table of a list."""
        in_list = self.text.startswith("[[", self.at)
        starts_at = self.at
        self.at += 2 if in_list else 1
        path: Path = ()
        for key in self._keys():
            path = (*path, key)
            if path in self.tables_in:
                path = (*path, self.tables_in[path])
        self.at = self.text.index("]", self.at) + (2 if in_list else 1)
        ends_at, self.at = self.at, starts_at
        if in_list:
            path = self._next_in_list(path)
        self._note(path)
        self.at = ends_at
        return path

    def _next_in_list(self, path: Path) -> Path:
        known = bool(path) and isinstance(path[-1], int)
        base = path[:-1] if known else path
        self.tables_in[base] = self.tables_in.get(base, -1) + 1
        return (*base, self.tables_in[base])

    def _pair(self, table: Path) -> None:
        starts_at = self.at
        path = (*table, *self._keys())
        ends_at, self.at = self.at, starts_at
        self._note(path)
        self.at = self.text.index("=", ends_at) + 1
        self._skip_blank()
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self._list(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            found = _TEXT.match(self.text, self.at)
            assert found is not None
            self.at = found.end()

    def _list(self, path: Path) -> None:
        self.at += 1
        index = 0
        self._skip_separators()
        while self.text[self.at] != "]":
            self._note((*path, index))
            self._value((*path, index))
            index += 1
            self._skip_separators()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip_separators()
        while self.text[self.at] != "}":
            self._pair(path)
            self._skip_separators()
        self.at += 1

    def _skip_separators(self) -> None:
        self._skip_blank()
        if self.text[self.at] == ",":
            self.at += 1
            self._skip_blank()
