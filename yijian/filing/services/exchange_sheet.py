"""登记主体的表：列、核对、写入；表格与接口同一套核对。"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from yijian.access.viewer import Viewer
from yijian.filing import kinds
from yijian.filing.models import ExchangePartner
from yijian.filing.queries.exchange import county_of
from yijian.filing.rules.matching import old_number, org_code
from yijian.filing.services.exchange import Envelope, receive
from yijian.kernel.codes import check_uscc
from yijian.kernel.errors import Refused
from yijian.people.models import Region
from yijian.sheets import cells
from yijian.sheets.columns import Column, Table
from yijian.sheets.importing import ImportKind, Options, Problem, Rows, parse_rows, register

KIND = "registered_entities"
_KIND_WORDS = {word: key for key, word in kinds.ENTITY_KINDS.items()}
_KIND_ALSO = {
    "企业": "market", "个体工商户": "market", "公司": "market", "社会组织": "social",
    "民办非企业单位": "social", "民非": "social", "事业": "institution", "事业法人": "institution",
}  # fmt: skip


def _kind(cell: cells.Cell) -> str | None:
    text = cells.text(cell)
    if text is None:
        return None
    found = _KIND_WORDS.get(text) or _KIND_ALSO.get(text) or (text if text in kinds.ENTITY_KINDS else None)
    if found is None:
        raise Refused(f"“{text}”不是主体类别，请写{'、'.join(_KIND_WORDS)}。")
    return found


COLUMNS = (
    Column("name", "主体名称", True, cells.limited(120),
           ("名称", "企业名称", "单位名称", "机构名称"), width=30,
           example="松鹤养老服务有限公司（示例）"),
    Column("code", "统一社会信用代码", False, cells.code,
           ("信用代码", "社会信用代码", "注册号", "组织机构代码", "代码"),
           note="旧注册号、组织机构代码也收", code=True, width=22),
    Column("kind", "主体类别", False, _kind, ("类别", "类型", "主体类型", "企业类型"),
           choices=tuple(kinds.ENTITY_KINDS.values())),
    Column("business", "经营（业务）范围", True, cells.text,
           ("经营范围", "业务范围", "宗旨和业务范围"), width=40),
    Column("address", "住所", False, cells.limited(200), ("地址", "经营场所", "注册地址"), width=30),
    Column("town", "街道（乡镇）", False, cells.text, ("街道", "乡镇", "所属街道")),
    Column("legal_person", "法定代表人", False, cells.limited(60), ("负责人", "法人", "经营者")),
    Column("status", "登记状态", False, cells.limited(30), ("状态", "经营状态")),
    Column("registered_on", "登记日期", False, cells.day, ("成立日期", "注册日期")),
)  # fmt: skip


def check_row(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """18 位的须过校验；15、13 位注册号和 9 位组织机构代码按旧码收。"""
    code = row["code"] or ""
    if code and not check_uscc(code) and not old_number(code) and not (len(code) < 12 and org_code(code)):
        yield "code", check_uscc(code).reason


def check_all(*, rows: Rows, options: Options, by: Viewer) -> Iterable[Problem]:
    """同一文件里代码重复、同类同名重复的指出来。"""
    _county(options, by)
    seen: dict[tuple[str, str], int] = {}
    for row in rows.dicts():
        code = str(row["code"] or "")
        mark = ("code", code) if code else ("name", f"{row['kind']}{row['name']}")
        if mark in seen:
            said = "代码" if code else "名称"
            yield Problem(row["row"], mark[0], f"与第 {seen[mark]} 行{said}相同，一个主体只留一行。")
        seen.setdefault(mark, row["row"])


def _county(options: Options, by: Viewer) -> Region:
    wanted = options.get("region", "") or by.region_path.rstrip("/").rpartition("/")[2]
    region = Region.objects.filter(pk=wanted).first()
    if region is None:
        raise Refused("请选择这批主体属于哪个县区。", field="region")
    county = county_of(region)
    paths = [post.region_path for post in by.posts_with("filing.exchange")]
    if not by.everything and not any(county.path.startswith(path) for path in paths):
        raise Refused("这个县区不在您的辖区里。", field="region")
    return county


def tidy_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """只留范围含“养老”的；类别由代码补；旧码放到旧码那一栏。返回（各行，略过几行）。"""
    kept, skipped = [], 0
    for row in rows:
        if "养老" not in str(row["business"] or ""):
            skipped += 1
            continue
        code = str(row["code"] or "")
        good = bool(check_uscc(code))
        kept.append(
            {
                **row,
                "code": code if good else "",
                "old_code": "" if good else code,
                "kind": row["kind"] or guess(code),
            }
        )
    return kept, skipped


def guess(code: str) -> str:
    """由代码首位推断主体类别；看不出的按市场主体。"""
    return {"1": "institution", "5": "social"}.get(code[:1] if check_uscc(code) else "", "market")


def digest(rows: Sequence[Mapping[str, Any]]) -> str:
    text = json.dumps([{k: str(v) for k, v in row.items() if k != "row"} for row in rows], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write(*, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]:
    """确认导入：一张表就是一批。"""
    kept, skipped = tidy_rows(rows.dicts())
    sha256 = digest(kept)
    sender = options.get("sender", "") or by.unit_name or by.name
    number = options.get("batch", "") or f"表格-{sha256[:12]}"
    envelope = Envelope(sender[:120], number[:80], sha256, "sheet", _county(options, by))
    batch = receive(envelope=envelope, rows=kept, by=by)
    return {"新增": batch.added, "更新": batch.updated, "略过（范围不含养老）": skipped}


SPEC = ImportKind(
    kind=KIND,
    title="登记主体",
    capability="filing.exchange",
    columns=COLUMNS,
    write=write,
    check_row=check_row,
    check_all=check_all,
    notes=(
        "经营（业务）范围里没有“养老”的行自动略过。",
        "没有统一社会信用代码的可填旧注册号或组织机构代码。",
    ),
)


def register_import() -> None:
    """启动时登记。"""
    register(SPEC)


def parse_json(given: object) -> list[dict[str, Any]]:
    """接口报来的行，按同一套列核对；有错报 Refused，逐行说明。"""
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise Refused("rows 应为对象的数组。", field="rows")
    if len(given) > 20_000:
        raise Refused("一批最多 20000 行，请分批报送。", field="rows")
    names = tuple(column.name for column in COLUMNS)
    table = Table(
        names,
        [tuple(_cell(row.get(name)) for name in names) for row in given],
        range(1, len(given) + 1),
        "接口",
    )
    rows, problems = parse_rows(SPEC, table, {name: i for i, name in enumerate(names)})
    if problems:
        said = "；".join(f"第 {p.row} 行：{p.message}" for p in problems[:20])
        raise Refused(f"共 {len(problems)} 处错误，一行也没有接收。{said}", field="rows")
    return list(rows.dicts())


def _cell(value: object) -> cells.Cell:
    return value if isinstance(value, str) else None if value is None else str(value)


def envelope_for(partner: ExchangePartner, batch_no: object, sha256: str, county: Region) -> Envelope:
    """接口一批的封皮；批号必须有。"""
    if not isinstance(batch_no, str) or not 1 <= len(batch_no.strip()) <= 80:
        raise Refused("请写明批号 batch，1 到 80 个字。", field="batch")
    return Envelope(partner.unit.name, batch_no.strip(), sha256, "rest", county, partner)


def receive_json(*, envelope: Envelope, given: object, by: Viewer) -> tuple[Any, int]:
    """接口接收一批；返回（批次，略过几行）。"""
    parsed = parse_json(given)
    rows = Rows(
        tuple(parsed[0]) if parsed else (), [r["row"] for r in parsed], [tuple(r.values()) for r in parsed]
    )
    twice = [p for p in _twice(parsed)]
    if twice:
        raise Refused("；".join(f"第 {p.row} 行：{p.message}" for p in twice[:20]), field="rows")
    kept, skipped = tidy_rows(rows.dicts())
    return receive(envelope=envelope, rows=kept, by=by), skipped


def _twice(rows: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for row in rows:
        mark = str(row["code"] or f"{row['kind']}{row['name']}")
        if mark in seen:
            yield Problem(row["row"], "code", f"与第 {seen[mark]} 行是同一主体，只留一行。")
        seen.setdefault(mark, row["row"])


__all__ = ["COLUMNS", "KIND", "SPEC", "envelope_for", "receive_json", "register_import"]
