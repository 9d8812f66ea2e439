"""The form of every activity type, made from the catalogue: what to ask, how, and in which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from thidua.activities.attributes import TEXT_CHARACTERS_MAX, Attribute, AttributeKind
from thidua.activities.catalogue import ActivityType, Step, Words, catalogue
from thidua.engine.rulebooks import Shelf
from thidua.kernel.subjects import SubjectKind
from thidua.scoring.model import Counts, Rule
from thidua.scoring.registry import Registry
from thidua.web.catalogue import translate
from thidua.web.language import Language

OTHER = "other"
# By decision of an authority: nobody claims these for themselves.
BY_DECISION = frozenset({"MANUAL", "FRAUD_REVERSAL"})
_MENTEES = frozenset({"MENTOR_SESSION", "MENTEE_GRADUATED"})
_ROLES = {"mentoring": "helped", "teaching": "learner", "service": "helped", "market": "helped"}
_PEOPLE = frozenset({"người", "buổi"})
_MINUTES = ("30", "45", "60", "90")
_SKILLS = (
    ("e-services", "Dịch vụ công"),
    ("vneid", "VNeID"),
    ("e-payment", "Thanh toán"),
    ("online-safety", "An toàn số"),
    ("calls-messages", "Gọi, nhắn tin"),
)
_CHOICES = {
    "disability": "Người khuyết tật",
    "minority_language": "Tiếng dân tộc",
    "commune": "Cấp xã",
    "province": "Cấp tỉnh",
    "national": "Toàn quốc",
    "digital_basics": "Kỹ năng số cơ bản",
    "online_safety": "An toàn số",
    "artificial_intelligence": "Trí tuệ nhân tạo",
}
_PLURALS = {
    "person": "people",
    "level of recognition": "levels of recognition",
    "pass of 70 % or more": "passes of 70 % or more",
}
# Asked as one asks somebody; the catalogue's own word names the fact elsewhere.
_QUESTIONS = {"minutes": "Bao nhiêu phút?", "skill": "Về việc gì?"}
_HINTS = {
    AttributeKind.SLUG: "Chữ thường, số và gạch nối, ví dụ ngay-hoi-2026",
    AttributeKind.IDS: "Mỗi dòng một mã hoạt động",
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One question: its name in the form, its label, how it is asked and what may be chosen."""

    name: str
    label: str
    kind: str
    hint: str | None
    required: bool
    # Without it the deed is recorded and nothing is paid.
    needed: bool
    options: Sequence[tuple[str, str]] = ()
    has_other: bool = False
    lowest: int | None = None
    highest: int | None = None


@dataclass(frozen=True, slots=True)
class FormOf:
    """What the form of one type asks: for whom, which attributes, and whether it counts more than people."""

    code: str
    name: str
    role: str | None
    counts_people: bool
    asks_quantity: bool
    unit: str
    fields: Sequence[FormField]
    labels: Mapping[str, str]


def form_of(kind: ActivityType, kept: Shelf, language: Language, *, at: datetime) -> FormOf:
    """Return the form of an activity type, in the reader's language, as the rules of the moment ask."""
    role = role_of(kind)
    needed = needed_by(kept.rules_at(at), kind.code)
    fields = [
        _field(one, language, required=one.name in kind.required, needed=one.name in needed)
        for one in kind.attributes.values()
    ]
    labels = {one.name: one.label for one in fields} | {
        "at": translate("Lúc nào", language),
        "helped": translate("Người được giúp", language),
        "others": translate("Số người khác", language),
        "quantity": translate("Số lượng", language),
        "team": translate("Đội hình", language),
        "unit": translate("Nơi làm", language),
        "evidence": translate("Minh chứng", language),
        "actor": translate("Ghi cho ai", language),
        "type": translate("Việc gì", language),
    }
    asks = kind.code in quantities(kept.registry) and not counts_people(kind)
    name, unit = said(kind.name, language), counted(2, said(kind.unit, language), language)
    return FormOf(kind.code, name, role, counts_people(kind), asks, unit, fields, labels)


def role_of(kind: ActivityType) -> str | None:
    """Return as what people who were helped take part in this type; None where nobody is helped."""
    if SubjectKind.PERSON not in kind.kinds:
        return None
    return "mentee" if kind.code in _MENTEES else _ROLES.get(kind.category)


