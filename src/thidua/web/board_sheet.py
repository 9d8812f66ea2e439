"""A board's worksheet for people: headings, ties and moments in words. Programs get it as it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from thidua.boards.question import Question
from thidua.boards.shelf import Shelved
from thidua.web.board_views import board_name, period_name
from thidua.web.catalogue import translate
from thidua.web.formats import shown_time
from thidua.web.language import Language

_TIED, _REACHED_AT = 1, 6


@dataclass(frozen=True, slots=True)
class SheetInWords:
    """What stands above the table, its headings, and its rows."""

    about: list[str]
    headings: list[str]
    rows: list[list[str]]


def sheet_in_words(
    question: Question, shelved: Shelved, rows: Iterable[list[str]], language: Language
) -> SheetInWords:
    """The worksheet in that language."""
    return SheetInWords(
        _about(question, shelved, language),
        _headings(language, is_per_member=question.key.board.is_per_member),
        [_row(row, language) for row in rows],
    )


def _about(question: Question, shelved: Shelved, language: Language) -> list[str]:
    scope = question.scope.name_vi if language == "vi" else question.scope.name_en
    return [
        board_name(question.key.board, language),
        f"{scope}, {period_name(question.key.period, language)}".replace("\N{NO-BREAK SPACE}", " "),
        f"{translate('Cập nhật lúc', language)} {shown_time(shelved.as_of)}",
    ]


def _headings(language: Language, *, is_per_member: bool) -> list[str]:
    score = "Điểm mỗi thành viên" if is_per_member else "Điểm"
    said = ("Hạng", "Đồng hạng", "Số hiệu", "Mã đơn vị", "Tên", score, "Đạt lúc")
    return [translate(one, language) for one in said]


def _row(row: list[str], language: Language) -> list[str]:
    found = list(row)
    found[_TIED] = translate("đồng hạng", language).strip() if row[_TIED] == "true" else ""
    found[_REACHED_AT] = shown_time(datetime.fromisoformat(row[_REACHED_AT]))
    return found
