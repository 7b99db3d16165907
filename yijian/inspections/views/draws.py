"""抽取的内部页面：列表、冻结、一次抽取的每一步。"""

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import FileResponse, HttpResponseBase
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.facilities import queries as facilities
from yijian.inspections import kinds
from yijian.inspections.forms import draws as forms
from yijian.inspections.queries import draws as found
from yijian.inspections.services import draw_commitments
from yijian.inspections.services import draws as service
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.views.params import XLSX, attachment
from yijian.people.queries import region as region_of
from yijian.sheets.columns import Column
from yijian.sheets.writing import write_xlsx

PAGE = 30
COLOURS = {"published": "green", "voided": "red", "drawn": "blue", "seeded": "blue"}


@reads("inspections.view")
def index(request: HttpRequest) -> HttpResponse:
    """抽取列表。"""
    viewer = viewer_of(request)
    state = request.GET.get("state", "")
    if state and state not in kinds.DRAW.states:
        raise Refused("没有这种状态，请从列出的里选。")
    pages = Paginator(found.draws(viewer, state), PAGE)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "state": state,
        "states": [("", "全部"), *((s, kinds.DRAW.label(s)) for s in kinds.DRAW.states)],
        "may_draw": viewer.can("inspections.draw"),
        "colours": COLOURS,
    }
    return render(request, "inspections/draws.html", context)


@writes("inspections.draw", form=True)
def new(request: HttpRequest) -> HttpResponse:
    """冻结名单：先看名录，再填名额。"""
    viewer = viewer_of(request)
    regions = region_picks(viewer)
    given = request.POST if request.method == "POST" else request.GET
    pool_form = forms.PoolForm(forms.PoolForm.filled(given.dict(), regions), regions=regions)
    by = pool_form["by"].value()
    context: dict[str, Any] = {
        "pool_form": pool_form,
        "by_word": kinds.STRATA.get(by, ""),
        "seen": None,
        "form": None,
    }
    if not pool_form.is_valid():
        return render(
            request, "inspections/draw_new.html", context, status=422 if request.method == "POST" else 200
        )
    region = region_of(pool_form.cleaned_data["region"])
    seen = found.preview(region, pool_form.requirements())
    form = freeze_form(request, pool_form, seen, f"{region.name}{clock.today().year}年双随机抽查")
    context |= {"seen": seen, "form": form}
    if request.method != "POST":
        return render(request, "inspections/draw_new.html", context)
    if form.is_valid():
        data = form.cleaned_data
        more = {name: data[name] for name in ("basis", "rounding", "exclusions")}
        try:
            made = service.freeze_draw(
                region=region, title=data["title"], quotas=form.quotas(),
                requirements=pool_form.requirements(**more), by=viewer,
            )  # fmt: skip
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "名单已冻结，摘要已公开。下一步：产生种子。")
            return redirect("inspections:draw", draw_uid=made.uid)
    return render(request, "inspections/draw_new.html", context, status=422)


def region_picks(viewer: Viewer) -> list[tuple[str, str]]:
    """可以组织抽取的地方：县区在前，街道在后。"""
    rows = facilities.regions(viewer, "inspections.draw")
    wide = [(row.pk, row.name) for row in rows if row.level != "town"]
    return wide + [
        (row.pk, f"{row.parent.name} · {row.name}") for row in rows if row.level == "town" and row.parent
    ]


def freeze_form(
    request: HttpRequest, pool_form: forms.PoolForm, seen: found.Preview, title: str
) -> forms.FreezeForm:
    rate = pool_form.cleaned_data["kind"] == "rate"
    strata = seen.pool.strata
    initial = {"title": title, "rounding": "up", **{f"quota_{n}": 0 for n in range(len(strata))}}
    homes = {thing.name: int(thing.id) for thing in seen.pool.things}
    options: dict[str, Any] = {"strata": strata, "homes": homes, "rate": rate}
    if request.method == "POST":
        return forms.FreezeForm(request.POST, **options)
    return forms.FreezeForm(initial=initial, **options)


