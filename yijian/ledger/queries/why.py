"""为什么：一条义务的期限和状态用话说出来——起因、算法、日历、记录。"""

from datetime import date, datetime, timedelta

from yijian.kernel import clock
from yijian.kernel.workdays import Calendar
from yijian.ledger import kinds
from yijian.ledger.models import Obligation
from yijian.ledger.queries.packs import calendar, library
from yijian.regimes.shapes import UNITS, parse_when
from yijian.regimes.whens import Ahead, AtLeast, AtMost, By, EveryYearBy, Promptly, Standing, When, Within

WEEK = "一二三四五六日"
LIST_LIMIT = 15


def said(day: date) -> str:
    return f"{day:%Y-%m-%d}（星期{WEEK[day.weekday()]}）"


def due_words(duty: Obligation) -> list[str]:
    """到期日怎么来的，一句一件事。"""
    when = parse_when(duty.rule.when)
    lines = origin(when, duty)
    if duty.due_on and not calendar().is_workday(duty.due_on):
        name = calendar().name_of(duty.due_on) or "休息日"
        lines.append(f"到期日 {said(duty.due_on)} 是{name}；文件没有写顺延，按所写日期计。")
    if duty.provisional:
        lines.append("期限经过尚未公布节假日安排的年份，暂按周末与法定节假日推算，公布后自动重算。")
    return lines


def origin(when: When, duty: Obligation) -> list[str]:
    match when:
        case Within():
            return within_words(when, duty)
        case Ahead():
            return ahead_words(when, duty)
        case Promptly():
            return promptly_words(when, duty)
        case Standing():
            return [f"应当持续保持的状态（{when.standing}），没有期限；有一份有效记录即为已完成。"]
    return [dated_words(when, duty)]


def dated_words(when: AtLeast | AtMost | By | EveryYearBy, duty: Obligation) -> str:
    match when:
        case AtLeast():
            return f"{period(duty)}内须有 {when.at_least} 次记录，期末 {end_of(duty)}到期。"
        case AtMost():
            return f"{period(duty)}内不得超过 {when.at_most} 次；到期末没有超过即为已完成，超过即亮红灯。"
        case EveryYearBy():
            return f"文件写明每年 {when.every_year_by} 前办成，本年度 {end_of(duty)}到期。"
    if duty.due_on == when.by:
        return f"文件写明 {said(when.by)} 前办成。"
    return f"首个期限 {when.by} 之后，按期持续：{period(duty).strip()}，{end_of(duty)}到期。"


def period(duty: Obligation) -> str:
    return f"{duty.slot_start} 至 {duty.slot_end} "


def end_of(duty: Obligation) -> str:
    return said(duty.due_on) if duty.due_on else "期末"


def fact_word(kind: str) -> str:
    found = library().catalogue.facts.get(kind)
    return found.label if found else kind


def moment_words(at: datetime) -> str:
    return f"{at.astimezone(clock.TZ):%Y-%m-%d %H:%M}"


def within_words(when: Within, duty: Obligation) -> list[str]:
    fact, word = duty.trigger, fact_word(when.of)
    if fact is None or duty.due_on is None:
        return [f"{word}后{when.within}{UNITS[when.unit]}内。"]
    if when.unit == "hours":
        due = moment_words(duty.due_at) if duty.due_at else ""
        return [f"{word} {moment_words(fact.occurred_at)}，{when.within}小时内，{due} 到期。"]
    start = f"{word} {said(fact.occurred_on)}，{when.within}{UNITS[when.unit]}内（当日不计）"
    if when.unit == "workdays":
        return [f"{start}，{said(duty.due_on)}到期。", *walked(fact.occurred_on, duty.due_on, calendar())]
    return [f"{start}，{said(duty.due_on)}到期。"]


def walked(start: date, end: date, days: Calendar) -> list[str]:
    """数过的工作日，以及跳过的休息日、计入的调休上班日。"""
    span = [start + timedelta(days=n + 1) for n in range(max(0, (end - start).days))]
    worked = [d for d in span if days.is_workday(d)]
    lines = []
    if len(worked) <= LIST_LIMIT:
        counted = "、".join(f"{d:%m-%d}" for d in worked)
        lines.append(f"计入的 {len(worked)} 个工作日：{counted}。")
    skipped = [f"{d:%m-%d}{days.name_of(d) or '周末'}" for d in span if not days.is_workday(d)]
    if skipped:
        more = "等" if len(skipped) > LIST_LIMIT else ""
        lines.append(f"跳过的休息日：{'、'.join(skipped[:LIST_LIMIT])}{more}。")
    made_up = [f"{d:%m-%d}" for d in worked if d.weekday() >= 5]
    if made_up:
        lines.append(f"调休上班、照算工作日：{'、'.join(made_up)}。")
    return lines


def ahead_words(when: Ahead, duty: Obligation) -> list[str]:
    fact, word = duty.trigger, fact_word(when.before)
    if fact is None or fact.about_on is None or duty.due_on is None:
        return [f"{word}前至少提前{when.at_least}{UNITS[when.unit]}；记录里没有写所涉日期，算不出到期日。"]
    return [
        f"{word}，所涉日期 {said(fact.about_on)}，至少提前{when.at_least}{UNITS[when.unit]}，"
        f"最迟 {said(duty.due_on)}。"
    ]


def promptly_words(when: Promptly, duty: Obligation) -> list[str]:
    since = ""
    if when.of and duty.trigger:
        since = f"{fact_word(when.of)} {said(duty.trigger.occurred_on)}，"
    return [f"{since}文件只说“{when.promptly}”，没有数字；不造期限。可在本地包里定一个，届时标为本地。"]


def status_words(duty: Obligation, status: str, day: date, done_on: date | None) -> str:
    """现在为什么是这盏灯。"""
    due, warn = duty.due_on, duty.warn_on
    if status == kinds.NOT_APPLICABLE:
        return "已认定对该对象不适用，理由见记录。"
    if duty.rule.cap:
        return cap_words(duty, status)
    if status in (kinds.DONE, kinds.DONE_LATE) and done_on:
        met = "每一类都有记录" if duty.rule.distinct else f"第 {duty.needed} 次记录"
        late = f"，比期限晚 {(done_on - due).days} 天" if due and status == kinds.DONE_LATE else ""
        return f"{met}于 {said(done_on)} 达成{late}。"
    if due is None:
        return "没有期限，尚无有效记录。"
    left = (due - day).days
    if status == kinds.OVERDUE:
        return (
            f"{day} 已过 {due}，逾期 {-left} 天，尚无足够的有效记录。" if left < 0 else f"{due} 的期限已过。"
        )
    if status == kinds.PROVISIONAL:
        return f"期限暂定为 {due}，还有 {left} 天。"
    if status == kinds.SOON and warn:
        return f"距 {due} 还有 {left} 天；自 {warn} 起提醒。"
    return f"距 {due} 还有 {left} 天；{warn or due} 起提醒。"


def cap_words(duty: Obligation, status: str) -> str:
    limit = duty.needed - 1
    if status == kinds.OVERDUE:
        return f"第 {duty.needed} 次发生于 {duty.breached_on}，超过 {limit} 次的上限。"
    return f"本期没有超过 {limit} 次的上限。"
