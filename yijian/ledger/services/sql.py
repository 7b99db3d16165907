"""台账的集合运算：每步一条语句，SQLite 与 PostgreSQL 同文。

输入是制度（rule、slot、subject、evidence）、登记（facility、unit、region）与事实（fact、review）；
输出是义务（obligation）与履行（discharge）。各步可重复执行，结果不变。
"""

COLUMNS = (
    "rule_id, place_id, subject, facility_id, unit_id, region_id, case_key, region_path, "
    "slot_start, slot_end, due_on, due_at, warn_on, window_from, window_to, needed, provisional, "
    "pack_version, known_at"
)
SLOT = (
    's.start, s."end", s.due_on, s.due_at, s.warn_on, s.window_from, s.window_to, r.needed, s.provisional, '
    "r.pack_version"
)
# 机构在时段的约束日在营，才负这一时段的义务
IN_SERVICE = (
    "f.merged_into_id IS NULL AND (f.opened_on IS NULL OR f.opened_on <= s.bind_on) "
    "AND (f.closed_on IS NULL OR f.closed_on >= s.bind_on)"
)
FACILITY_FROM = (
    "ledger_rule r JOIN ledger_slot s ON s.rule_id = r.id "
    "JOIN ledger_rulesubject k ON k.rule_id = r.id "
    "JOIN facilities_facility f ON f.kind = k.kind "
    "JOIN ledger_jurisdiction j ON j.region_id = f.region_id AND j.place_id = r.place_id "
)
UNIT_FROM = (
    "ledger_rule r JOIN ledger_slot s ON s.rule_id = r.id "
    "JOIN ledger_rulesubject k ON k.rule_id = r.id "
    "JOIN people_unit u ON u.function = k.function "
    "JOIN ledger_jurisdiction j ON j.region_id = u.region_id AND j.place_id = r.place_id "
)
REGION_FROM = (
    "ledger_rule r JOIN ledger_slot s ON s.rule_id = r.id "
    "JOIN ledger_rulesubject k ON k.rule_id = r.id "
    "JOIN people_region g ON g.code = k.region_id "
)
UPSERT = (
    " ON CONFLICT (rule_id, subject, slot_start) DO UPDATE SET "
    "slot_end = excluded.slot_end, due_on = excluded.due_on, due_at = excluded.due_at, "
    "warn_on = excluded.warn_on, window_from = excluded.window_from, window_to = excluded.window_to, "
    "needed = excluded.needed, provisional = excluded.provisional, region_path = excluded.region_path, "
    "void_at = NULL "
    "WHERE ledger_obligation.void_at IS NOT NULL OR ledger_obligation.region_path <> excluded.region_path "
    "OR ledger_obligation.slot_end <> excluded.slot_end OR ledger_obligation.needed <> excluded.needed "
    "OR COALESCE(ledger_obligation.due_at <> excluded.due_at, FALSE) "
    "OR COALESCE(ledger_obligation.warn_on <> excluded.warn_on, FALSE) "
    "OR ledger_obligation.provisional <> excluded.provisional"
)


def open_facilities(narrow: str) -> str:
    """机构的义务。参数：narrow 里的占位。"""
    return (
        f"INSERT INTO ledger_obligation ({COLUMNS}) "
        f"SELECT r.id, r.place_id, 'f' || f.id, f.id, NULL, NULL, NULL, f.region_path, {SLOT}, f.created_at "
        f"FROM {FACILITY_FROM} WHERE r.each = 'facility' AND {IN_SERVICE} {narrow}{UPSERT}"
    )


def open_units(narrow: str) -> str:
    """每个单位各自的义务。narrow 里的占位即参数。"""
    return (
        f"INSERT INTO ledger_obligation ({COLUMNS}) "
        f"SELECT r.id, r.place_id, 'u' || u.id, NULL, u.id, NULL, NULL, u.region_path, {SLOT}, p.loaded_at "
        f"FROM {UNIT_FROM} JOIN ledger_place p ON p.region_id = r.place_id "
        f"WHERE r.each = 'unit' AND u.active {narrow}{UPSERT}"
    )


def open_regions(narrow: str) -> str:
    """辖区的义务。"""
    return (
        f"INSERT INTO ledger_obligation ({COLUMNS}) "
        f"SELECT r.id, r.place_id, 'r' || g.code, NULL, NULL, g.code, NULL, g.path, {SLOT}, p.loaded_at "
        f"FROM {REGION_FROM} JOIN ledger_place p ON p.region_id = r.place_id "
        f"WHERE r.each = 'jurisdiction' {narrow}{UPSERT}"
    )


def void_stale(narrow: str) -> str:
    """不再成立的义务（机构关停、合并、迁出，制度退出）留痕作废。参数：void_at，其后是 narrow 的占位。"""
    alive = (
        f"(ledger_obligation.facility_id IS NOT NULL AND EXISTS (SELECT 1 FROM {FACILITY_FROM} "
        "WHERE r.id = ledger_obligation.rule_id AND s.start = ledger_obligation.slot_start "
        f"AND f.id = ledger_obligation.facility_id AND {IN_SERVICE})) OR "
        f"(ledger_obligation.unit_id IS NOT NULL AND EXISTS (SELECT 1 FROM {UNIT_FROM} "
        "WHERE r.id = ledger_obligation.rule_id AND s.start = ledger_obligation.slot_start "
        "AND u.id = ledger_obligation.unit_id AND u.active)) OR "
        f"(ledger_obligation.region_id IS NOT NULL AND EXISTS (SELECT 1 FROM {REGION_FROM} "
        "WHERE r.id = ledger_obligation.rule_id AND s.start = ledger_obligation.slot_start "
        "AND g.code = ledger_obligation.region_id))"
    )
    return (
        "UPDATE ledger_obligation SET void_at = %s WHERE void_at IS NULL AND trigger_id IS NULL "
        f"{narrow} AND NOT ({alive})"
    )