@reads("inspections.view")
def detail(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """一次抽取：名单、种子、结果，和下一步。"""
    viewer = viewer_of(request)
    draw = found.draw(viewer, draw_uid)
    sealed = found.commitments(draw)
    context = {
        "sheet": found.Sheet(draw),
        "draw": draw,
        "colour": COLOURS.get(draw.state, "amber"),
        "commitments": sealed,
        "may": may(viewer),
        "own": own_part(viewer, draw, sealed),
        "dice_form": forms.DiceForm(),
        "steps": steps_of(draw.state),
    }
    return render(request, "inspections/draw.html", context)


def may(viewer: Viewer) -> dict[str, bool]:
    return {name: viewer.can(f"inspections.{name}") for name in ("draw", "commit", "publish")}


def own_part(viewer: Viewer, draw: Any, sealed: list[Any]) -> dict[str, Any]:
    """以哪家部门的名义承诺，做过哪一步。"""
    posts = [p for p in viewer.posts_with("inspections.commit") if draw.region_path.startswith(p.region_path)]
    if not posts:
        return {"unit": "", "committed": False, "revealed": False}
    mine = [one for one in sealed if one.unit_id == posts[0].unit_id]
    return {
        "unit": posts[0].unit_name,
        "committed": bool(mine),
        "revealed": any(one.secret for one in mine),
    }


def steps_of(state: str) -> list[tuple[str, str]]:
    """五步走到哪里：（叫法，done、now 或空）。"""
    names = ["冻结名单", "产生种子", "抽取", "公布"]
    at = {"frozen": 1, "committed": 1, "seeded": 2, "drawn": 3, "published": 4}.get(state, 0)
    return [(name, "done" if n < at else "now" if n == at else "") for n, name in enumerate(names)]


@reads("inspections.view")
def listed(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """下载冻结的名单（规范写法，一字不改）。"""
    draw = found.draw(viewer_of(request), draw_uid)
    headers = {"Content-Disposition": attachment(f"抽取名单-{draw.frozen_sha256[:12]}.json")}
    return HttpResponse(draw.frozen, content_type="application/json; charset=utf-8", headers=headers)


@reads("inspections.view")
def export(request: HttpRequest, draw_uid: str) -> HttpResponseBase:
    """导出抽取结果（Excel）。"""
    viewer = viewer_of(request)
    draw = found.draw(viewer, draw_uid)
    columns = [
        Column("n", "次序", width=6), Column("stratum", "层", width=18), Column("name", "机构", width=30),
        Column("team", "检查人员", width=40), Column("ticket", "票", width=66, code=True),
    ]  # fmt: skip
    rows = [
        [
            n,
            one["stratum"],
            one["name"],
            "、".join(f"{p['name']}（{p['unit']}）" for p in one["team"]),
            one["ticket"],
        ]
        for n, one in enumerate(found.Sheet(draw).drawn, 1)
    ]
    out = BytesIO()
    note = f"名单摘要 {draw.frozen_sha256}"
    write_xlsx(
        out, title=draw.title, columns=columns, rows=rows, unit=viewer.unit_name, at=clock.now(), note=note
    )
    out.seek(0)
    response = FileResponse(out, content_type=XLSX)
    response["Content-Disposition"] = attachment(f"{draw.title}-抽取结果.xlsx")
    return response


# ---- 一步一步 ---------------------------------------------------------------------------------------


@writes("inspections.draw")
def dice(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """录入当众掷出的点数。"""
    viewer = viewer_of(request)
    draw = found.draw(viewer, draw_uid)
    form = forms.DiceForm(request.POST)
    forms.checked(form)
    data = form.cleaned_data
    service.seed_by_dice(
        draw=draw, faces=data["faces"], place=data["place"], witnesses=form.names(), by=viewer
    )
    return told(request, draw_uid, "种子已产生，名单与种子都不能再改。下一步：抽取。")


@writes("inspections.commit")
def commit(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """交存承诺。"""
    viewer = viewer_of(request)
    draw = found.draw(viewer, draw_uid)
    data = forms.checked(forms.CommitForm(request.POST)).cleaned_data
    draw_commitments.commit_secret(draw=draw, commitment=data["commitment"], by=viewer)
    return told(request, draw_uid, "承诺已交存。暗数请自己保管好，两家都交存后再来揭示。")


@writes("inspections.commit")
def reveal(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """揭示暗数。"""
    viewer = viewer_of(request)
    draw = found.draw(viewer, draw_uid)
    data = forms.checked(forms.RevealForm(request.POST)).cleaned_data
    draw_commitments.reveal_secret(draw=draw, secret=data["secret"], by=viewer)
    return told(request, draw_uid, "暗数与承诺相符，已揭示。")


@writes("inspections.draw")
def run(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """抽取。"""
    viewer = viewer_of(request)
    service.run_draw(draw=found.draw(viewer, draw_uid), by=viewer)
    return told(request, draw_uid, "已抽取，检查任务已派出。")


@writes("inspections.publish")
def publish(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """公布。"""
    viewer = viewer_of(request)
    service.publish_draw(draw=found.draw(viewer, draw_uid), by=viewer)
    return told(request, draw_uid, "已公布，任何人都可以下载重算。")


@writes("inspections.draw")
def void(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """作废。"""
    viewer = viewer_of(request)
    draw = found.draw(viewer, draw_uid)
    data = forms.checked(forms.VoidForm(request.POST)).cleaned_data
    service.void_draw(draw=draw, reason=data["reason"], by=viewer)
    return told(request, draw_uid, "已作废，理由已公开。")


def told(request: HttpRequest, draw_uid: str, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("inspections:draw", draw_uid=draw_uid)
