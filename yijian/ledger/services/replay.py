"""重放：由制度、登记、日历、事实重算整本台账；与现行的对不上就是有毛病。"""

from django.db import connection, transaction

from yijian.access.verbs import verb
from yijian.access.viewer import SYSTEM, Viewer
from yijian.audit.services import record as audit
from yijian.kernel import clock
from yijian.ledger.models import Discharge, Obligation, Place, Rule
from yijian.ledger.services import materialise

LOGICAL = (
    "rule_id, subject, slot_start, slot_end, due_on, due_at, warn_on, needed, provisional, region_path, "
    "done_at, done_on, breached_on, na_on"
)
PROOF = "o.rule_id, o.subject, o.slot_start, d.fact_id, d.part, d.occurred_at, d.retracted_at"
NOW = f"SELECT {LOGICAL} FROM ledger_obligation WHERE void_at IS NULL"
SAMPLE = 50


class UndoError(Exception):
    """核对完毕，回到核对之前。"""


def replay() -> None:
    """从头算一遍：清掉算出来的，留下记下来的。"""
    places = list(Place.objects.exclude(opened_until=None))
    Discharge.objects.all().delete()
    for rule in Rule.objects.filter(place__in=places).select_related("place"):
        materialise.plan_slots(rule, rule.place.keep_from, rule.place.opened_until or clock.today())
    materialise.open_slots()
    materialise.void_stale()
    materialise.reopen_events([p.pk for p in places])
    materialise.match_facts("")
    Obligation.objects.filter(na_on__isnull=False).update(na_on=None)
    materialise.settle_where("")


@verb("ledger.supervise")
def rebuild(*, by: Viewer) -> dict[str, int]:
    """重建台账：结果应与现行一致；不一致处被改正并记数。"""
    keep_live()
    replay()
    found = differences()
    drop_live()
    audit(
        "ledger.rebuilt",
        by=by,
        subject=("ledger", "", "台账"),
        data={"added": len(found["missing"]), "voided": len(found["extra"]), "changed": len(found["proofs"])},
    )
    return {name: len(rows) for name, rows in found.items()}


def check() -> dict[str, list[tuple[object, ...]]]:
    """只核对不改动：在事务里全部推倒重算，比较后回滚。返回不一致的行（各至多 50 行）。"""
    found: dict[str, list[tuple[object, ...]]] = {}
    try:
        with transaction.atomic():
            keep_live()
            wipe()
            replay()
            found = differences()
            raise UndoError
    except UndoError:
        return found


def wipe() -> None:
    """推倒：义务逐行作废并清空算出的值；保留行本身，好让督办等登记仍指得到。"""
    Obligation.objects.update(
        void_at=clock.now(),
        done_at=None,
        done_on=None,
        breached_on=None,
        due_on=None,
        due_at=None,
        warn_on=None,
    )


def keep_live() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE live_duty AS {NOW}")
        cursor.execute(f"CREATE TEMPORARY TABLE live_proof AS SELECT {PROOF} FROM ledger_discharge d {JOIN}")


JOIN = "JOIN ledger_obligation o ON o.id = d.obligation_id AND o.void_at IS NULL"


def drop_live() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE live_duty")
        cursor.execute("DROP TABLE live_proof")


def differences() -> dict[str, list[tuple[object, ...]]]:
    """missing：重算有而现行没有；extra：现行有而重算没有；proofs：履行对不上。"""
    proofs = f"SELECT {PROOF} FROM ledger_discharge d {JOIN}"
    return {
        "missing": rows(f"{NOW} EXCEPT SELECT * FROM live_duty LIMIT {SAMPLE}"),
        "extra": rows(f"SELECT * FROM live_duty EXCEPT {NOW} LIMIT {SAMPLE}"),
        "proofs": rows(f"{proofs} EXCEPT SELECT * FROM live_proof LIMIT {SAMPLE}")
        + rows(f"SELECT * FROM live_proof EXCEPT {proofs} LIMIT {SAMPLE}"),
    }


def rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def rebuild_now() -> dict[str, int]:
    """命令行用。"""
    return rebuild(by=SYSTEM)
