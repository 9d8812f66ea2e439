"""Words of closed lists as Vietnamese offices write them: groups, priorities, kinds of teams."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from thidua.imports.model import UnreadableError
from thidua.organisation.model import PriorityFlag, TargetGroup, TeamKind
from thidua.organisation.vietnamese import fold

_Word = TypeVar("_Word", bound=StrEnum)

TARGET_GROUPS: Mapping[TargetGroup, tuple[str, ...]] = {
    TargetGroup.OFFICIAL: (
        *("cbcc", "cbccvc", "cb, cc", "can bo", "cong chuc", "vien chuc", "can bo, cong chuc", "giao vien"),
        *("can bo cong chuc", "can bo, cong chuc, vien chuc", "luc luong vu trang", "can bo xa", "official"),
    ),
    TargetGroup.STUDENT: (
        *("hoc sinh", "sinh vien", "hssv", "hs", "sv", "hs, sv", "hs-sv", "hoc sinh sinh vien", "student"),
        *("hoc sinh, sinh vien", "hoc sinh - sinh vien", "hoc sinh/sinh vien"),
    ),
    TargetGroup.WORKER: (
        *("nguoi lao dong", "nld", "lao dong", "cong nhan", "nhan vien", "doanh nghiep", "worker"),
        *("nguoi lao dong trong doanh nghiep", "cong nhan lao dong"),
    ),
    TargetGroup.RESIDENT: (
        *("cu dan", "dan cu", "nguoi dan", "nhan dan", "nong dan", "lao dong tu do", "nong thon", "resident"),
        *("thanh nien nong thon", "tieu thuong", "noi tro"),
    ),
}
PRIORITIES: Mapping[PriorityFlag, tuple[str, ...]] = {
    PriorityFlag.ELDERLY: ("nct", "nguoi cao tuoi", "cao tuoi", "nguoi gia", "elderly"),
    PriorityFlag.DISABILITY: ("nkt", "nguoi khuyet tat", "khuyet tat", "disability"),
    PriorityFlag.MINORITY: ("dtts", "dan toc thieu so", "nguoi dan toc thieu so", "dan toc", "minority"),
    PriorityFlag.POOR: ("ho ngheo", "ngheo", "can ngheo", "ho can ngheo", "hn", "hcn", "poor"),
    PriorityFlag.REMOTE: (
        "vung sau",
        "vung xa",
        "vung sau vung xa",
        "vsvx",
        "bien gioi",
        "hai dao",
        "remote",
    ),
}
TEAM_KINDS: Mapping[TeamKind, tuple[str, ...]] = {
    TeamKind.YOUTH_DIGITAL: (
        *("doi hinh", "doi hinh chuyen doi so", "doi hinh binh dan hoc vu so", "thanh nien", "dhcds"),
        *("doi hinh thanh nien", "doi hinh tri thuc tre", "youth_digital"),
    ),
    TeamKind.COMMUNITY_DIGITAL: (
        "to cong nghe so cong dong",
        "tcnscd",
        "to cong nghe so",
        "community_digital",
    ),
    TeamKind.VOLUNTEER: (
        "doi tinh nguyen",
        "tinh nguyen",
        "doi hinh tinh nguyen",
        "thanh nien tinh nguyen",
        "volunteer",
    ),
    TeamKind.GROUP: ("nhom", "cau lac bo", "clb", "group"),
}
_NOTHING = frozenset({"", "-", "khong", "ko", "k", "0", "none", "no"})
_BETWEEN = re.compile(r"\s*[,;/+\n]\s*|\s+va\s+")


def word_of(text: str, words: Mapping[_Word, tuple[str, ...]]) -> _Word:
    """Return the choice that the text names; UnreadableError when none."""
    folded = fold(text)
    for choice, known in words.items():
        if folded in known or folded == choice.value:
            return choice
    raise UnreadableError("unknown_word")


def priorities_of(text: str) -> list[PriorityFlag]:
    """Return every priority named in a list; nothing, a dash or "không" names none."""
    found = {word_of(part, PRIORITIES) for part in _BETWEEN.split(fold(text)) if part not in _NOTHING}
    return [flag for flag in PriorityFlag if flag in found]


def team_kind_in(name: str) -> TeamKind:
    """The kind of a team whose row does not say it, as its own name tells."""
    folded = fold(name)
    if folded.startswith(("to cong nghe so", "to cnscd", "tcnscd")):
        return TeamKind.COMMUNITY_DIGITAL
    if "tinh nguyen" in folded:
        return TeamKind.VOLUNTEER
    return TeamKind.GROUP if folded.startswith(("nhom", "clb", "cau lac bo")) else TeamKind.YOUTH_DIGITAL
