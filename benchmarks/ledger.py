"""台账测速：展开一年义务、记一万条事实、翻一页台账、单条事实。

用法：./yj bench ledger [--facilities 40000] [--rules 40]；给 DATABASE_URL 则测 PostgreSQL。
"""

import argparse
from datetime import date, timedelta

from harness import median, report, scratch, took

TODAY = date(2026, 3, 2)


def build(count: int, rules: int) -> list[int]:
    """四万家机构、四十条每年一次的规则。"""
    from yijian.facilities.models import Facility
    from yijian.ledger.tests.world import make_place, make_rule
    from yijian.people.cast import small_district
    from yijian.people.models import Region

    small_district()
    place = make_place(keep_from=date(2026, 1, 1))
    towns = list(Region.objects.filter(pk__in=["990102001", "990102002"]))
    Facility.objects.bulk_create(
        [
            Facility(name=f"测速院{n}", kind="nursing_home", opened_on=date(2019, 1, 1), region=towns[n % 2],
                     region_path=towns[n % 2].path, search_text=f"测速院{n}")
            for n in range(count)
        ],
        batch_size=2000,
    )  # fmt: skip
    for n in range(rules):
        kind = "drill.held" if n == 0 else "selfcheck.done" if n == 1 else "inspection.civil_done"
        make_rule(place, f"r{n}", {"at_least": 1, "per": "year"}, evidence=[(kind, "" if n < 2 else f"v{n}")])
    return list(Facility.objects.order_by("pk").values_list("pk", flat=True))


def floor_insert(count: int, rules: int) -> float:
    """地板：同样行数、最少的列、没有索引，一条规则一句 INSERT … SELECT。"""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE floor_duty "
            "(rule_id bigint, facility_id bigint, due_on date, region_path varchar(120))"
        )

    def work() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for rule in range(rules):
                cursor.execute(
                    f"INSERT INTO floor_duty SELECT {rule}, id, '2026-12-31', region_path "
                    "FROM facilities_facility"
                )

    return took(work)


def main() -> None:
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--facilities", type=int, default=40_000)
    wanted.add_argument("--rules", type=int, default=40)
    args = wanted.parse_args()
    with scratch() as vendor:
        print(f"数据库：{vendor}")
        measure(args.facilities, args.rules)


def measure(count: int, rules: int) -> None:
    from yijian.audit.services import one_head
    from yijian.kernel import clock
    from yijian.ledger.services.load import open_ledger
    from yijian.people.viewer import SYSTEM

    ids = build(count, rules)
    rows = count * rules
    with clock.travel(TODAY), one_head():
        floor = floor_insert(count, rules)
        ours = took(lambda: open_ledger(by=SYSTEM))
        report("展开一年义务", rows, ours, floor, "逐规则 INSERT…SELECT，四列无索引")
        again = took(lambda: open_ledger(until=TODAY + timedelta(days=120), by=SYSTEM))
        report("再展开一次（无新增）", rows, again, floor, "同上")
        facts(ids)
        pages(rows)


def facts(ids: list[int]) -> None:
    from django.db import connection, transaction

    from yijian.ledger.services.record import Act, record_fact, record_facts
    from yijian.people.viewer import SYSTEM

    def act(kind: str, pk: int) -> Act:
        return Act(kind=kind, occurred=TODAY, facility_id=pk, payload={"number": "测〔2026〕1号"})

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE floor_fact (kind varchar(60), facility_id bigint, occurred_on date, payload text)"
        )

    def floor() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            lines = [("drill.held", pk, "2026-03-02", "{}") for pk in ids[:10_000]]
            cursor.executemany("INSERT INTO floor_fact VALUES (%s, %s, %s, %s)", lines)

    def ours() -> None:
        for start in range(0, min(10_000, len(ids)), 1000):
            record_facts(acts=[act("drill.held", pk) for pk in ids[start : start + 1000]], by=SYSTEM)

    bare = took(floor)
    report(
        "批量记事实（千条一批，含履行与审计）", min(10_000, len(ids)), took(ours), bare, "executemany 四列"
    )
    singles = iter(ids)
    one = median(lambda: record_fact(act=act("selfcheck.done", next(singles)), by=SYSTEM), 15)
    report("单条事实（含履行与审计）", 1, one, bare / 10_000, "executemany 摊到一条")


def pages(rows: int) -> None:
    from django.db import connection

    from yijian.ledger.queries.rows import Filter, page, tally
    from yijian.people.viewer import SYSTEM

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, subject, due_on FROM ledger_obligation "
                "WHERE place_id = '990102' AND done_at IS NULL "
                "AND na_on IS NULL AND void_at IS NULL ORDER BY due_on, id LIMIT 50"
            )
            cursor.fetchall()

    floor = median(bare)
    for name, where in (
        ("台账一页（某地，待办）", Filter(place="990102", status="未到期")),
        (
            "台账一页（某规则、某街道）",
            Filter(place="990102", duty="emergency.drill", region="/990000/990100/990102/990102001/"),
        ),
        ("台账一页（按机构名搜）", Filter(place="990102", q="测速院12")),
    ):
        report(name, 50, median(lambda w=where: page(SYSTEM, w)), floor, "裸 SQL 取 50 行")
    report(
        "各状态计数（全部）",
        rows,
        median(lambda: tally(SYSTEM, Filter(place="990102")), 3),
        floor,
        "裸 SQL 取 50 行",
    )


if __name__ == "__main__":
    main()
