"""导入：预览、对应、错误文件、全有或全无、只导入一次。"""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, transaction

from yijian.access.viewer import SYSTEM, Viewer
from yijian.audit.models import Entry
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.sheets import importing, queries, services
from yijian.sheets.models import ColumnMapping, ImportBatch, ImportFile
from yijian.sheets.tests.sample_kind import SAMPLE

pytestmark = pytest.mark.django_db
ViewerOf = Callable[[str], Viewer]
GOOD = "名称,信用代码,床位,在住人数\n甲院,０１２３,10,3\n乙院,,20,\n".encode("gb18030")
BAD = "名称,信用代码,床位,在住人数\n甲院,,10,30\n,,20,\n甲院,,十,\n".encode()


def stage(content: bytes = GOOD, **more: Any) -> ImportBatch:
    return services.stage(
        **{"kind": "sample", "content": content, "filename": "机构.csv", "by": SYSTEM} | more
    )


def written() -> list[str]:
    return sorted(ColumnMapping.objects.filter(kind="sample").values_list("signature", flat=True))


def test_upload_shows_and_commit_writes() -> None:
    batch = stage()
    assert (batch.state, batch.rows, batch.faults, written()) == ("staged", 2, 0, [])
    preview = queries.preview(SYSTEM, batch.pk)
    assert [(column.name, header) for column, _, header in preview.matches] == [
        ("name", "名称"), ("code", "信用代码"), ("beds", "床位"), ("residents", "在住人数"),
    ]  # fmt: skip
    assert preview.choices[0] == (0, "A 列 名称") and batch.sample[0] == [2, "甲院", "０１２３", "10", "3"]
    done = services.commit(batch_id=str(batch.pk), by=SYSTEM)
    assert (done.state, done.written, written()) == ("committed", {"新增": 2}, ["乙院", "甲院"])
    assert not ImportFile.objects.exists()
    assert [e.action for e in Entry.objects.order_by("seq")][-2:] == ["sheets.staged", "sheets.committed"]


def test_a_file_with_faults_shows_every_one_and_writes_nothing() -> None:
    batch = stage(BAD)
    assert batch.faults == 3
    assert [tuple(p) for p in queries.preview(SYSTEM, batch.pk).problems] == [
        (2, "residents", "在住 30 人，多于床位 10 张。"),
        (3, "name", "“机构名称”必须填写。"),
        (4, "beds", "“十”不是数字，请只填数字，不要带单位。"),
    ]
    with pytest.raises(Refused, match="一行也没有导入"):
        services.commit(batch_id=batch.pk, by=SYSTEM)
    batch.refresh_from_db()
    assert (batch.state, written()) == ("staged", [])
    sheet = openpyxl.load_workbook(io.BytesIO(queries.error_workbook(SYSTEM, batch.pk))).active
    assert sheet is not None and sheet.max_row == 4


def test_row_rules_and_table_rules_are_applied() -> None:
    assert stage("名称,床位,在住人数\n甲,10,30\n".encode()).file.problems == [
        [2, "residents", "在住 30 人，多于床位 10 张。"]
    ]
    assert stage("名称\n甲\n乙\n甲\n".encode()).file.problems == [[4, "name", "与第 2 行重名。"]]


def test_committing_twice_writes_once() -> None:
    batch = stage()
    first = services.commit(batch_id=batch.pk, by=SYSTEM)
    second = services.commit(batch_id=batch.pk, by=SYSTEM)
    assert first.pk == second.pk and written() == ["乙院", "甲院"]
    assert stage().pk == batch.pk and stage().state == "committed"


def test_two_uploads_of_the_same_file_commit_once(cast: Any) -> None:
    mine, theirs = stage(), stage(by=replace(SYSTEM, account_id=cast.civil_chief.pk, name="另一人"))
    assert mine.pk != theirs.pk
    services.commit(batch_id=mine.pk, by=SYSTEM)
    with pytest.raises(Refused, match="同一文件"):
        services.commit(batch_id=theirs.pk, by=SYSTEM)
    assert written() == ["乙院", "甲院"]
    theirs.refresh_from_db()
    assert theirs.state == "staged"


def test_the_same_file_can_be_imported_again_on_purpose_and_with_other_options() -> None:
    assert stage().pk == stage().pk
    assert stage(again=True).pk != stage().pk
    assert stage(options={"region": "990102"}).key != stage().key


def test_a_write_that_fails_half_way_leaves_nothing() -> None:
    batch = stage("名称\n炸\n".encode())
    with pytest.raises(Refused, match="写到一半"):
        services.commit(batch_id=batch.pk, by=SYSTEM)
    batch.refresh_from_db()
    assert (batch.state, written(), ImportFile.objects.count()) == ("staged", [], 1)


