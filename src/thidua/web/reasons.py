"""Why an activity brought nothing or less than it might, in words."""

from collections.abc import Iterable

from thidua.scoring.explain import reason
from thidua.scoring.model import Reason
from thidua.web.language import Language


def reason_bodies(reasons: Iterable[Reason], language: Language) -> list[dict[str, str]]:
    """The reasons as the API shows them: a stable code, and a sentence."""
    return [{"code": one.code, "message": reason(one.code, one.params, language)} for one in reasons]
