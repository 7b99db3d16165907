"""命令行：yijian regime list | check | export | diff | attach-source | cases | load-test。"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from yijian.kernel.errors import Refused, YijianError
from yijian.kernel.workdays import Calendar, load_calendar
from yijian.regimes.cases import run_cases
from yijian.regimes.compare import compare_places
from yijian.regimes.diff import diff_packs, diff_versions, same_document
from yijian.regimes.export import export_pack
from yijian.regimes.folders import packs_dir
from yijian.regimes.kinds import FACILITY_KINDS, Pack
from yijian.regimes.library import Library, load_all
from yijian.regimes.lint import lint
from yijian.regimes.load_test import Counts, load_test
from yijian.regimes.source import attach_source, find_source

_STATUS = {"in_force": "有效", "draft": "草案", "local": "本地"}
_STRICTER = {
    "a": "前者更严",
    "b": "后者更严",
    "same": "一样",
    "different": "形式不同",
    "only_a": "仅前者",
    "only_b": "仅后者",
}
Answer = tuple[Any, list[str], int]


def run(argv: list[str]) -> int:
    """执行一条命令，返回退出码：0 正常，1 有问题，2 用法不对。"""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    command: Callable[[argparse.Namespace], Answer] = options.command
    try:
        value, lines, code = command(options)
    except YijianError as error:
        value, lines, code = {"error": error.message}, [error.message], 1
    if options.json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="yijian regime", description="制度包：查看、检查、导出、比较、试算")
    commands = parser.add_subparsers(required=True, metavar="命令")

    def add(name: str, command: Callable[[argparse.Namespace], Answer], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--json", action="store_true", help="机器可读的输出")
        sub.add_argument("--packs", type=Path, help="制度包文件夹，默认随软件发布的")
        sub.set_defaults(command=command)
        return sub

    add("list", _list, "列出全部制度包")
    add("check", _check, "载入并检查制度包").add_argument("pack", nargs="?", metavar="PACK")
    add("export", _export, "导出一个制度包（JSON）").add_argument("pack", metavar="PACK")
    sub = add("diff", _diff, "比较两个制度包的版本，或两部文件、两个地方（区划代码）的同一义务")
    sub.add_argument("a", metavar="A")
    sub.add_argument("b", metavar="B")
    sub = add("attach-source", _attach, "挂接文件原文：内容与制度包记载的摘要一致才收下")
    sub.add_argument("pack", metavar="PACK")
    sub.add_argument("file", type=Path, metavar="FILE")
    add("cases", _cases, "运行制度包自带的例子").add_argument("pack", nargs="?", metavar="PACK")
    sub = add("load-test", _load_test, "试算一部文件一年的工作量和办不到的期限")
    sub.add_argument("pack", metavar="PACK")
    sub.add_argument("--year", type=int, required=True, help="哪一年")
    sub.add_argument("--facilities", type=int, default=30, help="养老机构家数（默认 30）")
    sub.add_argument("--streets", type=int, default=12, help="街道（乡镇）个数（默认 12）")
    sub.add_argument("--counties", type=int, default=1, help="县级辖区个数（默认 1）")
    return parser


def _library(options: argparse.Namespace, *, strict: bool = True) -> Library:
    return load_all(options.packs, strict=strict)


def _calendar(options: argparse.Namespace) -> Calendar:
    return load_calendar((options.packs or packs_dir()) / "holidays")


def _list(options: argparse.Namespace) -> Answer:
    library = _library(options, strict=False)
    rows = [_listed(pack) for _, pack in sorted(library.packs.items())]
    lines = [
        f"{row['id']}  {_STATUS[row['status']]}  {row['region']}  {row['document_no'] or '—'}  "
        f"{row['obligations']} 项义务  {row['title']}"
        for row in rows
    ]
    lines += [str(problem) for error in library.broken.values() for problem in error.problems]
    broken = {name: [str(p) for p in error.problems] for name, error in sorted(library.broken.items())}
    return {"packs": rows, "broken": broken}, lines, int(bool(broken))


def _listed(pack: Pack) -> dict[str, Any]:
    head = pack.head
    return {
        "id": head.id,
        "title": head.title,
        "document_no": head.document_no,
        "issuer": head.issuer,
        "issued_on": head.issued_on.isoformat() if head.issued_on else None,
        "effective_from": head.effective_from.isoformat(),
        "effective_to": head.effective_to.isoformat() if head.effective_to else None,
        "region": head.region,
        "extends": list(head.extends),
        "status": head.status,
        "version": head.version,
        "hash": pack.hash,
        "clauses": len(pack.clauses),
        "obligations": len(pack.obligations) + len(pack.settings),
        "source_at_hand": find_source(pack) is not None,
    }


def _check(options: argparse.Namespace) -> Answer:
    library, calendar = _library(options, strict=False), _calendar(options)
    if options.pack and options.pack not in library.broken:
        library.pack(options.pack)
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for name in sorted({*library.packs, *library.broken}):
        if options.pack in {None, name}:
            row = _checked(library, calendar, name)
            rows.append(row)
            lines += _said(row)
    failed = any(not row["ok"] for row in rows)
    return {"ok": not failed, "packs": rows}, lines, int(failed)


def _checked(library: Library, calendar: Calendar, name: str) -> dict[str, Any]:
    """一个包：载入的毛病 problems，检查结果 findings；没有毛病、没有错误级的结果才算 ok。"""
    if name in library.broken:
        problems = [asdict(problem) for problem in library.broken[name].problems]
        return {"id": name, "ok": False, "problems": problems, "findings": [], "counts": {}}
    pack = library.pack(name)
    findings = lint(pack, library.catalogue, calendar)
    cases = run_cases(pack, calendar)
    counts: dict[str, int] = {"obligations": len(pack.obligations), "indicators": len(pack.indicators)}
    for clause in pack.clauses:
        counts[clause.kind] = counts.get(clause.kind, 0) + 1
    failed = [case.as_dict() for case in cases if not case.ok]
    ok = not failed and all(finding.level != "error" for finding in findings)
    return {
        "id": name,
        "ok": ok,
        "problems": [],
        "findings": [finding.as_dict() for finding in findings],
        "counts": counts,
        "cases": {"run": len(cases), "failed": failed},
    }


def _said(row: dict[str, Any]) -> list[str]:
    if row["problems"]:
        where = [f"{p['file']} 第 {p['line']} 行" if p["line"] else p["file"] for p in row["problems"]]
        reasons = [f"{at}：{p['reason']}" for at, p in zip(where, row["problems"], strict=True)]
        return [f"✗ {row['id']} 不能载入，{len(reasons)} 处毛病：", *(f"  {line}" for line in reasons)]
    counts = "，".join(f"{key} {number}" for key, number in row["counts"].items())
    lines = [f"{'✓' if row['ok'] else '✗'} {row['id']}（{counts}）"]
    lines += [f"  [{f['level']}] {f['code']} {f['where']}：{f['message']}" for f in row["findings"]]
    for case in row["cases"]["failed"]:
        lines += [f"  [error] case {case['name']}：{why}" for why in case["differences"]]
    return lines


def _export(options: argparse.Namespace) -> Answer:
    value = export_pack(_library(options, strict=False).pack(options.pack))
    return value, [json.dumps(value, ensure_ascii=False, indent=2)], 0


def _diff(options: argparse.Namespace) -> Answer:
    library = _library(options, strict=False)
    if options.a.isalnum() and options.b.isalnum() and {options.a, options.b}.isdisjoint(library.packs):
        rows = compare_places(library, options.a, options.b)
        return {"kind": "places", "a": options.a, "b": options.b, "duties": rows}, _duty_lines(rows), 0
    a, b = library.pack(options.a), library.pack(options.b)
    if not same_document(a, b):
        value = diff_packs(a, b, library.catalogue)
        return value, _duty_lines(value["duties"]), 0
    value = diff_versions(a, b)
    basis = "原文逐句" if value["basis"] == "text" else "条款要点（原文不在手头）"
    lines = [f"{a.id} → {b.id}，按{basis}比较："]
    for clause in value["clauses"]:
        lines.append(f"【{clause['ref']}】")
        lines += [f"  - {sentence}" for sentence in clause["removed"]]
        lines += [f"  + {sentence}" for sentence in clause["added"]]
    return value, lines, 0


def _duty_lines(rows: list[dict[str, Any]]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        lines.append(f"【{row['label']}】{row['duty']}  {_STRICTER[row['stricter']]}")
        for side in ("a", "b"):
            for item in row[side]:
                lines.append(f"  {side.upper()} {item['clause']}：{item['when_text']}  {item['title']}")
    return lines


def _attach(options: argparse.Namespace) -> Answer:
    target = attach_source(_library(options, strict=False).pack(options.pack), options.file)
    said = f"已挂接：{target.name}，摘要与制度包 {options.pack} 的记载一致。"
    return {"attached": str(target), "pack": options.pack}, [said], 0


def _cases(options: argparse.Namespace) -> Answer:
    library, calendar = _library(options, strict=False), _calendar(options)
    packs = [library.pack(options.pack)] if options.pack else list(library.packs.values())
    results = [result for pack in packs for result in run_cases(pack, calendar)]
    lines = [f"{'✓' if result.ok else '✗'} {result.pack}：{result.name}" for result in results]
    lines += [f"  {result.name}：{why}" for result in results for why in result.differences]
    failed = sum(not result.ok for result in results)
    lines.append(f"共 {len(results)} 个例子，{failed} 个不符。")
    value = {"cases": [result.as_dict() for result in results], "failed": failed}
    return value, lines, int(failed > 0)


def _load_test(options: argparse.Namespace) -> Answer:
    library = _library(options, strict=False)
    if not 2000 <= options.year <= 2100:
        raise Refused("年份应在 2000 至 2100 之间。")
    counts = Counts(
        facilities=dict.fromkeys(FACILITY_KINDS, 0) | {"nursing_home": options.facilities},
        units={"subdistrict": options.streets},
        counties=options.counties,
    )
    load = load_test(library.pack(options.pack), library.catalogue, _calendar(options), counts, options.year)
    lines = [f"{load.pack} {load.year} 年共 {load.total} 件："]
    for function, months in sorted(load.months.items(), key=lambda row: -sum(row[1])):
        label = library.catalogue.functions.get(function, function)
        lines.append(f"  {label}：{' '.join(str(number) for number in months)}，合计 {sum(months)}")
    lines += [f"  办不到：{finding.where} {finding.message}" for finding in load.impossible]
    return load.as_dict(), lines, 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
