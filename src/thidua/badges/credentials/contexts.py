"""The JSON-LD contexts that credentials may name: shipped word for word, never fetched."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
MULTIKEY = "https://w3id.org/security/multikey/v1"
_OB = "https://purl.imsglobal.org/spec/ob/v3p0"

# Address: file and hash; the unversioned address of Open Badges is what 3.0.3 says.
_OB_3_0_3 = (
    "ob-v3p0-context-3.0.3.json",
    "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
)
VENDORED = {
    CREDENTIALS: (
        "credentials-v2.json",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    ),
    OPEN_BADGES: _OB_3_0_3,
    f"{_OB}/context.json": _OB_3_0_3,
    f"{_OB}/context-3.0.2.json": (
        "ob-v3p0-context-3.0.2.json",
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
    ),
    f"{_OB}/context-3.0.1.json": (
        "ob-v3p0-context-3.0.1.json",
        "5f3d9dd6288ef437ff8286cf95ffbff609c748a66f24a1e9450c45ca64be1571",
    ),
    f"{_OB}/extensions.json": (
        "ob-v3p0-extensions.json",
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
    ),
    "https://w3id.org/security/data-integrity/v2": (
        "security-data-integrity-v2.json",
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    ),
    # Names kinds of proofs that we do not verify; issuers list it beside those that we do.
    "https://w3id.org/security/suites/ed25519-2020/v1": (
        "security-ed25519-2020-v1.json",
        "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
    ),
    MULTIKEY: (
        "security-multikey-v1.json",
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
    ),
}
_FOLDER = Path(__file__).with_name("vendored")


class UnknownContextError(Exception):
    """A context that we do not carry."""


def is_known(address: object) -> bool:
    """Whether we carry the context of this address."""
    return isinstance(address, str) and address in VENDORED


def load(address: str, _options: object = None) -> dict[str, Any]:
    """The context in the shape PyLD's loaders answer in; another address is refused, never fetched."""
    if address not in VENDORED:
        raise UnknownContextError(address)
    return {
        "contextUrl": None,
        "documentUrl": address,
        "contentType": "application/ld+json",
        "document": _document(address),
    }


@cache
def _document(address: str) -> object:
    name, expected = VENDORED[address]
    content = (_FOLDER / name).read_bytes()
    assert sha256(content).hexdigest() == expected, f"{name} is not the published file"
    return json.loads(content)
