"""扫码入企之后：机构匿名评价。不记是谁，不记时刻，只记日期。"""

from django.db import IntegrityError, transaction

from yijian.access.verbs import verb
from yijian.access.viewer import SYSTEM, Viewer
from yijian.audit.services import record as audit
from yijian.inspections.models import Rating, Visit
from yijian.inspections.queries.visits import by_entry_code
from yijian.kernel.errors import Refused


def rate(*, code: str, score: int, words: str, by: Viewer) -> None:
    """匿名评价：检查完毕之后，一次检查评一次。by 不使用，登录着评也不记名。"""
    visit = by_entry_code(code)
    if visit.state not in ("finished", "published"):
        raise Refused("检查完毕之后才能评价。")
    if not 1 <= score <= 5:
        raise Refused("请选一到五分。", field="score")
    _rate(visit=visit, score=score, words=words.strip()[:500], by=SYSTEM)


@verb("inspections.visit")
def _rate(*, visit: Visit, score: int, words: str, by: Viewer) -> None:
    """匿名评价：审计里只说有人评了，不说评的是谁。"""
    try:
        with transaction.atomic():
            Rating.objects.create(visit=visit, score=score, words=words)
    except IntegrityError:
        raise Refused("这次检查已经评价过了，谢谢。") from None
    audit("inspections.visit_rated", by=by)
