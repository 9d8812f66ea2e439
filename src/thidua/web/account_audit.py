"""The audit, for those who may read it: who did what, when, to which thing."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import QueryParameter

from thidua.accounts.auditing import DeedRead, deeds_read
from thidua.accounts.permissions import Permission, carrying
from thidua.imports.queries import file_names
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.organisation.fields import as_id
from thidua.organisation.names import shown_names
from thidua.web import paging
from thidua.web.audit_words import facts_said
from thidua.web.catalogue import translate
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.pages import render
from thidua.web.subjects import shown_name
from thidua.web.visitors import needs, visitor_let_in

_ROWS = 50
DOINGS: Mapping[str, str] = {
    "account_created": "cấp tài khoản",
    "account_password_set": "đặt mật khẩu",
    "account_signed_out": "đăng xuất khỏi mọi máy",
    "account_disabled": "ngừng tài khoản",
    "account_enabled": "cho tài khoản dùng lại",
    "account_erased": "xóa dữ liệu trong tài khoản",
    "person_erased": "xóa dữ liệu cá nhân theo yêu cầu",
    "account_role_given": "giao vai trò",
    "account_role_taken": "rút vai trò",
    "people_exported": "xuất danh sách người",
    "unit_created": "lập đơn vị",
    "unit_changed": "sửa đơn vị",
    "team_created": "lập đội",
    "team_changed": "sửa đội",
    "person_created": "thêm người",
    "person_changed": "sửa hồ sơ người",
    "household_created": "thêm hộ",
    "household_changed": "sửa hộ",
    "membership_begun": "xếp người vào đội",
    "membership_ended": "cho người rời đội",
    "import.sent": "gửi tệp",
    "import.confirmed": "xác nhận tệp",
    "import.done": "ghi xong tệp",
    "import.undone": "hoàn tác tệp",
    "import.taken_back": "hoàn tác xong tệp",
    "import.discarded": "bỏ tệp",
    "code.made": "làm mã cho người được giúp",
    "doubt.raised": "báo số sai",
    "doubt.answered": "trả lời báo sai",
    "recalculated": "tính lại điểm",
    "reassigned": "chuyển việc đã ghi",
    "badge_given": "trao huy hiệu",
    "badge_revoked": "thu hồi huy hiệu",
    "badges_given": "trao huy hiệu theo danh sách",
    "badges_undone": "lấy lại một danh sách huy hiệu",
    "demo.begun": "bắt đầu nạp",
    "demo.finished": "nạp xong",
}
_THINGS: Mapping[str, str] = {
    "import": "tệp đã xóa nội dung",
    "demo": "dữ liệu mẫu",
    "activity": "một hoạt động",
    "badge_award": "một huy hiệu đã trao",
    "badge_batch": "một danh sách trao",
}
Cursor = Annotated[str | None, QueryParameter(max_length=1000)]
About = Annotated[str | None, QueryParameter(max_length=64)]


@get("/accounts/audit", include_in_schema=False, guards=[needs(Permission.AUDIT)])
async def audit_page(request: AnyRequest, about: About = None, cursor: Cursor = None) -> Response[bytes]:
    """Deeds in the visitor's scope, the latest first; about one thing or by one account if it is named."""
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    about = (about or "").strip() or None
    purpose = f"audit {visitor.account} {about}"
    before = None if cursor is None else int(str(paging.decode(purpose, cursor)[0]))
    held = carrying(visitor.grants, Permission.AUDIT)
    async with connection() as database:
        deeds = await deeds_read(database, held, about=about, before=before, count_max=_ROWS + 1, at=at)
        things = [one for deed in deeds[:_ROWS] if (one := as_id(deed.thing_id)) is not None]
        places = [one for deed in deeds[:_ROWS] for one in _places(deed)]
        names = await shown_names(database, [*things, *places], at)
        files = await file_names(database, things)
    shown = {one: shown_name(name, language) for one, name in names.items()} | files
    lines = [_line(deed, shown, language) for deed in deeds[:_ROWS]]
    more = paging.encode(purpose, deeds[_ROWS - 1].id) if len(deeds) > _ROWS else None
    told: dict[str, Any] = {"lines": lines, "asked": {"about": about or ""}, "next": more}
    return render(request, "accounts/audit.html", is_first=cursor is None, **told)


def _line(deed: DeedRead, names: Mapping[UUID, str], language: Language) -> dict[str, Any]:
    thing = as_id(deed.thing_id)
    return {
        "at": deed.at,
        "actor": deed.actor,
        "actor_id": deed.actor_id,
        "doing": translate(DOINGS.get(deed.doing, deed.doing), language),
        "thing": deed.account or (names.get(thing) if thing else None) or _unnamed(deed, language),
        "thing_id": deed.thing_id,
        "facts": facts_said(deed.facts, names, language),
    }


def _unnamed(deed: DeedRead, language: Language) -> str:
    """A thing without a name by what it is."""
    worded = _THINGS.get(deed.thing_kind)
    return deed.thing_id if worded is None else translate(worded, language)


def _places(deed: DeedRead) -> list[UUID]:
    found = [as_id(one) for one in deed.facts.values() if isinstance(one, str)]
    return [one for one in found if one is not None]


account_audit_handlers = [audit_page]
