"""专项行动：每家一行，做了、没做、为什么。"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from yijian.inspections.models import Drive, DriveRow
from yijian.inspections.queries import drives as found
from yijian.inspections.services.drives import export_drive, open_drive, open_drive_visit, tell_row
from yijian.inspections.tests import world
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.cast import Cast
from yijian.people.viewer import Viewer

Seen = Callable[[str], Viewer]


@pytest.fixture
def drive(cast: Cast, viewer: Seen) -> Drive:
    world.homes(cast)
    today = clock.today()
    return open_drive(
        region=cast.district, title="消防隐患清零", basis="酉阳方案 重点任务八", starts_on=today,
        ends_on=today + timedelta(days=60), aspects=["fire"], object_kinds=["nursing_home"],
        by=viewer("civil_officer"),
    )  # fmt: skip


def test_every_facility_has_a_row_and_each_sees_its_own(drive: Drive, viewer: Seen) -> None:
    assert drive.rows.count() == 4
    (progress,) = found.drives(viewer("civil_officer"))
    assert (progress.total, progress.waiting) == (4, 4)
    assert found.rows(viewer("street_clerk"), drive).count() == 2
    assert found.rows(viewer("director"), drive).count() == 1
    assert found.drives(viewer("director"))[0].total == 1
    assert not found.drives(viewer("other_district_officer"))
    with pytest.raises(NotFound):
        found.drive(viewer("other_district_officer"), drive.pk)


def test_undone_needs_a_reason_and_done_a_day(drive: Drive, viewer: Seen) -> None:
    row, by = drive.rows.first(), viewer("civil_officer")
    assert row is not None
    with pytest.raises(Refused, match="原因"):
        tell_row(row=row, state="undone", by=by)
    with pytest.raises(Refused, match="日期"):
        tell_row(row=row, state="done", by=by)
    with pytest.raises(Refused, match="晚于今天"):
        tell_row(row=row, state="done", done_on=clock.today() + timedelta(days=1), by=by)
    row.refresh_from_db()
    assert row.state == "waiting"
    tell_row(row=row, state="undone", reason="停业装修", by=by)
    tell_row(row=row, state="done", done_on=clock.today(), by=by)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("done", "")
    with pytest.raises(IntegrityError), transaction.atomic():
        DriveRow.objects.filter(pk=row.pk).update(done_on=None)


def test_a_row_becomes_a_special_visit_once(drive: Drive, viewer: Seen) -> None:
    row, by = drive.rows.first(), viewer("civil_officer")
    assert row is not None
    visit = open_drive_visit(row=row, by=by)
    assert visit.kind == "special"
    assert drive.title in visit.reason
    with pytest.raises(Refused, match="已经派出"):
        open_drive_visit(row=row, by=by)
    assert export_drive(drive=drive, by=by)


def test_who_may_open_and_where(drive: Drive, cast: Cast, viewer: Seen) -> None:
    given = {
        "title": "又一次", "basis": "通知", "starts_on": clock.today(), "ends_on": clock.today(),
        "aspects": ["fire"], "object_kinds": ["nursing_home"],
    }  # fmt: skip
    with pytest.raises(Forbidden):
        open_drive(region=cast.district, **given, by=viewer("fire_officer"))
    with pytest.raises(NotFound):
        open_drive(region=cast.other_district, **given, by=viewer("civil_officer"))
    with pytest.raises(Refused, match="没有这些种类"):
        open_drive(
            region=cast.district, **(given | {"object_kinds": ["canteen"]}), by=viewer("civil_officer")
        )
    with pytest.raises(Refused, match="已经有"):
        open_drive(region=cast.district, **(given | {"title": drive.title}), by=viewer("civil_officer"))
    assert Drive.objects.count() == 1