def test_rehearsal_finds_the_faults_of_the_writer_and_undoes_it() -> None:
    batch = stage("名称\n甲\n乙\n".encode(), kind="rehearsed")
    assert batch.file.problems == [[3, "name", "已有同名的。"]] and written() == []
    assert stage("名称\n甲\n".encode(), kind="rehearsed").faults == 0 and written() == []


def test_a_chosen_mapping_is_used_and_remembered() -> None:
    content = "单位,张\n甲,3\n".encode()
    with pytest.raises(Refused, match="缺少必填的列：机构名称"):
        stage(content)
    batch = stage(content, mapping={"name": 0, "beds": 1})
    assert batch.places == {"name": 0, "beds": 1} and batch.faults == 0
    later = stage("单位,张\n乙,4\n".encode())
    assert later.places == {"name": 0, "beds": 1}
    fresh = services.remap(batch_id=later.pk, mapping={"name": 0}, by=SYSTEM)
    later.refresh_from_db()
    assert (fresh.places, later.state) == ({"name": 0}, "discarded")


def test_discarded_and_expired_batches_cannot_be_committed() -> None:
    batch = services.discard(batch=stage(), by=SYSTEM)
    for act in (lambda: services.commit(batch_id=batch.pk, by=SYSTEM),
                lambda: services.discard(batch=batch, by=SYSTEM),
                lambda: services.remap(batch_id=batch.pk, mapping={"name": 0}, by=SYSTEM)):  # fmt: skip
        with pytest.raises(Refused):
            act()
    old = stage("名称\n甲\n".encode())
    with clock.travel(clock.today() + timedelta(days=31)):
        assert services.prune(by=SYSTEM) == 1
    with pytest.raises(Refused):
        services.commit(batch_id=old.pk, by=SYSTEM)
    assert written() == []


def test_who_may_import_and_who_sees_the_batch(viewer: ViewerOf) -> None:
    officer, director = viewer("civil_officer"), viewer("director")
    batch = stage(by=officer)
    assert queries.batch(officer, batch.pk) == batch
    assert [s.kind for s in importing.kinds_for(officer) if s is SAMPLE] == ["sample"]
    for other in ("fire_officer", "other_district_officer", "director", "audit_officer"):
        with pytest.raises(NotFound):
            queries.batch(viewer(other), batch.pk)
    with pytest.raises(Forbidden):
        stage(by=director)
    with pytest.raises(NotFound):
        queries.batch(officer, "不是编号")
    with pytest.raises(NotFound):
        queries.template_workbook(director, "sample")
    with pytest.raises(NotFound):
        stage(kind="没有")
    assert openpyxl.load_workbook(io.BytesIO(queries.template_workbook(officer, "sample")))


def test_the_command_line_way_imports_in_one_go_and_only_once() -> None:
    given = {"kind": "sample", "content": GOOD, "filename": "a.csv", "by": SYSTEM}
    looked = services.run_import(**given)
    assert looked.ok and looked.state == "examined" and written() == [] and not ImportBatch.objects.exists()
    done = services.run_import(**given, commit=True)
    assert (done.state, done.written, done.already, done.rows) == ("committed", {"新增": 2}, False, 2)
    again = services.run_import(**given, commit=True)
    assert again.already and again.batch_id == done.batch_id and written() == ["乙院", "甲院"]
    assert again.as_json()["columns"]["beds"] == "床位"
    bad = services.run_import(**{**given, "content": BAD}, commit=True)
    assert not bad.ok and bad.state == "examined" and ImportBatch.objects.count() == 1


def test_the_database_itself_refuses_a_second_commit_of_the_same_key() -> None:
    done = services.commit(batch_id=stage().pk, by=SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportBatch.objects.create(key=done.key, state="committed", committed_at=clock.now(), filename="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportBatch.objects.filter(pk=done.pk).update(committed_at=None)


def test_export_is_audited(viewer: ViewerOf) -> None:
    rows = [("甲", "0123", 3, None)]
    content = services.export(title="机构台账", columns=SAMPLE.columns, rows=rows, by=viewer("civil_officer"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None and str(sheet["A2"].value).startswith("制表单位：颐和区民政局")
    entry = Entry.objects.order_by("-seq")[0]
    assert (entry.action, entry.data["rows"]) == ("sheets.exported", 1)


def test_file_names_are_cut_to_their_last_part() -> None:
    assert stage(filename="C:\\资料\\..\\机构\u202e.csv").filename == "机构.csv"
