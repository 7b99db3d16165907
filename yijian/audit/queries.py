"""查阅审计：按人、动作、对象、日期、文字筛选，只给出看的人管辖范围内的记录。"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from yijian.audit import kinds
from yijian.audit.models import Entry, TreeState
from yijian.audit.rules.heads import Head, last_head
from yijian.kernel import clock


@dataclass(frozen=True)
class Filters:
    """筛选条件，空的不筛。since、until 为北京时间日期，都含在内；action 可写到点为止（如 ledger.）。"""

    actor: str = ""
    actor_id: int | None = None
    action: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""


def entries(viewer: Any, filters: Filters | None = None) -> QuerySet[Entry]:
    """看的人可见的审计记录，最新的在前。

    可见：辖区（region_paths，没有则 region_path）之内的，以及本人所为的。
    """
    found = Entry.objects.filter(_visible(viewer))
    return (_filtered(found, filters) if filters else found).order_by("-seq")


def of_subject(viewer: Any, kind: str, key: object) -> QuerySet[Entry]:
    """某一对象的审计记录，最新的在前。"""
    return entries(viewer, Filters(subject_kind=kind, subject_id=str(key)))


def head() -> Head | None:
    """最近一个签名树头（页脚显示大小、根、时间）；还没有则为 None。"""
    return last_head(Path(settings.DATA_DIR) / "audit")


def unsealed() -> int:
    """已写入而尚未封存的条数；长时间不为零说明封存出了故障。"""
    state, sealed = TreeState.objects.filter(pk=1).first(), head()
    return max(0, (state.size if state else 0) - (sealed.size if sealed else 0))


def _visible(viewer: Any) -> Q:
    paths = getattr(viewer, "region_paths", None)
    if paths is None:
        paths = (viewer.region_path,)
    if "/" in paths:
        return Q()
    own = Q(actor_id=viewer.account_id) if viewer.account_id is not None else Q(pk__in=[])
    for path in filter(None, paths):
        own |= Q(region_path__startswith=path)
    return own


def _filtered(found: QuerySet[Entry], wanted: Filters) -> QuerySet[Entry]:
    exact = {
        "actor_id": wanted.actor_id,
        "subject_kind": wanted.subject_kind,
        "subject_id": wanted.subject_id,
        "actor__icontains": wanted.actor,
        "action__startswith" if wanted.action.endswith(".") else "action": wanted.action,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value not in ("", None)})
    if wanted.since:
        found = found.filter(at__gte=clock.start_of(wanted.since))
    if wanted.until and wanted.until < date.max:
        found = found.filter(at__lt=clock.start_of(wanted.until + timedelta(days=1)))
    if wanted.text:
        said = [action for action, words in kinds.actions().items() if wanted.text in words]
        text = Q(action__in=said)
        for column in ("actor", "unit", "subject", "reason"):
            text |= Q(**{f"{column}__icontains": wanted.text})
        found = found.filter(text)
    return found
