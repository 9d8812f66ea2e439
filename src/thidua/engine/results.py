"""What recording answers for each report."""

from collections.abc import Sequence

import msgspec

from thidua.activities.model import State
from thidua.kernel.errors import ConflictError, FieldError
from thidua.scoring.model import Reason


class IdConflictError(ConflictError):
    """An id was used before for something else: by this source (`id_reused`) or by another (`id_taken`)."""

    code = "id_conflict"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        """Carry the faults; the answer bears the code of the first."""
        super().__init__(errors[0].code)
        self.code = errors[0].code  # type: ignore[misc]  # one conflict has one of two codes
        self.errors = tuple(errors)


class Result(msgspec.Struct, frozen=True, gc=False):
    """What became of one report: recorded or duplicate with state and points, or rejected with its faults."""

    index: int
    status: str
    state: State | None = None
    points: int = 0
    reasons: tuple[Reason, ...] = ()
    errors: tuple[FieldError, ...] = ()
