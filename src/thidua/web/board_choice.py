"""What the form above a board means: which board, in which unit, by which address."""

from typing import Any
from urllib.parse import quote, urlencode

from thidua.web.board_queries import words_of
from thidua.web.language import Language
from thidua.web.units import units_found

_BEFORE_CODE = "·"
_FIELDS = ("period", "kind", "division", "q")
_ALL = {"period": "all", "scope": "VN"}


def chosen(query_string: bytes) -> dict[str, str]:
    """What the form narrows the board by, the unit aside."""
    words = words_of(query_string)
    return {name: words[name] for name in _FIELDS if name in words}


async def meant(within: str, language: Language) -> tuple[str | None, list[dict[str, Any]]]:
    """The code of the unit that is meant, else None and every unit it may be."""
    name, _, code = within.rpartition(_BEFORE_CODE)
    units = await units_found(code.strip() or name.strip(), language) if within.strip() else []
    exact = [unit for unit in units if unit["code"] == code.strip()]
    if exact or len(units) == 1:
        return (exact or units)[0]["code"], []
    return None, units


def address_of(slug: str, kept: dict[str, str], scope: str | None) -> str:
    """Where the board stands; what is so anyway is left out."""
    words = {**kept, **({"scope": scope} if scope else {})}
    told = {name: value for name, value in words.items() if _ALL.get(name) != value}
    return f"/boards/{quote(slug)}{'?' if told else ''}{urlencode(told)}"
