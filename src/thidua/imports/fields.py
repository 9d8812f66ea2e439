"""What a file of each kind may say, and by which words its columns are known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from thidua.activities.catalogue import catalogue
from thidua.imports.model import Kind
from thidua.organisation.vietnamese import fold

# A column that is recognised so that nobody wonders, and never kept.
NOT_KEPT = "not_kept"
ATTRIBUTE = "attribute."


@dataclass(frozen=True, slots=True)
class ImportField:
    """One thing a row may state: whether it must, and the words (folded) that head its column."""

    name: str
    words: tuple[str, ...]
    is_required: bool = False


def _field(name: str, words: str, *, is_required: bool = False) -> ImportField:
    """A field whose column is headed by any of the words, which stand between bars."""
    return ImportField(name, tuple(word.strip() for word in words.split("|")), is_required)


_NAME = "ho va ten | ho ten | ho va ten doan vien | ten doan vien | ho ten doan vien | full name | name"
_BORN = _field(
    "born_on",
    "ngay sinh | ngay thang nam sinh | ngay, thang, nam sinh | nam sinh | sinh ngay | date of birth",
)
_PLACES = (
    "xa/phuong | xa, phuong | xa phuong | xa | phuong | don vi | xa/phuong/dac khu | dia ban | doan xa"
    " | doan co so | noi sinh hoat | unit | commune | ward"
)
_TEAM_NAMES = "doi hinh | ten doi hinh | doi | to | to cong nghe so cong dong | nhom | team"
_NOT_KEPT = _field(
    NOT_KEPT,
    "stt | tt | so tt | so thu tu | no | no. | # | gioi tinh | nam/nu | gender | sex | cccd | so cccd | cmnd"
    " | so cmnd | cccd/cmnd | cmnd/cccd | so dinh danh | so dinh danh ca nhan | can cuoc | so can cuoc"
    " | dan toc | ton giao | ghi chu | notes | note | ky ten | chu ky",
)
_PEOPLE = (
    _field("name", _NAME, is_required=True),
    _field("family_name", "ho | ho dem | ho va ten dem | ho va dem | ho va chu dem | family name"),
    _field("given_name", "ten | given name"),
    _BORN,
    _field("unit", _PLACES),
    _field("branch", "chi doan | ten chi doan | sinh hoat tai chi doan | branch"),
    _field(
        "contact",
        "so dien thoai | dien thoai | sdt | so dt | dt | dien thoai lien he | di dong | phone | lien he"
        " | email | thu dien tu | contact",
    ),
    _field(
        "target_group",
        "nhom doi tuong | doi tuong | nhom | nghe nghiep | thanh phan | target group | group",
    ),
    _field("priority", "uu tien | dien uu tien | doi tuong uu tien | nhom uu tien | priority"),
    _field("team", "doi hinh | ten doi hinh | doi | to | to cong nghe so cong dong | thuoc doi hinh | team"),
    _field("joined_on", "ngay vao doi | ngay tham gia | tham gia tu | joined on | joined"),
    _NOT_KEPT,
)
_TEAMS = (
    _field("name", f"{_TEAM_NAMES} | ten | ten to | ten doi | name", is_required=True),
    _field("unit", _PLACES),
    _field("kind", "loai | loai hinh | loai doi hinh | kind | type"),
    _field(
        "valid_from",
        "ngay thanh lap | thanh lap | hoat dong tu | ngay ra mat | tu ngay | founded | since",
    ),
    _NOT_KEPT,
)
_ACTIVITIES = (
    _field("day", "ngay | ngay thuc hien | thoi gian | ngay thang | date | day", is_required=True),
    _field("hour", "gio | gio bat dau | luc | time | hour"),
    _field(
        "person",
        f"{_NAME} | nguoi thuc hien | doan vien | nguoi huong dan | nguoi phu trach | person",
        is_required=True,
    ),
    _BORN,
    _field("team", _TEAM_NAMES),
    _field(
        "type",
        "hoat dong | loai hoat dong | noi dung | viec da lam | cong viec | ten hoat dong | activity",
        is_required=True,
    ),
    _field("quantity", "so luong | so luot | sl | so nguoi | so buoi | so ho | quantity"),
    _field("unit", f"dia diem | noi thuc hien | {_PLACES} | place"),
    _field(
        "evidence",
        "minh chung | van ban | so van ban | tai lieu minh chung | can cu | evidence | document",
    ),
)


@cache
def fields_of(kind: Kind) -> Mapping[str, ImportField]:
    """The fields of a kind by name, in the order in which they are asked for."""
    if kind is Kind.PEOPLE:
        return _by_name(_PEOPLE)
    return _by_name(_TEAMS if kind is Kind.TEAMS else (*_ACTIVITIES, *_attributes(), _NOT_KEPT))


def header_words(text: str) -> str:
    """The head of a column as it is compared: no marks, no remark in brackets, no blanks to spare."""
    folded = fold(text.replace("\n", " ").partition("(")[0]).strip(" :.*")
    return " ".join(folded.replace(" / ", "/").replace("/ ", "/").replace(" /", "/").split())


def field_for(kind: Kind, title: str) -> str | None:
    """The field that a column of this title states, or None."""
    asked = header_words(title)
    return _known_words(kind).get(asked) if asked else None


@cache
def _known_words(kind: Kind) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for one in fields_of(kind).values():
        for word in one.words:
            known.setdefault(word, one.name)
    return known


def _by_name(fields: Iterable[ImportField]) -> Mapping[str, ImportField]:
    return {one.name: one for one in fields}


def _attributes() -> Iterable[ImportField]:
    """Whatever attribute a type knows may be a column, under its own Vietnamese or English name."""
    seen: dict[str, ImportField] = {}
    for one in catalogue().types.values():
        for name, told in one.attributes.items():
            seen.setdefault(name, ImportField(ATTRIBUTE + name, _attribute_words(name, told.vi, told.en)))
    return seen.values()


def _attribute_words(name: str, vi: str, en: str) -> tuple[str, ...]:
    return (header_words(vi), header_words(en), name)
