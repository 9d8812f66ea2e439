"""How a reader wants pages to look: light, dark or high contrast, and how large the letters are."""

from dataclasses import dataclass

from litestar.datastructures import Cookie

from thidua.web.language import AnyRequest

COOKIE = "thidua_look"
THEMES = ("light", "dark", "contrast")
TEXTS = ("125", "150")
_A_YEAR_SECONDS = 31_536_000


@dataclass(frozen=True, slots=True)
class Look:
    """A choice; None leaves the theme to the reader's system, and the letters as they are."""

    theme: str | None = None
    text: str | None = None


PLAIN = Look()


def look_of(request: AnyRequest) -> Look:
    """What the cookie of this request chose; a cookie we do not understand chose nothing."""
    chosen = request.cookies.get(COOKIE)
    if chosen is None:
        return PLAIN
    theme, _, text = chosen.partition(".")
    return Look(theme if theme in THEMES else None, text if text in TEXTS else None)


def changed(look: Look, *, theme: str, text: str) -> Look:
    """The look with what was chosen now; any other word (`system`, `100`) takes a choice back."""
    return Look(
        (theme if theme in THEMES else None) if theme else look.theme,
        (text if text in TEXTS else None) if text else look.text,
    )


def cookie_of(look: Look) -> Cookie:
    """The cookie that keeps a look for a year."""
    value = f"{look.theme or 'system'}.{look.text or '100'}"
    return Cookie(COOKIE, value=value, max_age=_A_YEAR_SECONDS, httponly=True, samesite="lax")
