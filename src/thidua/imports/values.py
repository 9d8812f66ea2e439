"""Names, telephone numbers and quantities as they stand in cells; nothing is guessed that Excel destroyed."""

import re
import unicodedata

from thidua.imports.decoding import UNREADABLE
from thidua.imports.model import UnreadableError
from thidua.organisation.fields import clean_text
from thidua.organisation.vietnamese import fold

_E_NOTATION = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_MOBILE = re.compile(r"0[35789]\d{8}")
_LANDLINE = re.compile(r"02\d{8,9}")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}")
_BETWEEN_NUMBERS = re.compile(r"\s*[/;,]\s*")
_LOST_ZERO_DIGITS = 9
_ABROAD_DIGITS = 11
_QUANTITY = re.compile(r"(\d{1,6})(?:[.,]0+)?(?:\s+[^\d].*)?")
QUANTITY_MAX = 10_000
_FORMULA = ("=", "+", "@", "＝", "＋", "＠")  # noqa: RUF001 -- full-width letters work as formulas too
_NAME_CHARACTERS_MAX = 200
_NEVER_IN_A_NAME = re.compile(r"[0-9<>{}\[\]|\\^~#$%*=+@\"“”_]")


def cleaned(text: str) -> str:
    """Return a cell as one line of text; UnreadableError when characters of it were destroyed."""
    if UNREADABLE in text:
        raise UnreadableError("unreadable_character")
    spaced = "".join(" " if unicodedata.category(char) in {"Zs", "Cc", "Cf"} else char for char in text)
    return clean_text(spaced)


def name_of(text: str) -> tuple[str, str]:
    """Return a person's name and the code of a remark; a name all in capitals is written as names are."""
    name = cleaned(text)
    if len(name) > _NAME_CHARACTERS_MAX:
        raise UnreadableError("too_long", maximum=_NAME_CHARACTERS_MAX)
    if is_formula(name):
        return name, "formula"
    if name.isupper() and len(name.split()) > 1:
        return " ".join(word.capitalize() for word in name.split()), "all_capitals"
    if name.islower() and len(name.split()) > 1:
        return " ".join(word.capitalize() for word in name.split()), "no_capitals"
    return name, "odd_name" if _NEVER_IN_A_NAME.search(name) else ""


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return text.startswith(_FORMULA)


def contact_of(text: str) -> tuple[str, str]:
    """Return telephone numbers or an address as we keep them, and the code of a remark."""
    written = cleaned(text).lstrip("'\N{RIGHT SINGLE QUOTATION MARK}`")
    if _E_NOTATION.fullmatch(written.replace(" ", "")):
        raise UnreadableError("e_notation")
    if _EMAIL.fullmatch(written):
        return written, ""
    read = [_number(part) for part in _BETWEEN_NUMBERS.split(written) if part]
    if not read:
        raise UnreadableError("not_a_telephone_number")
    return ", ".join(number for number, _ in read), next((note for _, note in read if note), "")


def _number(written: str) -> tuple[str, str]:
    digits = re.sub(r"[\s.()-]", "", written).removesuffix(".0")
    note = ""
    if digits.startswith("+84"):
        digits = "0" + digits.removeprefix("+84").removeprefix("0")
    elif digits.startswith("84") and len(digits) == _ABROAD_DIGITS:
        digits = "0" + digits.removeprefix("84")
    elif len(digits) == _LOST_ZERO_DIGITS and digits[:1] in {"3", "5", "7", "8", "9"}:
        digits, note = "0" + digits, "zero_put_back"
    if not (_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)):
        raise UnreadableError("not_a_telephone_number")
    return digits, note


def quantity_of(text: str) -> int:
    """Return a quantity; UnreadableError unless it is a whole number between 1 and 10,000."""
    found = _QUANTITY.fullmatch(fold(text))
    if found is None:
        raise UnreadableError("not_a_quantity", maximum=QUANTITY_MAX)
    number = int(found[1])
    if not 1 <= number <= QUANTITY_MAX:
        raise UnreadableError("not_a_quantity", maximum=QUANTITY_MAX)
    return number
