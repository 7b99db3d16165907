"""通知的发件箱：一人一渠道一行。"""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from yijian.access.scope import Scope
from yijian.kernel import clock
from yijian.notices.kinds import CHANNELS, STATES
from yijian.people.models import Account


class Notice(models.Model):
    """给一个人的一条通知。key 非空时，同一人同一渠道同一 key 只有一条。"""

    SCOPE = Scope(account="account_id")

    account = models.ForeignKey(Account, models.CASCADE, related_name="notices", verbose_name="收件人")
    channel = models.CharField("渠道", max_length=10, choices=list(CHANNELS.items()))
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("正文", blank=True)
    link = models.CharField("链接", max_length=300, blank=True)
    key = models.CharField("去重键", max_length=120, blank=True)
    state = models.CharField("状态", max_length=10, default=STATES.initial)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    error = models.CharField("最近错误", max_length=300, blank=True)
    created_at = models.DateTimeField("发出时间", default=clock.now)
    due_at = models.DateTimeField("何时发送", default=clock.now)
    sent_at = models.DateTimeField("送达时间", null=True)
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        verbose_name = "通知"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["account", "channel", "-created_at"], name="notices_of_account"),
            models.Index(
                fields=["due_at"], condition=Q(state__in=("queued", "sending")), name="notices_to_send"
            ),
            models.Index(
                fields=["account"], condition=Q(channel="in_app", read_at=None), name="notices_unread"
            ),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(STATES.states)), name="notice_state_is_known"),
            CheckConstraint(condition=Q(channel__in=list(CHANNELS)), name="notice_channel_is_known"),
            CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="notice_is_sent_exactly_when_it_has_a_time",
            ),
            CheckConstraint(
                condition=Q(channel="email") | Q(state="sent"), name="in_app_notice_is_there_at_once"
            ),
            UniqueConstraint(
                fields=["account", "channel", "key"],
                condition=~Q(key=""),
                name="the_same_notice_reaches_a_person_once",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
