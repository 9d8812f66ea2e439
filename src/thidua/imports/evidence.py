"""Documents as logs cite them: "12/BC-ĐTN, 15/10/2026", "03/KH ngày 2/10/2026"."""

import re
from datetime import date

from thidua.imports.dates import Order, day_of
from thidua.imports.model import UnreadableError

_CITED = re.compile(
    r"(?:số\s+)?(?P<number>[^,;]+?)\s*(?:[,;]\s*|\s+)(?:ngày\s+)?(?P<day>\d{1,2}[/.-]\d{1,2}[/.-]\d{4})",
    re.IGNORECASE,
)


def evidence_of(text: str, *, today: date) -> dict[str, str]:
    """Return a document as evidence: its number, and its day when the text gives one."""
    found = _CITED.fullmatch(text.strip())
    if found is None:
        return {"kind": "document", "number": text.strip()}
    try:
        day = day_of(found["day"], Order.DAY_FIRST, today=today).day
    except UnreadableError:
        return {"kind": "document", "number": text.strip()}
    return {"kind": "document", "number": found["number"].strip(), "issued_on": day.isoformat()}