PART = "CASE WHEN r.\"distinct\" THEN f.kind || ':' || f.variant ELSE CAST(f.id AS TEXT) END"
KNOWN = "CASE WHEN r.review THEN v.at ELSE f.recorded_at END"
MATCH_HEAD = (
    "INSERT INTO ledger_discharge "
    "(obligation_id, fact_id, part, occurred_at, occurred_on, known_at, retracted_at) "
    f"SELECT o.id, f.id, {PART}, f.occurred_at, f.occurred_on, {KNOWN}, x.recorded_at "
)
PROOFS = (
    "JOIN ledger_ruleevidence e ON e.fact_kind = f.kind AND (e.variant = '' OR e.variant = f.variant) "
    "JOIN ledger_rule r ON r.id = e.rule_id "
)
SIDE = "LEFT JOIN ledger_review v ON v.fact_id = f.id LEFT JOIN ledger_fact x ON x.retracts_id = f.id "
COUNTS = "f.retracts_id IS NULL AND (NOT r.review OR v.accepted)"
JOINS: dict[str, str] = {
    "facility": "o.facility_id = COALESCE(ff.merged_into_id, f.facility_id)",
    "unit": "o.unit_id = f.unit_id",
    "jurisdiction": "o.region_id = f.region_id",
    "fact": "o.case_key = f.case_key AND o.trigger_id <> f.id",
}


def match(each: str, narrow: str) -> str:
    """时段内的事实履行义务；同一义务已被指定补做的，不再自动计入本期。"""
    merged = "LEFT JOIN facilities_facility ff ON ff.id = f.facility_id " if each == "facility" else ""
    return (
        f"{MATCH_HEAD} FROM ledger_fact f {PROOFS} {merged}"
        f"JOIN ledger_obligation o ON o.rule_id = r.id AND {JOINS[each]} "
        "AND f.occurred_on >= o.window_from AND f.occurred_on <= o.window_to "
        f"{SIDE} WHERE r.each = '{each}' AND {COUNTS} AND f.target_rule <> r.pack || '/' || r.key {narrow} "
        "ON CONFLICT (obligation_id, fact_id) DO NOTHING"
    )


def match_targets(narrow: str) -> str:
    """指定补做：记录时写明履行哪一条，过了时段也算。"""
    return (
        f"{MATCH_HEAD} FROM ledger_fact f {PROOFS} "
        "JOIN ledger_obligation o ON o.rule_id = r.id AND o.subject = f.target_subject "
        f"AND o.slot_start = f.target_start {SIDE} "
        f"WHERE f.target_rule <> '' AND f.target_rule = r.pack || '/' || r.key AND {COUNTS} {narrow} "
        "ON CONFLICT (obligation_id, fact_id) DO NOTHING"
    )


def settle(narrow: str) -> str:
    """由有效的履行记录算出完成时刻：第 needed 件（或第 needed 类）发生的时刻。"""
    ranked = (
        "SELECT p.obligation_id, p.done_at, p.done_on, ROW_NUMBER() OVER "
        "(PARTITION BY p.obligation_id ORDER BY p.done_at, p.part) AS n FROM ("
        "SELECT d.obligation_id, d.part, MIN(d.occurred_at) AS done_at, MIN(d.occurred_on) AS done_on "
        f"FROM ledger_discharge d WHERE d.retracted_at IS NULL {narrow} GROUP BY d.obligation_id, d.part) p"
    )
    return (
        "UPDATE ledger_obligation SET "
        "done_at = CASE WHEN t.cap THEN NULL ELSE t.done_at END, "
        "done_on = CASE WHEN t.cap THEN NULL ELSE t.done_on END, "
        "breached_on = CASE WHEN t.cap THEN t.done_on ELSE NULL END "
        f"FROM (SELECT q.obligation_id, q.done_at, q.done_on, r.cap FROM ({ranked}) q "
        "JOIN ledger_obligation b ON b.id = q.obligation_id AND q.n = b.needed "
        "JOIN ledger_rule r ON r.id = b.rule_id) t WHERE ledger_obligation.id = t.obligation_id"
    )


def unsettle(narrow: str) -> str:
    """先清掉完成时刻，再由 settle 重算；只动需要动的行。"""
    return (
        "UPDATE ledger_obligation SET done_at = NULL, done_on = NULL, breached_on = NULL "
        f"WHERE (done_at IS NOT NULL OR breached_on IS NOT NULL) {narrow}"
    )


# CROSS JOIN 让 SQLite 从不适用的事实出发（它们极少），不去扫义务
NOT_APPLICABLE = (
    "UPDATE ledger_obligation SET na_on = n.occurred_on FROM ("
    "SELECT o.id, MIN(f.occurred_on) AS occurred_on FROM ledger_fact f "
    "CROSS JOIN ledger_rule r CROSS JOIN ledger_obligation o "
    "LEFT JOIN ledger_fact x ON x.retracts_id = f.id "
    "WHERE f.kind = 'ledger.not_applicable' AND COALESCE(f.retracts_id, 0) = 0 AND x.id IS NULL "
    "AND f.target_rule = r.pack || '/' || r.key AND o.rule_id = r.id "
    "AND o.subject = f.target_subject AND o.slot_start = f.target_start GROUP BY o.id) n "
    "WHERE ledger_obligation.id = n.id AND ledger_obligation.na_on IS NULL"
)
