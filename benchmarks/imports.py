"""导入测速：机构名单的读取、核对、写入，CSV 与 Excel。

用法：./yj bench imports [--rows 200000]；给 DATABASE_URL 则测 PostgreSQL。
"""

import argparse
import csv
import io

from harness import report, scratch, took

HERE = {"region": "990102"}


def sheets_of(rows: int) -> tuple[bytes, bytes]:
    """同样的名单两份：CSV、Excel。代码、名称互不重复，坐标各不相同。"""
    import xlsxwriter

    from yijian.facilities.tests.samples import csv_bytes, listed

    lines = listed(rows)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("机构")
        sheet.write_row(0, 0, list(lines[0]))
        for n, line in enumerate(lines, 1):
            sheet.write_row(n, 0, list(line.values()))
    return csv_bytes(lines), out.getvalue()


def floor_csv(content: bytes) -> float:
    """地板：csv 模块读出来，executemany 写进一张没有约束的表。"""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_home (a text, b text, c text, d text, e text, f text, g text, "
                       "h text, i text, j text)")  # fmt: skip

    def work() -> None:
        rows = list(csv.reader(io.StringIO(content.decode())))[1:]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO floor_home VALUES ({','.join(['%s'] * 10)})", rows)

    return took(work)


def measure(rows: int) -> None:
    from yijian.facilities.models import Facility
    from yijian.facilities.services import import_facilities
    from yijian.people.cast import small_district
    from yijian.people.viewer import SYSTEM

    small_district()
    plain, book = sheets_of(rows)
    floor = floor_csv(plain)

    def load(content: bytes, name: str, *, commit: bool) -> None:
        done = import_facilities(content=content, filename=name, options=HERE, commit=commit, by=SYSTEM)
        assert not done.sheets.problems and done.sheets.rows == rows

    words = "csv 模块 + executemany，十列无约束"
    for name, content, file, commit in (
        ("核对 Excel（不写入）", book, "名单.xlsx", False),
        ("核对 CSV（不写入）", plain, "名单.csv", False),
        ("导入 CSV（建档、单位、历史、审计）", plain, "名单.csv", True),
        ("再导入同一文件（认出，不重复）", plain, "名单.csv", True),
    ):
        report(name, rows, took(lambda c=content, f=file, w=commit: load(c, f, commit=w)), floor, words)
    assert rows <= Facility.objects.count() < 2 * rows


def main() -> None:
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--rows", type=int, default=200_000)
    with scratch() as vendor:
        print(f"数据库：{vendor}")
        measure(wanted.parse_args().rows)


if __name__ == "__main__":
    main()
