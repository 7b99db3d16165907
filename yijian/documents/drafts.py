"""文书的 Word 样式：按《党政机关公文格式》（GB/T 9704）造缺省样式、检查上传的样式、套打。"""

import functools
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docxtpl import DocxTemplate
from jinja2 import TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from yijian.documents.paper_kinds import COMMON, PaperField, PaperKind
from yijian.kernel.errors import Refused

BODY, TITLE, MARK = "仿宋_GB2312", "方正小标宋简体", RGBColor(0xD7, 0x00, 0x0F)
THREE, TWO = Pt(16), Pt(22)
# 样式里只许取值、分条、分情况；算式、调用、取属性一律不许。
_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.For, nodes.If, nodes.Not)
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# 带前缀的取值会连同所在的段、行一起替换掉，值便不再转义。
_PREFIXED = re.compile(r"\{\{[-+]?\s*(?:r|p|tr|tc)\s[^}]*\}?\}?")
_EDGE = re.compile(r"/(?:header|footer)$")
DEEPEST = 2
BROKEN = (
    "样式套出来的文书结构不完整，多半是成对的标记一头在表格里、一头在表格外。"
    "请把每对标记放进同一个单元格或同一段，单元格里另留一个总会印出的段落，再上传。"
)


class _Sheet(DocxTemplate):  # type: ignore[misc]
    """只套正文、页眉、页脚；套出来的必须是完好的 XML，不替它修补。"""

    def fix_tables(self, xml: str) -> Any:
        etree.fromstring(xml)
        return super().fix_tables(xml)

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """文件属性不套。"""

    def render_footnotes(self, context: Any, jinja_env: Any = None) -> None:
        """脚注不套。"""


def environment() -> SandboxedEnvironment:
    """套打用的环境：沙箱，值一律转义。"""
    return SandboxedEnvironment(autoescape=True)


@functools.cache
def default_template(kind: PaperKind) -> bytes:
    """按文书种类造缺省样式。"""
    made = docx.Document()
    _page(made)
    if kind.layout == "letter":
        _line(made, "{{ issuer }}", TITLE, Pt(36), ALIGN.CENTER, MARK)
        _line(made, "{{ number }}", BODY, THREE, ALIGN.RIGHT)
    _line(made, "{{ title }}", TITLE, TWO, ALIGN.CENTER)
    if kind.layout == "letter":
        _letter(made, kind)
    else:
        _line(made, "{{ number }}", BODY, THREE, ALIGN.CENTER)
        _record(made, kind)
    _line(made, "{{ issuer }}", BODY, THREE, ALIGN.RIGHT)
    _line(made, "{{ date }}", BODY, THREE, ALIGN.RIGHT)
    _line(made, "核验码：{{ verify_code }}", BODY, Pt(10.5), ALIGN.LEFT)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _page(made: Any) -> None:
    """A4，天头 37、订口 28、地脚 35、切口 26 毫米，页码“— 1 —”。"""
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    foot = section.footer.paragraphs[0]
    foot.alignment = ALIGN.CENTER
    foot.add_run("— ")
    for act, code in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = foot.add_run()
        mark = OxmlElement("w:fldChar" if act else "w:instrText")
        if act:
            mark.set(qn("w:fldCharType"), act)
        else:
            mark.text = code
        run._r.append(mark)
    foot.add_run(" —")
    for run in foot.runs:
        _face(run, "宋体", Pt(14))


def _face(run: Any, face: str, size: Any) -> None:
    run.font.name, run.font.size = "Times New Roman", size
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _line(made: Any, text: str, face: str, size: Any, align: Any, color: Any = None) -> Any:
    paragraph = made.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)
    if size in (THREE, TWO):
        paragraph.paragraph_format.line_spacing = Pt(28 if size == THREE else 36)
    run = paragraph.add_run(text)
    _face(run, face, size)
    if color is not None:
        run.font.color.rgb = color
    return paragraph


