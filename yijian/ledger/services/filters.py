"""个人保存的台账筛选：存、删。"""

from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction

from yijian.access.scope import scoped
from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.models import SavedFilter

LIMIT = 30
FLEETING = {"page", "rows", "csrfmiddlewaretoken", "name", "query"}


@verb("ledger.view")
def save_filter(*, name: str, query: str, by: Viewer) -> SavedFilter:
    """保存筛选：起个名字，下次一点就到；同名的拒绝。"""
    name = " ".join(name.split())
    if not name or len(name) > 40:
        raise Refused("请给筛选起个名字，1 到 40 个字。", field="name")
    kept = urlencode([(k, v) for k, v in parse_qsl(query) if k not in FLEETING])
    if not kept:
        raise Refused("现在没有任何筛选条件，不用保存。", field="name")
    if len(kept) > 500:
        raise Refused("筛选条件太长，存不下，请减少条件。", field="name")
    if by.account_id is None:
        raise Refused("请先登录。")
    if SavedFilter.objects.filter(account_id=by.account_id).count() >= LIMIT:
        raise Refused(f"最多保存 {LIMIT} 个筛选，请先删去不用的。", field="name")
    try:
        with transaction.atomic():
            saved = SavedFilter.objects.create(account_id=by.account_id, name=name, query=kept)
    except IntegrityError:
        raise Refused(f"已有名为“{name}”的筛选，请换个名字。", field="name") from None
    audit("ledger.filter_saved", by=by, subject=("filter", saved.pk, name), data={"name": name})
    return saved


@verb("ledger.view")
def delete_filter(*, filter_id: int, by: Viewer) -> None:
    """删去保存的筛选。"""
    saved = scoped(by, SavedFilter.objects.filter(pk=filter_id)).first()
    if saved is None:
        raise NotFound("没有这个筛选，可能已经删去。")
    name = saved.name
    SavedFilter.objects.filter(pk=saved.pk).delete()
    audit("ledger.filter_deleted", by=by, subject=("filter", filter_id, name), data={"name": name})
