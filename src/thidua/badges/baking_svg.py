"""The credential of an SVG: put in after the opening tag, taken out by a reader that expands nothing."""

import re
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from thidua.badges.baking_errors import (
    NoCredentialError,
    NotABadgePictureError,
    PictureBrokenError,
    SeveralCredentialsError,
)

_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_SVG = "http://www.w3.org/2000/svg svg"
_CREDENTIAL = f"{_NAMESPACE} credential"
_TAG = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")


def with_credential(svg: str, credential: str) -> str:
    """The SVG with the credential in place of any it had."""
    content = svg.encode()
    seen = _Reader(content)
    opening = _TAG.match(content, seen.root_at)
    if opening is None or opening[0].endswith(b"/>"):
        raise PictureBrokenError
    pieces, at = [content[: opening.end()], _element(credential).encode()], opening.end()
    for start, end in seen.spans:
        pieces.append(content[at:start])
        at = end
    return b"".join([*pieces, content[at:]]).decode()


def credential_of_svg(svg: bytes) -> str:
    """What the one credential says, in its attribute or between its tags."""
    found = _Reader(svg).found
    if not found:
        raise NoCredentialError
    if len(found) > 1:
        raise SeveralCredentialsError
    return found[0]


def _element(credential: str) -> str:
    """Write a compact JWS as an attribute, JSON between the tags."""
    name = f'openbadges:credential xmlns:openbadges="{_NAMESPACE}"'
    if not credential.lstrip().startswith("{"):
        return f"<{name} verify={quoteattr(credential)}></openbadges:credential>"
    within = credential.replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{within}]]></openbadges:credential>"


class _Reader:
    """What one pass over an SVG finds: where its root begins, and every credential with its place."""

    def __init__(self, content: bytes) -> None:
        self.root_at = -1
        self.found: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self._content = content
        self._begun_at = -1
        self._text: list[str] | None = None
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype
        try:
            self._parser.Parse(content, True)  # noqa: FBT003 -- expat takes no keywords
        except expat.ExpatError:
            raise PictureBrokenError from None

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if self.root_at < 0:
            self.root_at = self._parser.CurrentByteIndex
            if name != _SVG:
                raise NotABadgePictureError
        if name != _CREDENTIAL:
            return
        if self._text is not None:
            raise SeveralCredentialsError
        self._begun_at, self._text = self._parser.CurrentByteIndex, []
        if attributes.get("verify", "").strip():
            self.found.append(attributes["verify"].strip())

    def _characters(self, words: str) -> None:
        if self._text is not None:
            self._text.append(words)

    def _end(self, name: str) -> None:
        if name != _CREDENTIAL or self._text is None:
            return
        within = "".join(self._text).strip()
        if within:
            self.found.append(within)
        self.spans.append((self._begun_at, self._end_of_tag()))
        self._text = None

    def _end_of_tag(self) -> int:
        """Return where the closing tag ends; of an element without one, its only tag."""
        at = self._parser.CurrentByteIndex
        closing = _TAG.match(self._content, at) or _TAG.match(self._content, self._begun_at)
        if closing is None:
            raise PictureBrokenError
        return closing.end()

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_declarations: bool) -> None:  # noqa: FBT001 -- expat calls it so
        """Refuse entities: with them a small file unpacks to a large one."""
        if has_declarations:
            raise PictureBrokenError