def _body(made: Any, text: str) -> None:
    _line(made, text, BODY, THREE, ALIGN.JUSTIFY).paragraph_format.first_line_indent = Pt(32)


def _letter(made: Any, kind: PaperKind) -> None:
    first, *rest = kind.fields
    _line(made, f"{{{{ {first.name} }}}}：", BODY, THREE, ALIGN.LEFT)
    for field in rest:
        _body(made, f"{{%p if {field.name} %}}")
        if field.list:
            _body(made, f"{field.label}：")
            _items(made, field, _body)
        else:
            _body(made, f"{field.label}：{{{{ {field.name} }}}}")
        _body(made, "{%p endif %}")


def _items(made: Any, field: PaperField, put: Any) -> None:
    put(made, f"{{%p for item in {field.name} %}}")
    put(made, "{{ item }}")
    put(made, "{%p endfor %}")


def _record(made: Any, kind: PaperKind) -> None:
    table = made.add_table(rows=0, cols=2)
    table.style, table.autofit = "Table Grid", False
    for field in kind.fields:
        left, right = table.add_row().cells
        left.width, right.width = Mm(36), Mm(120)
        _face(left.paragraphs[0].add_run(field.label), BODY, Pt(14))
        if field.list:
            _items(right, field, _cell)
        else:
            _cell(right, f"{{{{ {field.name} }}}}")
        first = right.paragraphs[0]._p
        first.getparent().remove(first)


def _cell(cell: Any, text: str) -> None:
    _face(cell.add_paragraph().add_run(text), BODY, Pt(14))


def check_template(kind: PaperKind, content: bytes) -> None:
    """检查上传的样式：标记写错、占位不认识、缺必有的占位，都报 Refused 并点出名字。"""
    known, seen = kind.known, set[str]()
    for part in _parts(content):
        seen |= _names(part)
    unknown = sorted(seen - known)
    if unknown:
        fields = {field.name: field.label for field in kind.fields}
        legend = "、".join(f"{name}（{label}）" for name, label in (COMMON | fields).items())
        raise Refused(f"样式里有不认识的占位：{'、'.join(unknown)}。可以用的有：{legend}。", field="file")
    missing = [f"{name}（{label}）" for name, label in kind.required.items() if name not in seen]
    if missing:
        raise Refused(f"样式里缺少必有的占位：{'、'.join(missing)}。请补上再上传。", field="file")
    for values in (sample(kind), blank(kind)):
        _check_made(render(content, values))


def _parts(content: bytes) -> list[str]:
    """正文、页眉、页脚中的文字（含标记）；别处有标记、标记带前缀都报 Refused。"""
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    main = template.docx.part
    edges = [rel.target_part for rel in main.rels.values() if _EDGE.search(rel.reltype)]
    for part in main.package.iter_parts():
        if part is not main and part not in edges and part.content_type.endswith("xml"):
            _check_elsewhere(str(part.partname), part.blob)
    raw = [template.get_xml(), *(part.blob.decode("utf-8", "replace") for part in edges)]
    for text in raw:
        if found := _PREFIXED.search(re.sub(r"<[^>]*>", "", text)):
            raise Refused(f"样式里的取值标记不能带前缀：{found[0]}。请改成“{{{{ 名称 }}}}”。", field="file")
    return [template.patch_xml(text) for text in raw]


def _check_elsewhere(name: str, content: bytes) -> None:
    """文件属性、脚注、批注等处不许有标记。"""
    try:
        tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Refused(f"样式里的 {name} 已损坏。请用 Word 另存一份再上传。", field="file") from error
    said = ["".join(tree.itertext()), *(str(v) for node in tree.iter() for v in node.attrib.values())]
    if any("{{" in text or "{%" in text for text in said):
        raise Refused(
            f"只有正文、页眉、页脚里可以有标记，{name}（文件属性、脚注、批注等）里也有。请删去再上传。",
            field="file",
        )


