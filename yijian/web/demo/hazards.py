"""演示的隐患整改：每地几个问题，有销号的、待验收的、逾期的、挂牌的、屡犯的，还有一张冒充的照片。"""

from dataclasses import dataclass
from datetime import date, timedelta

from yijian.access.viewer import Viewer, build_viewer
from yijian.documents.services import About, store_upload
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.people.models import Account, Unit
from yijian.people.viewer import SYSTEM
from yijian.rectification.models import Problem
from yijian.rectification.services.deadlines import ask_extension, draft_next_steps
from yijian.rectification.services.handovers import (
    Letter,
    answer_handover,
    arrive_handover,
    receive_handover,
    send_handover,
)
from yijian.rectification.services.plans import list_problem, note_listing, request_listing
from yijian.rectification.services.problems import Finding, open_problem
from yijian.rectification.services.rectify import accept, reply
from yijian.web.demo.pictures import corridor, signature
from yijian.web.demo.places import SPOTS, Spot


@dataclass(frozen=True)
class Town:
    """一地的人与机构。"""

    spot: Spot
    people: dict[str, Viewer]
    home: Facility
    other: Facility
    today: date

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def photo(self, home: Facility, name: str, by: Viewer, *, blocked: bool) -> int:
        where = About(facility_id=home.pk, facility_unit_id=home.unit_id, region_path=home.region_path)
        content = corridor(f"{self.spot.key}{name}", blocked=blocked)
        return store_upload(name="现场.jpg", content=content, label=f"{name}（演示）", about=where, by=by).pk

    def found(self, home: Facility, by: str, ago: int, days: int, **given: str) -> Problem:
        """某日发现一个问题。"""
        with clock.travel(self.day(ago)):
            who = self.people[by]
            documents = (self.photo(home, f"{given['title']}整改前", who, blocked=True),)
            due = self.day(ago) + timedelta(days=days)
            finding = Finding(
                found_on=self.day(ago), due_on=due, origin_kind="visit", documents=documents, **given
            )  # type: ignore[arg-type]
            return open_problem(facility=home, finding=finding, by=who)

    def answered(self, problem: Problem, ago: int, text: str, picture: str) -> None:
        """某日院长回复整改。"""
        with clock.travel(self.day(ago)):
            who = self.people["home"]
            shown = self.photo(problem.facility, picture, who, blocked=False)
            reply(problem=problem, text=text, documents=(shown,), by=who)

    def judged(self, problem: Problem, ago: int, verdict: str, reason: str = "") -> None:
        """某日验收并签名。"""
        with clock.travel(self.day(ago)):
            by, name = self.people["civil"], f"{self.spot.key}{problem.pk}{verdict}"
            signed = store_upload(name="签名.png", content=signature(name), label="验收签名（演示）", by=by)
            accept(problem=problem, verdict=verdict, signature=signed.pk, reason=reason, by=by)


FOOD = {
    "title": "食堂留样不足",
    "aspect": "food",
    "basis": "食品安全法第五十七条",
    "item_code": "G07",
    "measure": "按品种足量留样并登记",
}
WIRES = {
    "title": "配电箱前堆放纸箱",
    "aspect": "fire",
    "basis": "消防法第十六条",
    "measure": "清走纸箱",
}
BLOCKED = {
    "title": "疏散通道堆放轮椅被褥",
    "aspect": "",
    "situation": "6-6",
    "measure": "清空通道，每日巡查并记录",
}
PANELS = {
    "title": "屋顶加盖泡沫彩钢板库房",
    "aspect": "",
    "situation": "4-3",
    "measure": "停用并拆除",
}
PIPES = {
    "title": "厨房燃气软管老化",
    "aspect": "fire",
    "basis": "消防法第十六条",
    "measure": "更换软管，加装报警器",
}


def settle_hazards(today: date) -> None:
    """四地各演一遍，再核对一次期限。"""
    for spot in SPOTS:
        play(town_of(spot, today))
    draft_next_steps()


def town_of(spot: Spot, today: date) -> Town:
    roles = ("chief", "civil", "fire", "home", "street")
    people = {role: build_viewer(Account.objects.get(username=f"{spot.key}.{role}")) for role in roles}
    home = Facility.objects.get(unit_id__in=people["home"].unit_ids)
    others = Facility.objects.filter(
        region_path__contains=f"/{spot.code}/", kind__in=("nursing_home", "township_home"), closed_on=None
    ).exclude(pk=home.pk)
    return Town(spot, people, home, others.order_by("pk")[0], today)


def play(town: Town) -> None:
    """一地的几个问题。"""
    closed = town.found(town.home, "civil", 60, 15, **FOOD)
    town.answered(closed, 52, "已补足留样。", "留样一")
    town.judged(closed, 50, "failed", "晚餐仍没有留样")
    town.answered(closed, 48, "三餐均已足量留样并登记。", "留样二")
    town.judged(closed, 46, "passed")
    again = town.found(town.home, "civil", 6, 20, **FOOD)
    with clock.travel(town.day(1)):
        later = again.due_on + timedelta(days=10)
        ask_extension(problem=again, wanted_on=later, reason="留样冰箱下周到货", by=town.people["home"])
    pretend(town)
    notified(town, town.found(town.home, "civil", 20, 15, **BLOCKED))
    listed(town, town.found(town.other, "civil", 18, 40, **PANELS))
    whistled(town)


def pretend(town: Town) -> None:
    """冒充：把别家整改后的照片当作自己的，验收时会有提示。别家没有演示账号，由系统代为装载。"""
    theirs = town.found(town.other, "civil", 30, 40, **WIRES)
    by = town.people["civil"]
    with clock.travel(town.day(24)):
        shown = town.photo(town.other, "配电箱整改后", by, blocked=False)
        reply(problem=theirs, text="已清走。", documents=(shown,), by=SYSTEM)
    mine = town.found(town.home, "civil", 12, 25, **PIPES)
    town.answered(mine, 2, "已更换软管。", "配电箱整改后")


def notified(town: Town, problem: Problem) -> None:
    """书面告知消防，到场，反馈；机构至今没有改。"""
    fire = town.people["fire"]
    unit = Unit.objects.get(pk=next(iter(fire.unit_ids)))
    with clock.travel(town.day(19)):
        letter = Letter("notify", unit.pk, problem.title, "请到场处理", problem=problem)
        sent = send_handover(letter=letter, by=town.people["civil"])
    with clock.travel(town.day(18)):
        receive_handover(handover=sent, by=fire)
        arrive_handover(handover=sent, by=fire)
    with clock.travel(town.day(17)):
        answer_handover(handover=sent, answer="已当场督促清理，仍有部分被褥没有搬离。", by=fire)


def listed(town: Town, problem: Problem) -> None:
    """提请挂牌督办，挂牌，有进展。"""
    chief, year = town.people["chief"], town.today.year
    with clock.travel(town.day(16)):
        row = request_listing(
            problem=problem, government="本级人民政府", letter_number=f"演示请〔{year}〕1号", by=chief
        )
    with clock.travel(town.day(13)):
        list_problem(listing=row, order_number=f"演示督〔{year}〕1号", by=chief)
        note_listing(listing=row, words="库房已停用，正在联系拆除", by=chief)


def whistled(town: Town) -> None:
    """街道吹哨，等着消防签收。"""
    unit_id = next(iter(town.people["fire"].unit_ids))
    with clock.travel(town.day(1)):
        letter = Letter("whistle", unit_id, "临街门面疑似无照收住老人", "群众反映，请核查。")
        send_handover(letter=letter, by=town.people["street"])
