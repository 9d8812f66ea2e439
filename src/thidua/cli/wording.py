"""What a command says when it is refused: in plain words, moments as a clock in Vietnam shows them."""

from collections.abc import Mapping

from thidua.kernel.errors import DomainError, FieldError, InputError, NotFoundError
from thidua.web.wording import say, wordings


def words_of(error: DomainError) -> str:
    """The error's own message; else its sentence, and that of each field at fault."""
    if str(error) != error.code:
        return str(error)
    if isinstance(error, NotFoundError) and error.facts:
        return "; ".join(f"there is no {name} {value}" for name, value in error.facts.items())
    fields = [_of_field(one.field, one.code, one.facts or {}) for one in _faults(error)]
    return "; ".join(fields) or say(error.code, "en", error.facts)


def _faults(error: DomainError) -> tuple[FieldError, ...]:
    return error.errors if isinstance(error, InputError) else ()


def _of_field(field: str, code: str, facts: Mapping[str, object]) -> str:
    if code not in wordings():
        return f"{field}: {code}"
    said = say(code, "en", {"field": field, **facts})
    return said if field in said else f"{field}: {said}"