def _check_made(content: bytes) -> None:
    """套出来的文书须打得开、结构完好；不好的报 Refused。"""
    try:
        docx.Document(io.BytesIO(content))
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            tree = etree.fromstring(package.read("word/document.xml"))
    except (KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise Refused(BROKEN, field="file") from error
    homes = {qn("w:body"), qn("w:pPr"), qn("w:sectPrChange")}
    strays = [s for s in tree.iter(qn("w:sectPr")) if s.getparent().tag not in homes]
    marks = {qn("w:bookmarkStart"), qn("w:bookmarkEnd")}
    inside = [[c.tag for c in cell if c.tag not in marks] for cell in tree.iter(qn("w:tc"))]
    cells = [tags for tags in inside if tags[-1:] != [qn("w:p")]]
    if strays or cells or len(tree.findall(f"{qn('w:body')}/{qn('w:sectPr')}")) > 1:
        raise Refused(BROKEN, field="file")


def _names(part: str) -> set[str]:
    try:
        tree = environment().parse(part)
    except TemplateError as error:
        line = getattr(error, "lineno", 1) or 1
        near = part.splitlines()[line - 1] if part else ""
        raise Refused(
            f"样式里的标记写错了：{_broken(part) or near[-60:]}。请改好再上传。", field="file"
        ) from error
    if not _plain(tree):
        said = next((tag for tag in _TAG.findall(part) if _odd(tag)), "".join(_TAG.findall(part))[:200])
        raise Refused(f"样式里的标记只许取值、分条、分情况，这一个不行：{said}", field="file")
    if next(_deep(tree), None):
        raise Refused(f"样式里的分条（for）最多套 {DEEPEST} 层，请拆开再上传。", field="file")
    named = list(tree.find_all(nodes.Name))
    return {n.name for n in named if n.ctx == "load"} - {n.name for n in named if n.ctx == "store"}


def _plain(tree: nodes.Template) -> bool:
    return all(isinstance(node, _ALLOWED) for node in tree.find_all(nodes.Node))


def _deep(node: nodes.Node, depth: int = 0) -> Iterator[nodes.For]:
    """套得太深的分条。"""
    for child in node.iter_child_nodes():
        inner = depth + isinstance(child, nodes.For)
        if isinstance(child, nodes.For) and inner > DEEPEST:
            yield child
        else:
            yield from _deep(child, inner)


def _odd(tag: str) -> bool:
    """单独就看得出不许的取值标记。"""
    return tag.startswith("{{") and not _plain(environment().parse(tag))


def _broken(part: str) -> str:
    """第一个单独就讲不通的标记；没有就是成对的标记少了一半，列出全部。"""
    pairs = []
    for tag in _TAG.findall(part):
        if tag.startswith("{%"):
            pairs.append(tag)
            continue
        try:
            environment().parse(tag)
        except TemplateError:
            return tag
    return "".join(pairs)[:200]


def sample(kind: PaperKind) -> dict[str, object]:
    """样式试印用的内容：每项是自己的名称。"""
    filled: dict[str, object] = dict(COMMON)
    return filled | {f.name: [f.label] if f.list else f.label for f in kind.fields}


def blank(kind: PaperKind) -> dict[str, object]:
    """样式试印用的另一套内容：可不填的项全空。"""
    empty: dict[str, object] = {f.name: [] if f.list else "" for f in kind.fields if not f.required}
    return sample(kind) | empty


def render(content: bytes, values: Mapping[str, object]) -> bytes:
    """套打；样式有毛病报 Refused。"""
    template = _Sheet(io.BytesIO(content))
    out = io.BytesIO()
    try:
        template.render(dict(values), jinja_env=environment(), autoescape=True)
        template.save(out)
    except TemplateError as error:
        raise Refused(f"文书样式套不上：{error}。请重新上传样式。", field="file") from error
    except etree.XMLSyntaxError as error:
        raise Refused(BROKEN, field="file") from error
    return out.getvalue()
