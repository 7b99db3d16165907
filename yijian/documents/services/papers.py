"""文书的动词：制发、作废、上传样式。文件先落盘，再在一个事务里取号、登记、写审计。"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from yijian.access.verbs import require, verb
from yijian.access.viewer import PostView, Viewer
from yijian.audit.services import record
from yijian.documents import drafts, packages, printing
from yijian.documents.kinds import PAPER, TYPES
from yijian.documents.models import NumberCounter, Paper, PaperTemplate
from yijian.documents.paper_kinds import PaperKind, number_of, number_word, paper_kind, settle_values
from yijian.documents.queries import store
from yijian.documents.queries_papers import current_template
from yijian.documents.rules import check_size, clean_label, clean_name, settle_type
from yijian.documents.services.files import About, Stored, _blob
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.kernel.ids import uuid7
from yijian.people.models import Region, Unit

TRIES = 20
DOCX, PDF = TYPES["docx"], TYPES["pdf"]


class NumberTakenError(Exception):
    """这个号刚被别人用了：换下一个号重排。"""


@dataclass(frozen=True)
class Made:
    """排好、落盘、待登记的一份文书。"""

    kind: PaperKind
    counter: NumberCounter
    issuer: Unit
    values: dict[str, str | list[str]]
    title: str
    verify_code: str
    docx: Stored
    pdf: Stored


def issue_paper(*, kind: str, about: About, values: Mapping[str, object], by: Viewer) -> Paper:
    """制发文书：取号、套打 Word、排 PDF、落盘、登记。

    缺必填项报 Refused，所涉对象在管辖范围外报 NotFound。
    排版在事务之外；登记时号已被用掉的，换下一个号重排，所以不跳号也不重号。
    """
    require(by, "documents.papers")
    _check_about(about, by)
    chosen = paper_kind(kind)
    settled = settle_values(chosen, values)
    unit = Unit.objects.select_related("region").get(pk=_post(by).unit_id)
    word = number_word(unit.region.name, unit.function, chosen)
    for _ in range(TRIES):
        counter = _counter(word, unit)
        try:
            return _record_paper(made=_make(chosen, counter, unit, settled), about=about, by=by)
        except NumberTakenError:
            continue
    raise Refused("同时制发文书的人太多，没有取到文号，请稍后再试。")


def _post(by: Viewer) -> PostView:
    posts = by.posts_with("documents.papers")
    if not posts:
        raise Refused("文书要以单位名义制发，请用有岗位的账号办理。")
    return posts[0]


def _check_about(about: About, by: Viewer) -> None:
    """所涉的区划、单位都要在制发人的管辖范围内，或者就是本单位。"""
    posts = by.posts_with("documents.papers")
    own = {post.unit_id for post in posts}
    others = {pk for pk in (about.unit_id, about.facility_unit_id) if pk is not None} - own
    units = Unit.objects.select_related("region").filter(pk__in=others)
    paths = [unit.region_path for unit in units]
    named = [about.region_path] if about.region_path else []
    outside = [p for p in paths + named if not any(p.startswith(post.region_path) for post in posts)]
    if outside or len(paths) < len(others):
        raise NotFound("没有找到文书所涉的单位，或它不在您的管辖范围内。")


def _counter(word: str, unit: Unit) -> NumberCounter:
    """下一个号；只看不占。"""
    key = {"word": word, "year": clock.today().year, "unit_id": unit.pk}
    return NumberCounter.objects.filter(**key).first() or NumberCounter(**key)


def _make(kind: PaperKind, counter: NumberCounter, unit: Unit, values: dict[str, str | list[str]]) -> Made:
    today, code = clock.today(), uuid7().replace("-", "")
    number = number_of(counter.word, counter.year, counter.next)
    filled: dict[str, object] = {
        **values,
        "title": kind.label,
        "number": number,
        "issuer": unit.name,
        "date": f"{today.year}年{today.month}月{today.day}日",
        "verify_code": code,
    }
    content = current_template(kind, unit.region_path).content
    link = f"{settings.PUBLIC_URL.rstrip('/')}/p/{code}/"
    docx = _keep(drafts.render(content, filled), "docx")
    pdf = _keep(printing.print_pdf(kind, filled, link), "pdf")
    return Made(kind, counter, unit, values, kind.label, code, docx, pdf)


def _keep(content: bytes, extension: str) -> Stored:
    kept = store().put(content, TYPES[extension].limit)
    return Stored(kept.sha256, kept.size, TYPES[extension].media_type)


@verb("documents.papers")
def _record_paper(*, made: Made, about: About, by: Viewer) -> Paper:
    """制发文书：占号、登记文书。"""
    _take(made.counter)
    paper = Paper.objects.create(
        kind=made.kind.name,
        title=made.title,
        number=number_of(made.counter.word, made.counter.year, made.counter.next),
        issuer=made.issuer.name,
        issuer_path=made.issuer.region_path,
        issuer_unit_id=made.issuer.pk,
        unit_id=about.unit_id or made.issuer.pk,
        region_path=about.region_path or made.issuer.region_path,
        facility_id=about.facility_id,
        facility_unit_id=about.facility_unit_id,
        values=made.values,
        docx=_blob(made.docx, by),
        pdf=_blob(made.pdf, by),
        verify_code=made.verify_code,
        issued_by_id=by.account_id,
        issued_name=by.name,
    )
    data = {"number": paper.number, "docx": made.docx.sha256, "pdf": made.pdf.sha256}
    record("documents.paper_issued", by=by, subject=_subject(paper), data=data, region_path=paper.region_path)
    return paper


def _take(counter: NumberCounter) -> None:
    """占号：条件更新，被人抢先就报 NumberTakenError，整个事务退回。"""
    if counter.pk is None:
        try:
            with transaction.atomic():
                NumberCounter.objects.create(
                    word=counter.word, year=counter.year, unit_id=counter.unit_id, next=2
                )
        except IntegrityError as error:
            raise NumberTakenError from error
        return
    due = NumberCounter.objects.filter(pk=counter.pk, next=counter.next)
    if not due.update(next=F("next") + 1):
        raise NumberTakenError


def _subject(paper: Paper) -> tuple[str, object, str]:
    return ("paper", paper.pk, paper.title)


@verb("documents.papers", on="paper")
def void_paper(*, paper: Paper, reason: str, by: Viewer) -> Paper:
    """作废文书：须写明原因；文号不再用，文件照留。"""
    said = clean_label(reason, "")
    if not said:
        raise Refused("请写明作废原因。", field="reason")
    new = PAPER.next(paper.state, "void")
    if not Paper.objects.filter(pk=paper.pk, state__in=PAPER.sources("void")).update(
        state=new, void_reason=said
    ):
        raise Refused("这份文书已经作废，不能再变动。")
    paper.refresh_from_db()
    record(
        "documents.paper_voided",
        by=by,
        subject=_subject(paper),
        data={"number": paper.number},
        reason=said,
        region_path=paper.region_path,
    )
    return paper


def upload_template(*, kind: str, content: bytes, filename: str, by: Viewer) -> PaperTemplate:
    """上传文书样式：检查通过后成为本区划的新一版，以后制发用它；已制发的不变。"""
    require(by, "documents.templates")
    chosen = paper_kind(kind)
    name, found = settle_type(clean_name(filename), content[:1024])
    if found.container != "docx":
        raise Refused("文书样式只收 Word 文档（.docx）。", field="file")
    check_size(found, len(content))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.docx"
        path.write_bytes(content)
        packages.check("docx", path)
    drafts.check_template(chosen, content)
    return _record_template(kind=chosen, blob=_keep(content, "docx"), filename=name, by=by)


@verb("documents.templates")
def _record_template(*, kind: PaperKind, blob: Stored, filename: str, by: Viewer) -> PaperTemplate:
    """上传文书样式：旧版停用，新版启用。"""
    region = Region.objects.select_for_update().get(path=by.posts_with("documents.templates")[0].region_path)
    versions = PaperTemplate.objects.filter(kind=kind.name, region=region)
    last = versions.aggregate(last=Max("version"))["last"] or 0
    versions.filter(active=True).update(active=False)
    made = PaperTemplate.objects.create(
        kind=kind.name,
        title=kind.label,
        region=region,
        version=last + 1,
        docx=_blob(blob, by),
        uploaded_by_id=by.account_id,
    )
    data = {"version": made.version, "sha256": blob.sha256, "filename": filename}
    record("documents.template_uploaded", by=by, subject=("paper_template", made.pk, kind.label), data=data)
    return made
