"""What can be wrong with a question about boards."""

from thidua.kernel.errors import DomainError, InputError, NotFoundError


class BoardNotFoundError(NotFoundError):
    """There is no board of that name, or no such campaign."""

    code = "board_not_found"


class NotOnBoardError(NotFoundError):
    """The subject has no points on this board."""

    code = "not_on_board"


class BoardQuestionError(InputError):
    """A part of the question cannot be understood; every fault is named."""

    code = "invalid_query"


class ExportTooLargeError(DomainError):
    """The board has more rows than a worksheet takes well: the CSV has them all."""

    code = "export_too_large"
