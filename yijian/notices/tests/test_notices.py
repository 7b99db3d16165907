"""通知：谁收到、只收一次、邮件重试、卡住的收回、没有配置发信也能用。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from yijian.access.viewer import ANONYMOUS, SYSTEM, Viewer
from yijian.audit.models import Entry
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, Refused
from yijian.notices import jobs, queries, services
from yijian.notices.kinds import MAX_TRIES, STATES
from yijian.notices.models import Notice
from yijian.notices.rules import check_link, clean_body, clean_subject, next_try
from yijian.people.cast import Cast
from yijian.people.models import Account

pytestmark = pytest.mark.django_db
ViewerOf = Callable[[str], Viewer]


@pytest.fixture
def mailed(cast: Cast) -> Cast:
    """人人有邮箱（演示数据）。"""
    for key, account in cast.accounts.items():
        Account.objects.filter(pk=account.pk).update(email=f"{key}@a.example")
    return cast


def names(channel: str = "in_app") -> list[str]:
    return sorted(Notice.objects.filter(channel=channel).values_list("account__username", flat=True))


def test_people_and_units_get_it_once_each(cast: Cast, viewer: ViewerOf) -> None:
    count = services.notify(
        accounts=[cast.civil_chief.pk, cast.director.pk],
        unit_ids=[cast.units["civil"].pk, cast.units["home_a"].pk],
        subject="请尽快整改",
        link="/ledger/1/",
        by=SYSTEM,
    )
    assert count == 4 and names() == ["civil_chief", "civil_officer", "director", "facility_staff"]
    assert queries.unread_count(viewer("director")) == 1 and queries.unread_count(viewer("fire_officer")) == 0
    assert queries.inbox(SYSTEM).count() == queries.inbox(ANONYMOUS).count() == 0
    assert (
        services.notify(unit_ids=[cast.units["home_a"].pk], heads_only=True, subject="院长", by=SYSTEM) == 1
    )
    entry = Entry.objects.order_by("-seq")[0]
    assert (entry.action, entry.data["count"]) == ("notices.sent", 1)


def test_those_who_left_or_are_disabled_get_nothing(cast: Cast) -> None:
    Account.objects.filter(pk=cast.civil_officer.pk).update(is_active=False)
    before = Entry.objects.count()
    assert services.notify(accounts=[cast.civil_officer.pk], subject="甲", by=SYSTEM) == 0
    assert names() == [] and Entry.objects.count() == before
    cast.posts["fire_officer"].__class__.objects.filter(pk=cast.posts["fire_officer"].pk).update(
        ends_on=clock.today()
    )
    assert services.notify(unit_ids=[cast.units["fire"].pk], subject="甲", by=SYSTEM) == 0


def test_a_reminder_with_a_key_reaches_a_person_once(cast: Cast) -> None:
    given: dict[str, Any] = {"subject": "逾期", "key": "obligation:5:overdue", "by": SYSTEM}
    assert services.notify(accounts=[cast.director.pk], **given) == 1
    assert services.notify(accounts=[cast.director.pk, cast.civil_chief.pk], **given) == 1
    assert services.notify(accounts=[cast.director.pk], **given) == 0
    assert names() == ["civil_chief", "director"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.get(account=cast.director).save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        again = Notice.objects.get(account=cast.director)
        again.pk = None
        again.save()


def test_reading_marks_only_ones_own(cast: Cast, viewer: ViewerOf) -> None:
    services.notify(accounts=[cast.director.pk, cast.civil_chief.pk], subject="甲", by=SYSTEM)
    services.notify(accounts=[cast.director.pk], subject="乙", by=SYSTEM)
    ids = list(Notice.objects.values_list("pk", flat=True))
    first = queries.inbox(viewer("director")).order_by("pk")[0]
    assert services.mark_read(notice_ids=[first.pk], by=viewer("director")) == 1
    assert queries.unread_count(viewer("director")) == 1
    assert services.mark_read(notice_ids=ids, by=viewer("fire_officer")) == 0
    assert services.mark_read(by=viewer("director")) == 1
    assert queries.unread_count(viewer("civil_chief")) == 1


def test_mail_goes_out_and_is_not_sent_twice(mailed: Cast) -> None:
    services.notify(accounts=[mailed.director.pk], subject="甲\r\nBcc: x@a.example", body="乙", by=SYSTEM)
    assert names("email") == ["director"] and mail.outbox == []
    assert "送达 1" in jobs.mail() and "送达 0" in jobs.mail()
    (sent,) = mail.outbox
    assert sent.to == ["director@a.example"] and "\n" not in sent.subject and not sent.bcc
    assert "温如松" in sent.body and sent.extra_headers["Message-ID"].startswith("<notice-")


def test_without_mail_settings_the_inbox_still_works(mailed: Cast, settings: Any, viewer: ViewerOf) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert services.notify(accounts=[mailed.director.pk], subject="甲", by=SYSTEM) == 1
    assert names("email") == [] and queries.unread_count(viewer("director")) == 1
    assert services.send_mail() == {"sent": 0, "failed": 0}


class Broken:
    """总是发不出去的邮件服务器。"""

    def __init__(self, **_: object) -> None: ...
    def __enter__(self) -> "Broken":
        return self

    def __exit__(self, *_: object) -> None: ...
    def send_messages(self, _: object) -> int:
        raise ConnectionRefusedError("连不上")


def test_mail_that_fails_is_tried_again_later_and_given_up_in_the_end(
    mailed: Cast, monkeypatch: pytest.MonkeyPatch, viewer: ViewerOf
) -> None:
    services.notify(accounts=[mailed.director.pk], subject="甲", by=SYSTEM)
    monkeypatch.setattr(services, "get_connection", Broken)
    now = clock.now()
    for number in range(1, MAX_TRIES + 1):
        with clock.travel(now):
            assert services.send_mail() == {"sent": 0, "failed": 1}
            assert services.send_mail() == {"sent": 0, "failed": 0}
        now = next_try(number, now)
    notice = Notice.objects.get(channel="email")
    assert (notice.state, notice.tries, notice.error) == (
        "failed",
        MAX_TRIES,
        "ConnectionRefusedError：连不上",
    )
    assert list(queries.failed(SYSTEM)) == [notice]
    with pytest.raises(Forbidden):
        services.retry_failed(by=viewer("civil_chief"))
    assert services.retry_failed(by=SYSTEM) == 1 and services.retry_failed(by=SYSTEM) == 0
    monkeypatch.undo()
    with clock.travel(now + timedelta(days=1)):
        assert services.send_mail() == {"sent": 1, "failed": 0}


def test_what_a_dead_worker_held_is_taken_back(mailed: Cast) -> None:
    services.notify(accounts=[mailed.director.pk], subject="甲", by=SYSTEM)
    Notice.objects.filter(channel="email").update(state="sending", due_at=clock.now())
    assert services.unstick() == 0 and services.send_mail()["sent"] == 0
    with clock.travel(clock.now() + timedelta(minutes=11)):
        assert services.unstick() == 1 and services.send_mail()["sent"] == 1


def test_two_senders_do_not_send_the_same(mailed: Cast) -> None:
    services.notify(accounts=[mailed.director.pk], subject="甲", by=SYSTEM)
    mine, theirs = Notice.objects.get(channel="email"), Notice.objects.get(channel="email")
    assert services._move(mine, "take") and not services._move(theirs, "take")


def test_what_may_be_written_in_a_notice(cast: Cast) -> None:
    assert clean_subject(" 甲\n乙\u202e ") == "甲 乙" and len(clean_subject("长" * 300)) == 120
    assert clean_body("甲\r\n乙\x00\u202e") == "甲\n乙"
    assert check_link("/a/b?c=1") and check_link("") == ""
    for wrong in ("http://a.example", "//a.example", "javascript:1", "/a b", "/\\a", "/" + "x" * 400):
        with pytest.raises(Refused):
            check_link(wrong)
    for wrong in ({"subject": " "}, {"subject": "甲", "link": "http://a"}):
        with pytest.raises(Refused):
            services.notify(accounts=[cast.director.pk], by=SYSTEM, **wrong)
    assert names() == []


def test_only_those_entitled_send(viewer: ViewerOf, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        services.notify(accounts=[cast.director.pk], subject="甲", by=viewer("audit_officer"))
    assert names() == []


def test_the_table_of_states_has_no_dead_ends() -> None:
    assert STATES.unreachable() == () and STATES.final() == ("sent",)
