"""A telephone number or an e-mail address as people type it, in one form; or what is missing of it. Pure."""

import re
import unicodedata

from thidua.organisation.fields import UnfitError

_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_SEPARATORS = re.compile(r"[\s().\-\u2013/]+")
_COUNTRY = re.compile(r"^(\+84|0084|84(?=\d{9}))0?")
_MOBILE_DIGITS, _LANDLINE_DIGITS = 10, 11
_LANDLINE = "02"


def contact_of(typed: str) -> str | None:
    """Return the number as 0 and its digits, or the address; None when nothing was typed."""
    told = unicodedata.normalize("NFKC", typed).strip()
    if not told:
        return None
    if "@" in told:
        if not _MAIL.fullmatch(told):
            raise UnfitError("not_a_mail_address")
        return told
    return _phone(_COUNTRY.sub("0", _SEPARATORS.sub("", told)))


def _phone(digits: str) -> str:
    if not re.fullmatch(r"\d+", digits, re.ASCII):
        raise UnfitError("not_a_contact")
    if not digits.startswith("0"):
        raise UnfitError("phone_without_zero")
    expected = _LANDLINE_DIGITS if digits.startswith(_LANDLINE) else _MOBILE_DIGITS
    if len(digits) < expected:
        raise UnfitError("phone_too_short", count=expected - len(digits))
    if len(digits) > expected:
        raise UnfitError("phone_too_long", count=len(digits) - expected)
    return digits
