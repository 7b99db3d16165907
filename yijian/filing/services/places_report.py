"""专题报告：未登记场所、消防审验，按公文格式写成 Word（酉阳 重点任务二、四）。"""

import io
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from yijian.filing import kinds
from yijian.filing.models import FireApproval, UnregisteredPlace
from yijian.kernel import clock
from yijian.people.kinds import FUNCTIONS


def place_report(place: UnregisteredPlace, issuer: str, government: str) -> bytes:
    """一处未登记场所的专题报告。"""
    paper = _paper(f"关于{place.region.name}一处未登记养老服务场所的专题报告", government)
    _heading(paper, "一、基本情况")
    _say(
        paper,
        f"{_day(place.found_on)}，经{kinds.SOURCES[place.source]}，发现“{place.name}”未经登记收住老年人。具体如下：",
    )
    _table(paper, _basics(place))
    _heading(paper, "二、风险隐患")
    risks = "、".join(kinds.RISKS[risk] for risk in place.risks) or "现场没有发现突出的风险"
    _say(paper, f"涉及：{risks}。{place.risk_note}")
    _heading(paper, "三、处理依据与建议单位")
    _say(paper, f"该场所{kinds.CLAIMS[place.claims]}活动。{place.unit_reason}（依据：{place.unit_clause}）。"
                f"建议由{FUNCTIONS[place.unit_function]}牵头，属地街道（乡镇）和有关部门配合。")  # fmt: skip
    _heading(paper, "四、处置建议方案")
    _say(paper, place.plan or "建议召开专题会议，明确牵头单位、老年人安置去向、联合行动时间和回查安排。")
    if place.residents:
        _say(
            paper,
            f"在住的 {place.residents} 名老年人，先逐人告知家属、评估身体状况，再行转送，不得强行清退。",
        )
    _heading(paper, "五、办理经过")
    for step in place.steps.order_by("on", "pk"):
        label = "发现" if step.step == "found" else kinds.PLACE.label(step.step)
        _say(paper, f"{_day(step.on)}　{label}　{step.note}（{step.unit_name}{step.by_name}）")
    return _finish(paper, issuer)


def _basics(place: UnregisteredPlace) -> list[tuple[str, str]]:
    low, high = place.price_low, place.price_high
    price = f"{low or high}—{high or low} 元/月" if low or high else "未查明"
    return [
        ("位置", f"{place.region.name}{place.address}"),
        ("房屋性质", kinds.BUILDINGS[place.building]),
        ("经营者", place.operator or "未查明"),
        ("以何名义", kinds.CLAIMS[place.claims]),
        ("收住老年人", f"{place.residents} 人"),
        ("工作人员", f"{place.staff} 人"),
        ("收费价格", price),
        ("现场检查期限", _day(place.check_due_on) if place.check_due_on else "没有收住老年人，未起算"),
    ]


def fire_report(rows: Sequence[FireApproval], place_name: str, issuer: str, government: str) -> bytes:
    """消防审验专题报告：数量、比例、未办原因、逐家清单。"""
    paper = _paper(f"关于{place_name}养老机构消防审验情况的专题报告", government)
    missing = [row for row in rows if row.status == "missing"]
    done = len(rows) - len(missing)
    ratio = f"{done * 100 / len(rows):.1f}%" if rows else "—"
    _heading(paper, "一、总体情况")
    _say(
        paper,
        f"登记在册 {len(rows)} 家，已办理消防验收或备案 {done} 家，占 {ratio}；未办理 {len(missing)} 家。",
    )
    _heading(paper, "二、未办理的原因")
    for reason, count in Counter(row.reason for row in missing).most_common():
        _say(paper, f"{kinds.FIRE_REASONS[reason]}：{count} 家。")
    _heading(paper, "三、未办理机构清单")
    _grid(paper, ("机构", "原因", "面积（㎡）", "在住老人", "说明"), [_line(row) for row in missing])
    _heading(paper, "四、需要研究的事项")
    area = sum((row.area or Decimal(0) for row in missing), Decimal(0))
    people = sum(row.residents or 0 for row in missing)
    _say(
        paper,
        f"未办理的机构合计建筑面积 {area} 平方米，在住老年人 {people} 人。"
        "请召开会议逐家研究，形成纪要，明确责任单位和时限。",
    )
    return _finish(paper, issuer)


def _line(row: FireApproval) -> tuple[str, ...]:
    return (
        row.facility.name,
        kinds.FIRE_REASONS[row.reason],
        str(row.area or ""),
        str(row.residents if row.residents is not None else ""),
        row.decision or row.note,
    )


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _font(run: Any, name: str, size: int) -> None:
    run.font.name, run.font.size = name, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _paper(title: str, government: str) -> Any:
    paper = docx.Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin = Cm(3.7), Cm(3.5)
    page.left_margin, page.right_margin = Cm(2.8), Cm(2.6)
    head = paper.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(head.add_run(title), "方正小标宋简体", 22)
    _font(paper.add_paragraph().add_run(f"{government}："), "仿宋_GB2312", 16)
    return paper


def _heading(paper: Any, text: str) -> None:
    line = paper.add_paragraph()
    line.paragraph_format.first_line_indent = Pt(32)
    _font(line.add_run(text), "黑体", 16)


def _say(paper: Any, text: str) -> None:
    line = paper.add_paragraph()
    line.paragraph_format.first_line_indent = Pt(32)
    line.paragraph_format.line_spacing = Pt(28)
    _font(line.add_run(text), "仿宋_GB2312", 16)


def _table(paper: Any, pairs: Sequence[tuple[str, str]]) -> None:
    _grid(paper, (), pairs)


def _grid(paper: Any, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    lines = [head, *rows] if head else list(rows)
    if not lines:
        return
    table = paper.add_table(rows=len(lines), cols=len(lines[0]), style="Table Grid")
    for cells, line in zip(table.rows, lines, strict=True):
        for cell, text in zip(cells.cells, line, strict=True):
            cell.text = ""
            _font(cell.paragraphs[0].add_run(text), "仿宋_GB2312", 12)


def _finish(paper: Any, issuer: str) -> bytes:
    for text in (issuer, _day(clock.today())):
        line = paper.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _font(line.add_run(text), "仿宋_GB2312", 16)
    paper.core_properties.author = issuer
    paper.core_properties.created = paper.core_properties.modified = clock.now().replace(tzinfo=None)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()
