"""What is wrong with a file, or with what somebody wants done with an import."""

from typing import ClassVar

from thidua.kernel.errors import BusyError, ConflictError, DomainError


class FileRefusedError(DomainError):
    """The file cannot be read as a table; `code` says why, in a way its owner can mend."""

    # The codes that mean "too much of it" and "not this kind of file"; every other one is a fault of content.
    TOO_LARGE: ClassVar[frozenset[str]] = frozenset(
        {"file_too_large", "file_unpacks_too_large", "too_many_rows", "too_many_columns", "too_many_cells"}
    )
    NOT_A_TABLE: ClassVar[frozenset[str]] = frozenset(
        {"file_not_a_table", "file_has_macros", "file_encrypted", "file_is_archive", "file_is_picture"}
    )

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the code of this one refusal."""
        super().__init__(code, **facts)
        self.code = code  # type: ignore[misc]  # one class, many stable codes

    @property
    def is_too_large(self) -> bool:
        """Whether the file holds more than we take."""
        return self.code in self.TOO_LARGE

    @property
    def is_not_a_table(self) -> bool:
        """Whether the file is of a kind that we do not take."""
        return self.code in self.NOT_A_TABLE


class FileUnopenedError(BusyError):
    """Nobody had the time to open the file: it may be a good one, try again shortly."""

    code = "file_unopened"


class ImportStageError(ConflictError):
    """The import does not stand where this can be done: already confirmed, undone or thrown away."""

    code = "import_stage"
