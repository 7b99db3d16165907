"""岗位与代理：任命、免去、委托、终止。"""

from datetime import date

from django.db.models import Q

from yijian.audit.services import record
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, Refused
from yijian.people.kinds import HEAD_ROLES, ROLES
from yijian.people.models import Account, Deputy, Post, Unit
from yijian.people.queries import posts_on
from yijian.people.rules import check_deputy, check_post
from yijian.people.services.accounts import subject_of
from yijian.people.verbs import verb
from yijian.people.viewer import Viewer


@verb("people.manage", on="unit")
def open_post(
    *, account: Account, unit: Unit, role: str, starts_on: date | None = None, title: str = "", by: Viewer
) -> Post:
    """任命：某人自 starts_on（默认今天）起在某单位任某岗位。三员不任业务岗位。"""
    if account.officer:
        raise Refused(f"“{account.name}”是三员账号，不得兼任业务岗位。", field="account")
    if not account.is_active:
        raise Refused(f"“{account.name}”的账号已停用，请先恢复。", field="account")
    if not unit.active:
        raise Refused(f"“{unit.name}”已停用，不能任命岗位。", field="unit")
    check_post(unit.function, role)
    if Post.objects.filter(account=account, unit=unit, role=role, ends_on=None).exists():
        raise Refused(f"“{account.name}”已是{unit.name}{ROLES[role]}。", field="role")
    post = Post.objects.create(
        account=account, unit=unit, role=role, title=title.strip(), starts_on=starts_on or clock.today()
    )
    data = {"unit": unit.name, "role": ROLES[role]}
    record("post.opened", by=by, subject=subject_of(account), data=data)
    return post


@verb("people.manage", on="post")
def close_post(*, post: Post, ends_on: date | None = None, by: Viewer) -> Post:
    """免去岗位：自 ends_on（默认今天）起不再有权，即日生效。"""
    ends_on = ends_on or clock.today()
    if post.ends_on is not None:
        raise Refused(f"该岗位已于 {post.ends_on} 免去。")
    if ends_on < post.starts_on:
        raise Refused(f"离任日不能早于任职日 {post.starts_on}。", field="ends_on")
    post.ends_on = ends_on
    post.save(update_fields=["ends_on"])
    data = {"unit": post.unit.name, "role": ROLES[post.role], "ends_on": ends_on.isoformat()}
    record("post.closed", by=by, subject=subject_of(post.account), data=data)
    return post


def _may_entrust(post: Post, by: Viewer) -> bool:
    """可以委托的人：系统管理员；岗位本人；本单位负责人。代理人不得再转委托。"""
    if by.everything or by.officer == "system":
        return True
    own = [p for p in by.posts if not p.deputy_for]
    heads = (p.unit_id for p in own if p.role in HEAD_ROLES)
    return any(p.post_id == post.pk for p in own) or post.unit_id in heads


def _check_acting(post: Post, account: Account, by: Viewer, day: date) -> None:
    if account.pk == post.account_id:
        raise Refused("代理人不能是岗位本人。", field="account")
    if account.officer:
        raise Refused(f"“{account.name}”是三员账号，不得代理业务岗位。", field="account")
    if not account.is_active:
        raise Refused(f"“{account.name}”的账号已停用，不能代理。", field="account")
    units = [p.unit for p in posts_on(account.pk, day)]
    if any(u.is_facility != post.unit.is_facility for u in units):
        raise Refused("监管部门与养老服务机构的人员不能互相代理。", field="account")
    if by.officer != "system" and not by.everything and post.unit_id not in {u.pk for u in units}:
        raise Refused("代理人须是本单位人员；跨单位代理请由系统管理员办理。", field="account")


@verb("people.deputy", on="post")
def appoint_deputy(
    *, post: Post, account: Account, starts_on: date, ends_on: date, reason: str, by: Viewer
) -> Deputy:
    """委托代理：起止日（都计入）内代理人有该岗位的权限和范围，不超过 60 日，须写明原因，不得追溯。"""
    check_deputy(starts_on, ends_on, reason)
    if not _may_entrust(post, by):
        raise Forbidden("只有岗位本人、本单位负责人或系统管理员可以委托代理。")
    if starts_on < clock.today():
        raise Refused("代理不能从过去的日期开始。", field="starts_on")
    if post.ends_on is not None and post.ends_on <= ends_on:
        raise Refused(f"该岗位自 {post.ends_on} 起免去，代理须在此之前结束。", field="ends_on")
    _check_acting(post, account, by, clock.today())
    overlapping = Deputy.objects.filter(post=post, account=account, withdrawn_at=None).filter(
        Q(starts_on__lte=ends_on) & Q(ends_on__gte=starts_on)
    )
    if overlapping.exists():
        raise Refused(f"“{account.name}”在这段时间已代理该岗位。", field="starts_on")
    deputy = Deputy.objects.create(
        post=post, account=account, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()
    )
    days = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    record(
        "deputy.appointed",
        by=by,
        subject=subject_of(account),
        data={**days, "post": f"{post.account.name}（{post}）"},
        reason=reason,
    )
    return deputy


@verb("people.deputy", on="deputy")
def end_deputy(*, deputy: Deputy, by: Viewer) -> Deputy:
    """提前终止代理：即刻失效。岗位本人、本单位负责人、系统管理员和代理人自己都可以办。"""
    if not _may_entrust(deputy.post, by) and deputy.account_id != by.account_id:
        raise Forbidden("只有岗位本人、代理人、本单位负责人或系统管理员可以终止代理。")
    if deputy.withdrawn_at is not None or deputy.ends_on < clock.today():
        raise Refused("该代理已经结束。")
    deputy.withdrawn_at = clock.now()
    deputy.save(update_fields=["withdrawn_at"])
    record("deputy.ended", by=by, subject=subject_of(deputy.account), data={"post": str(deputy.post)})
    return deputy
