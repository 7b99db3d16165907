"""通知的词表：渠道、状态、权限、审计语句。"""

from datetime import timedelta

from yijian.kernel.states import Machine

CHANNELS: dict[str, str] = {"in_app": "站内", "email": "邮件"}

STATES = Machine(
    states={
        "queued": {"take": "sending"},
        "sending": {"deliver": "sent", "postpone": "queued", "give_up": "failed"},
        "sent": {},
        "failed": {"retry": "queued"},
    },
    labels={
        "queued": "待发",
        "sending": "发送中",
        "sent": "已送达",
        "failed": "发送失败",
        "take": "取出发送",
        "deliver": "送达",
        "postpone": "稍后再发",
        "give_up": "不再重试",
        "retry": "重新发送",
    },
)

CAPABILITIES: dict[str, str] = {"notices.send": "发出通知"}

AUDIT: dict[str, str] = {
    "notices.sent": "{actor}发出通知“{subject}”，共 {count} 人",
    "notices.retried": "{actor}重新发送失败的邮件通知 {count} 封",
}

MAX_TRIES = 6
BATCH = 100
STUCK_AFTER = timedelta(minutes=10)
# 第 n 次失败之后隔多久再试
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 600))
