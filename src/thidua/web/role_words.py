"""Roles and permissions in words, and the one table of who may do what as a page shows it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from thidua.accounts.permissions import PERMISSIONS, Permission
from thidua.accounts.roles import Grant, Role
from thidua.infra.database import Connection
from thidua.organisation.names import shown_names
from thidua.web.catalogue import translate
from thidua.web.language import Language
from thidua.web.subjects import shown_name

ROLES: Mapping[Role, str] = {
    Role.MEMBER: "Người tham gia",
    Role.TEAM_LEADER: "Đội trưởng",
    Role.BRANCH_SECRETARY: "Bí thư chi đoàn",
    Role.UNIT_LEADER: "Phụ trách đơn vị",
    Role.VERIFIER: "Người thẩm định",
    Role.FESTIVAL_ORGANISER: "Tổ chức ngày hội",
    Role.AUDITOR: "Người giám sát",
    Role.RULES_EDITOR: "Biên soạn quy tắc",
    Role.SYSTEM_ADMINISTRATOR: "Quản trị hệ thống",
}
PERMITTED: Mapping[Permission, str] = {
    Permission.RECORD_OWN: "Ghi việc của mình",
    Permission.RECORD_FOR_OTHERS: "Ghi việc thay người khác",
    Permission.VERIFY: "Xác nhận hoặc từ chối hoạt động",
    Permission.SEE_NAMES: "Xem tên thật và sổ của người trong phạm vi",
    Permission.MANAGE_TEAMS: "Lập và sửa đội, xếp người vào đội",
    Permission.MANAGE_PEOPLE: "Thêm và sửa hồ sơ người",
    Permission.MANAGE_UNITS: "Lập chi đoàn, ghi số đoàn viên của đơn vị",
    Permission.IMPORT: "Nhập tệp bảng tính",
    Permission.EXPORT: "Xuất danh sách có tên",
    Permission.RUN_FESTIVAL: "Điều hành ngày hội",
    Permission.AWARD_BADGES: "Trao và thu hồi huy hiệu",
    Permission.MANAGE_ACCOUNTS: "Cấp tài khoản, giao và rút vai trò",
    Permission.AUDIT: "Đọc nhật ký: ai làm gì, lúc nào",
    Permission.EDIT_RULES: "Soạn và ban hành bộ quy tắc",
    Permission.OPERATE: "Vận hành máy chủ",
}


def role_shown(role: Role, language: Language) -> str:
    """The role as people call it."""
    return translate(ROLES[role], language)


def table_shown(language: Language) -> dict[str, Any]:
    """Who may do what: a line a permission, a column a role."""
    lines = [
        {
            "name": translate(PERMITTED[permission], language),
            "marks": [permission in PERMISSIONS[role] for role in Role],
        }
        for permission in Permission
    ]
    return {"roles": [role_shown(role, language) for role in Role], "lines": lines}


async def grants_shown(
    connection: Connection, grants: Iterable[Grant], language: Language, *, at: datetime
) -> list[dict[str, Any]]:
    """Grants with the names of the places where they hold."""
    held = list(grants)
    names = await shown_names(connection, [place for grant in held for place in grant.places], at)
    return [
        {
            "grant": grant,
            "role": role_shown(grant.role, language),
            "place": " ".join(shown_name(names[place], language) for place in grant.places if place in names),
        }
        for grant in held
    ]
