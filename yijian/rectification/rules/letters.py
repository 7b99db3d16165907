"""文稿：责令停业整顿、移送、提请挂牌督办；按公文版面排成 Word，供修改后用印。"""

import io
from dataclasses import dataclass
from datetime import date

TITLE_FONT, BODY_FONT = "方正小标宋简体", "仿宋_GB2312"


@dataclass(frozen=True)
class Matter:
    """文稿里要写的：编号、机构、问题、依据、要求、日期、发文单位。"""

    number: str
    facility: str
    title: str
    basis: str
    measure: str
    found_on: date
    due_on: date
    unit: str


@dataclass(frozen=True)
class Paper:
    """一份文稿。"""

    title: str
    to: str
    body: tuple[str, ...]
    sign: str


def said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def paper(step: str, matter: Matter, government: str = "") -> Paper:
    """一步对应的文稿：suspend 停业整顿，transfer 移送，listing 提请挂牌。"""
    facts = (
        f"我单位于{said(matter.found_on)}检查发现{matter.facility}存在下列问题：{matter.title}（{matter.number}）。"
        f"依据：{matter.basis}。"
    )
    late = f"已要求其于{said(matter.due_on)}前完成整改（{matter.measure}），逾期仍未改正。"
    if step == "suspend":
        body = (facts, late, "现责令停业整顿。请妥善安置在住老年人，整改完成后书面报我单位验收。")
        return Paper("责令停业整顿决定书（拟稿）", matter.facility, body, matter.unit)
    if step == "transfer":
        body = (
            facts,
            late,
            "该事项需采取行政强制措施或申请强制执行，现移送你单位依法处理，并请将处理结果函告我单位。",
        )
        return Paper("移送函（拟稿）", "（接收单位）", body, matter.unit)
    body = (facts, f"该问题属重大隐患，限{said(matter.due_on)}前整改。", "现提请挂牌督办。")
    return Paper("关于提请挂牌督办重大隐患的请示（拟稿）", government or "（人民政府）", body, matter.unit)


def as_docx(given: Paper) -> bytes:
    """排成 Word：标题二号小标宋居中，正文三号仿宋，首行缩进两字。"""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    book = Document()
    page = book.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)

    def line(
        text: str,
        font: str = BODY_FONT,
        size: int = 16,
        align: WD_ALIGN_PARAGRAPH | None = None,
        indent: int = 0,
    ) -> None:
        row = book.add_paragraph()
        row.paragraph_format.line_spacing = Pt(28)
        row.paragraph_format.first_line_indent = Pt(indent)
        if align is not None:
            row.alignment = align
        run = row.add_run(text)
        run.font.size, run.font.name = Pt(size), font
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)

    line(given.title, TITLE_FONT, 22, WD_ALIGN_PARAGRAPH.CENTER)
    line("")
    line(f"{given.to}：")
    for words in given.body:
        line(words, indent=32)
    line("")
    line(given.sign, align=WD_ALIGN_PARAGRAPH.RIGHT)
    line("    年  月  日", align=WD_ALIGN_PARAGRAPH.RIGHT)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
