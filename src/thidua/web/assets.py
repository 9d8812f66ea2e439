"""The files of the site: styles joined to one sheet, each under an address that changes with its content."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
SHEET = "thidua.css"
_STYLES = STATIC / "styles"
_LINKED = re.compile(rb"url\(([a-z0-9/._-]+)\)")
_PALETTE = re.compile(rb"@palette ([a-z-]+);")
_PACKED_ALREADY = frozenset({".woff2", ".png"})
_TYPES = {".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same packed by gzip where that helps, its type, a hash of its content."""

    body: bytes
    packed: bytes | None
    media_type: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """Every file we serve, by its name below /static."""
    found = {name: _asset(name, path.read_bytes()) for name, path in _files()}
    return found | {SHEET: _asset(SHEET, _sheet(found))}


@cache
def asset(name: str) -> str:
    """The address of a file, which changes whenever its content does."""
    return _address(name, assets()[name])


def _files() -> list[tuple[str, Path]]:
    paths = [path for path in sorted(STATIC.rglob("*")) if path.is_file() and _STYLES not in path.parents]
    return [(path.relative_to(STATIC).as_posix(), path) for path in paths]


def _sheet(found: dict[str, Asset]) -> bytes:
    """All styles in the order of their names, with the palettes they ask for and the addresses of files."""
    joined = b"\n".join(path.read_bytes() for path in sorted(_STYLES.glob("*.css")))
    joined = _PALETTE.sub(lambda asked: _palette(asked[1].decode()), joined)

    def address(link: re.Match[bytes]) -> bytes:
        name = link[1].decode()
        return f"url({_address(name, found[name])})".encode()

    return _LINKED.sub(address, joined)


def _palette(name: str) -> bytes:
    """The colours of that name, without the line that says what they are."""
    return (_STYLES / "palettes" / f"{name}.css").read_bytes().partition(b"\n")[2]


def _asset(name: str, body: bytes) -> Asset:
    ending = Path(name).suffix
    packed = None if ending in _PACKED_ALREADY else gzip.compress(body, 9, mtime=0)
    kind = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "text/plain"
    return Asset(body, packed, kind, hashlib.blake2b(body, digest_size=6).hexdigest())


def _address(name: str, file: Asset) -> str:
    return f"/static/{name}?v={file.version}"
