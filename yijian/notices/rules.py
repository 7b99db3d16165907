"""通知的规则：标题、正文、链接的写法。纯函数。"""

import unicodedata
from datetime import datetime

from yijian.kernel.errors import Refused
from yijian.notices.kinds import BACKOFF


def clean_subject(given: str) -> str:
    """标题：一行，不能为空，至多 120 字（邮件标题里不许换行）。"""
    subject = " ".join("".join(s if unicodedata.category(s)[0] != "C" else " " for s in given).split())
    if not subject:
        raise Refused("通知的标题不能为空。", field="subject")
    return subject if len(subject) <= 120 else subject[:119] + "…"


def clean_body(given: str) -> str:
    """正文：换行统一，去掉控制符，至多 5000 字。"""
    body = given.replace("\r\n", "\n").replace("\r", "\n")
    body = "".join(s for s in body if s == "\n" or unicodedata.category(s) not in ("Cc", "Cf", "Cs"))
    return body.strip()[:5000]


def check_link(link: str) -> str:
    """链接：只许本站路径（以单个 / 开头），或空。"""
    local = link.startswith("/") and not link.startswith("//") and "\\" not in link
    if link and not (local and link.isprintable() and " " not in link and len(link) <= 300):
        raise Refused("通知里的链接只能是本站的页面。", field="link")
    return link


def next_try(tries: int, now: datetime) -> datetime:
    """第 tries 次失败之后，何时再试。"""
    return now + BACKOFF[min(tries, len(BACKOFF)) - 1]
