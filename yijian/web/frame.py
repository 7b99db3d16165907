"""页面的壳：菜单按权限列出，别的楼层还没盖的不列。"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from django.http import HttpRequest

from yijian.access.viewer import Viewer, viewer_of
from yijian.audit.queries import head
from yijian.kernel import clock
from yijian.ledger.queries.packs import calendar
from yijian.ledger.queries.todo import awaiting_review, my_orders
from yijian.notices.queries import unread_count
from yijian.web import places
from yijian.web.demo_accounts import loaded

BADGE_LIMIT = 99


@dataclass(frozen=True)
class Entry:
    """菜单的一项：有 capability 才看得见（空为登录即可）。"""

    url: str
    icon: str
    label: str
    capability: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Item:
    url: str
    icon: str
    label: str
    current: bool
    badge: int


@dataclass(frozen=True)
class Group:
    label: str
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class Head:
    size: int
    root: str
    time: str


@dataclass(frozen=True)
class Frame:
    """壳里要写的一切。"""

    name: str
    unit: str
    unread: int
    can_search: bool
    menu: list[Group]
    head: Head | None
    demo: bool
    today: date
    day_word: str
    version: str
    query: str
    signed_in: bool


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (Entry("/", "checklist", "待办", "ledger.view"),)),
    (
        "台账",
        (
            Entry("/ledger/", "clipboard-list", "台账", "ledger.view"),
            Entry("/ledger/clauses/", "book-2", "逐条看落实", "ledger.rules_view"),
            Entry("/ledger/matrix/", "layout-grid", "单位任务", "ledger.rules_view"),
            Entry("/ledger/calendar/", "calendar-event", "日历", "ledger.view"),
            Entry("/ledger/review/", "rubber-stamp", "记录审核", "ledger.review", "review"),
            Entry("/ledger/orders/", "gavel", "督办单", "ledger.view", "orders"),
            Entry("/ledger/compare/", "arrows-diff", "各地比较", "ledger.rules_view"),
            Entry("/ledger/packs/", "books", "制度包", "ledger.rules_view"),
            Entry("/campaigns/", "flag", "专项活动", "appraisal.view"),
        ),
    ),
    (
        "机构",
        (
            Entry("/facilities/", "building-community", "机构档案", "facilities.view"),
            Entry("/facilities/import/", "file-import", "机构导入", "facilities.import"),
            Entry("/filing/", "certificate", "备案办理", "filing.view"),
            Entry("/filing/exchange/", "arrows-diff", "登记备案交换", "filing.exchange"),
            Entry("/filing/checks/", "clipboard-check", "登记主体核查", "filing.check"),
            Entry("/filing/places/", "alert-triangle", "未登记场所", "filing.check"),
            Entry("/filing/registers/fire/", "flame", "消防审验", "filing.view"),
            Entry("/filing/violations/", "map-pin", "用地等违法线索", "filing.view"),
            Entry("/filing/licences/", "license", "证照一览", "filing.view"),
            Entry("/filing/exits/", "logout", "退出", "filing.view"),
        ),
    ),
    (
        "检查",
        (
            Entry("/inspections/", "search", "检查任务", "inspections.view"),
            Entry("/inspections/field/", "device-mobile", "现场检查（手机）", "inspections.visit"),
            Entry("/inspections/visits/", "file-check", "检查记录", "inspections.view"),
            Entry("/inspections/selfcheck/", "list-check", "机构自查", "inspections.view"),
            Entry("/inspections/drives/", "flag-3", "专项行动", "inspections.view"),
            Entry("/inspections/plan/", "calendar-stats", "年度计划", "inspections.view"),
            Entry("/inspections/draws/", "arrows-split-2", "双随机抽取", "inspections.view"),
            Entry("/inspections/bases/", "id-badge-2", "名录与检查表", "inspections.view"),
            Entry("/rectification/", "tools", "隐患整改", "rectification.view"),
            Entry("/rectification/handovers/", "send", "告知移送", "rectification.view"),
            Entry("/papers/", "file-text", "文书", "documents.papers"),
        ),
    ),
    (
        "管理",
        (
            Entry("/people/", "sitemap", "组织单位", "people.view"),
            Entry("/people/accounts/", "users", "人员账号", "people.view"),
            Entry("/people/deputies/", "user-plus", "代理", "people.view"),
            Entry("/people/officers/", "shield", "三员", "people.security"),
            Entry("/audit/", "history", "审计日志", "audit.read"),
            Entry("/system/", "server", "系统运行", "worker.view"),
        ),
    ),
)


def frame(request: HttpRequest) -> Frame:
    """这个请求的壳。"""
    viewer = viewer_of(request)
    today = clock.today()
    return Frame(
        name=viewer.name if viewer.is_authenticated else "",
        unit=viewer.unit_name,
        unread=unread_count(viewer),
        can_search=viewer.can("search.use"),
        menu=menu(viewer, request.path),
        head=tree_head(),
        demo=loaded(),
        today=today,
        day_word=day_word(today),
        version=release(),
        query=request.GET.get("q", "") if request.path == "/search/" else "",
        signed_in=viewer.is_authenticated,
    )


def menu(viewer: Viewer, path: str) -> list[Group]:
    """看的人的菜单；当前项是网址最长的那个前缀。"""
    if not viewer.is_authenticated:
        return []
    shown = [
        (label, [e for e in entries if viewer.can(e.capability) and places.exists(e.url)])
        for label, entries in MENU
    ]
    urls = [e.url for _, entries in shown for e in entries]
    current = max((u for u in urls if path == u or (u != "/" and path.startswith(u))), key=len, default="")
    return [
        Group(
            label, [Item(e.url, e.icon, e.label, e.url == current, badge(viewer, e.badge)) for e in entries]
        )
        for label, entries in shown
        if entries
    ]


def badge(viewer: Viewer, kind: str) -> int:
    """菜单上的数字，数到九十九。"""
    if kind == "review":
        return awaiting_review(viewer).order_by()[:BADGE_LIMIT].count()
    if kind == "orders":
        return my_orders(viewer).order_by()[:BADGE_LIMIT].count()
    return 0


def tree_head() -> Head | None:
    """页脚的审计树头，时间换成北京时间。"""
    found = head()
    if found is None:
        return None
    at = datetime.fromisoformat(found.time).astimezone(clock.TZ)
    return Head(found.size, found.root, f"{at:%m-%d %H:%M}")


def day_word(today: date) -> str:
    """今天是工作日还是休息日，节假日带名称。"""
    name = calendar().name_of(today)
    if calendar().is_workday(today):
        return "工作日"
    return f"休息日（{name}）" if name else "休息日"


@lru_cache(maxsize=1)
def release() -> str:
    """版本号。"""
    try:
        return version("yijian")
    except PackageNotFoundError:
        return "开发版"