def counts_people(kind: ActivityType) -> bool:
    """Whether the quantity of the type is how many people were helped, named or not."""
    return role_of(kind) is not None and kind.unit.vi in _PEOPLE


def told_by_people(kind: ActivityType) -> bool:
    """Whether people are the usual source of the type: not if systems alone confirm it."""
    return any(ways != {Step.MACHINE} for ways in kind.steps) and kind.code not in BY_DECISION


def types_for(kinds: frozenset[SubjectKind], *, is_own: bool) -> list[ActivityType]:
    """Return the types that an actor of one of these kinds can do, in the order of the catalogue."""
    return [
        one
        for one in catalogue().types.values()
        if not one.is_derived and one.kinds & kinds and not (is_own and one.code in BY_DECISION)
    ]


def steps_said(steps: Sequence[frozenset[Step]], language: Language) -> list[str]:
    """Return in words who confirms, one line a step."""
    told = catalogue().steps
    either = translate(" hoặc ", language)
    return [either.join(said(told[way], language) for way in Step if way in ways) for ways in steps]


def said(words: Words, language: Language) -> str:
    """The words in the reader's language."""
    return words.vi if language == "vi" else words.en


def counted(count: int, unit: str, language: Language) -> str:
    """What is counted, as it stands behind the number: 22 cases; Vietnamese knows no plural."""
    if language == "vi" or count == 1:
        return unit
    return _PLURALS.get(unit) or f"{unit}s"


def capital(text: str) -> str:
    """The text as the beginning of a line."""
    return text[:1].upper() + text[1:]


def shown_value(name: str, value: object, language: Language) -> str:
    """An attribute's value as people read it."""
    told = str(value)
    if name == "score_percent":
        return f"{told}\N{NO-BREAK SPACE}%"
    if name == "skill" and told in dict(_SKILLS):
        return translate(dict(_SKILLS)[told], language)
    return translate(_CHOICES[told], language) if told in _CHOICES else told


def options_of(told: Attribute, language: Language) -> tuple[list[tuple[str, str]], bool]:
    """What is offered as large targets, and whether something else may be typed."""
    if told.name == "minutes":
        return [(one, one) for one in _MINUTES], True
    if told.name == "skill":
        return [(code, translate(name, language)) for code, name in _SKILLS], True
    if told.kind is AttributeKind.CHOICE:
        return [(one, translate(_CHOICES.get(one, one), language)) for one in told.choices], False
    if told.kind is AttributeKind.WHOLE and told.highest - told.lowest < len(_MINUTES):
        return [(str(one), str(one)) for one in range(told.lowest, told.highest + 1)], False
    return [], False


def quantities(registry: Registry) -> frozenset[str]:
    """The types of which a rule counts the quantity."""
    return _quantities(registry)


def needed_by(rules: Mapping[str, Rule], code: str) -> frozenset[str]:
    """The attributes without which none of the rules pays for an activity of the type."""
    paying = [rule for rule in rules.values() if rule.milestone is None and code in rule.types]
    return frozenset.intersection(*(rule.attributes_needed for rule in paying)) if paying else frozenset()


@cache
def _quantities(registry: Registry) -> frozenset[str]:
    rules = [rule for book in registry.rulebooks.values() for rule in book.rules.values()]
    return frozenset().union(*(rule.types for rule in rules if rule.counts is Counts.QUANTITY))


def _field(told: Attribute, language: Language, *, required: bool, needed: bool) -> FormField:
    options, has_other = options_of(told, language)
    hint = _HINTS.get(told.kind)
    is_whole = told.kind is AttributeKind.WHOLE
    question = _QUESTIONS.get(told.name)
    label = translate(question, language) if question else capital(told.vi if language == "vi" else told.en)
    return FormField(
        name=f"a_{told.name}",
        label=label,
        kind="choices" if options else "lines" if told.kind is AttributeKind.IDS else "line",
        hint=translate(hint, language) if hint else None if options else _bounds(told, language),
        required=required,
        needed=needed,
        options=options,
        has_other=has_other,
        lowest=told.lowest if is_whole else None,
        highest=told.highest if is_whole else TEXT_CHARACTERS_MAX,
    )


def _bounds(told: Attribute, language: Language) -> str | None:
    if told.kind is not AttributeKind.WHOLE:
        return None
    return translate("Từ %(lowest)s đến %(highest)s", language, lowest=told.lowest, highest=told.highest)
