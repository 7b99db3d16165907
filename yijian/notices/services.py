"""通知的动词：发出、标为已读、发邮件、收回卡住的。"""

import logging
from collections.abc import Collection
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F

from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record
from yijian.kernel import clock
from yijian.notices import queries
from yijian.notices.kinds import BATCH, MAX_TRIES, STATES, STUCK_AFTER
from yijian.notices.models import Notice
from yijian.notices.rules import check_link, clean_body, clean_subject, next_try

log = logging.getLogger("yijian.notices")


@dataclass(frozen=True)
class Message:
    """一条通知的内容。"""

    subject: str
    body: str
    link: str
    key: str

    def to(self, account_id: int, channel: str) -> Notice:
        return Notice(
            account_id=account_id,
            channel=channel,
            subject=self.subject,
            body=self.body,
            link=self.link,
            key=self.key,
        )


def notify(
    *,
    accounts: Collection[int] = (),
    unit_ids: Collection[int] = (),
    subject: str,
    body: str = "",
    link: str = "",
    key: str = "",
    heads_only: bool = False,
    by: Viewer,
) -> int:
    """发出通知：给指定的人和这些单位在任的人，站内立即可见，配置了发信的另排邮件；返回新通知的人数。

    key 非空时同一人只收一次（定时提醒重跑不会重复）；heads_only 只给单位负责人和院长。没有收件人时为 0。
    标题为空、链接不是本站页面报 Refused。
    """
    require(by, "notices.send")
    message = Message(clean_subject(subject), clean_body(body), check_link(link), key[:120])
    people = queries.recipients(accounts, unit_ids, clock.today(), heads_only=heads_only)
    people = queries.untold(people, message.key)
    if people:
        _send(message=message, people=people, by=by)
    return len(people)


@verb("notices.send")
def _send(*, message: Message, people: list[tuple[int, str]], by: Viewer) -> None:
    """发出通知：一人一渠道一行。"""
    rows = [message.to(pk, "in_app") for pk, _ in people]
    for row in rows:
        row.state, row.sent_at = "sent", row.created_at
    if queries.mail_configured():
        rows += [message.to(pk, "email") for pk, email in people if email]
    Notice.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=bool(message.key))
    subject = ("notice", message.key, message.subject)
    record("notices.sent", by=by, subject=subject, data={"count": len(people)})


def mark_read(*, notice_ids: Collection[int] | None = None, by: Viewer) -> int:
    """标为已读：给出的（不给就是全部）本人未读通知；返回条数。只是个人阅读记号，不写审计。"""
    rows = queries.inbox(by, unread=True)
    if notice_ids is not None:
        rows = rows.filter(pk__in=list(notice_ids))
    return rows.order_by().update(read_at=clock.now())


def send_mail(limit: int = BATCH) -> dict[str, int]:
    """发邮件：逐封先占住再发，成功记送达，失败按间隔再试，试满六次记失败；返回送达和未送达数。

    发出之后、记账之前被杀，会再发一次（邮件的编号相同，收件端可去重）。没有配置发信时什么也不做。
    """
    counts = {"sent": 0, "failed": 0}
    if not queries.mail_configured():
        return counts
    due = Notice.objects.filter(channel="email", state="queued", due_at__lte=clock.now())
    with get_connection() as connection:
        for notice in due.select_related("account").order_by("due_at", "id")[:limit]:
            if not _move(notice, "take", tries=F("tries") + 1):
                continue
            notice.refresh_from_db(fields=["tries", "state"])
            try:
                _message(notice, connection).send()
            except Exception as error:  # 邮件服务器能报出任何错误，都只影响这一封
                log.warning("通知 %s 的邮件没有发出：%s", notice.pk, error)
                _give_back(notice, error)
                counts["failed"] += 1
            else:
                _move(notice, "deliver", sent_at=clock.now(), error="")
                counts["sent"] += 1
    return counts


def _message(notice: Notice, connection: BaseEmailBackend) -> EmailMessage:
    where = f"\n\n请登录系统查看：{notice.link}" if notice.link else ""
    return EmailMessage(
        subject=f"【颐监】{notice.subject}",
        body=f"{notice.account.name}：\n\n{notice.body}{where}\n\n（系统自动发出，请勿回复）",
        to=[notice.account.email],
        headers={"Message-ID": f"<notice-{notice.pk}@yijian.invalid>"},
        connection=connection,
    )


def _give_back(notice: Notice, error: Exception) -> None:
    said = f"{type(error).__name__}：{error}"[:300]
    if notice.tries >= MAX_TRIES:
        _move(notice, "give_up", error=said)
    else:
        _move(notice, "postpone", error=said, due_at=next_try(notice.tries, clock.now()))


def _move(notice: Notice, step: str, **changes: object) -> bool:
    """按状态表走一步（条件更新）；别人先走了就返回假。"""
    new = STATES.next(notice.state, step)
    won = Notice.objects.filter(pk=notice.pk, state=notice.state).update(
        state=new, due_at=changes.pop("due_at", clock.now()), **changes
    )
    if won:
        notice.state = new
    return bool(won)


def unstick() -> int:
    """收回卡住的：取出十分钟还没有结果的邮件放回待发；返回封数。"""
    stuck = Notice.objects.filter(channel="email", state="sending", due_at__lt=clock.now() - STUCK_AFTER)
    return stuck.update(state=STATES.next("sending", "postpone"), due_at=clock.now())


def retry_failed(*, by: Viewer) -> int:
    """重新发送：把失败的邮件全部放回待发；返回封数。"""
    require(by, "worker.view")
    with transaction.atomic():
        count = Notice.objects.filter(channel="email", state="failed").update(
            state=STATES.next("failed", "retry"), tries=0, due_at=clock.now()
        )
        if count:
            record("notices.retried", by=by, data={"count": count})
    return count
