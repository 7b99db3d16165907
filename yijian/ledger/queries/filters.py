"""个人保存的台账筛选。"""

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.ledger.models import SavedFilter


def saved_filters(viewer: Viewer) -> list[SavedFilter]:
    """本人的筛选，按名称。"""
    if viewer.account_id is None:
        return []
    return list(scoped(viewer, SavedFilter.objects.filter(account_id=viewer.account_id)).order_by("name"))
