"""Whether the boards in Redis say what the ledger says."""

from thidua.boards.check import board_differences
from thidua.boards.gate import AWAY
from thidua.boards.store import Store
from thidua.boards.wanted import wanted
from thidua.engine.findings import Findings
from thidua.infra.cursor import instance_of
from thidua.infra.database import connection
from thidua.infra.errors import StartError


async def check_boards(findings: Findings) -> None:
    """Find every row of a loaded board that differs, over the open pool; without Redis there is none."""
    async with connection() as reading:
        store = Store(await instance_of(reading))
    try:
        findings.saw("boards", len(await wanted(store)))
        found = await board_differences(store)
    except (*AWAY, StartError):
        findings.saw("boards", 0)
        return
    for one in found:
        findings.add(
            "board_differs", board=one.where, subject=one.subject, expected=one.expected, found=one.found
        )
