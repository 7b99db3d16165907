"""检查表作答的规矩：哪些必答、哪些要照片、一次检查能了结哪些事。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from yijian.inspections.rules.merge import Merged

Item = Mapping[str, Any]

# 方面 → （记载的事实，有这些职能之一参加才算）。职能不到场，替别的部门看一眼不算别的部门查过。
ASPECT_FACTS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "building": (("inspection.building_done", ("housing",)),),
    "fire": (("inspection.fire_done", ("fire",)),),
    "food": (("inspection.food_done", ("market",)),),
    "medical": (("inspection.medical_done", ("health",)),),
    "equipment": (("inspection.equipment_done", ("market",)),),
    "environment": (("inspection.environment_done", ("ecology",)),),
    "safety": (("inspection.checkup_done", ("civil_affairs", "market")),),
    "quality": (("inspection.quality_done", ("civil_affairs", "market")),),
    "money": (
        ("inspection.price_done", ("market", "development")),
        ("inspection.prepaid_done", ("civil_affairs",)),
    ),
    "staff": (("inspection.staff_done", ("civil_affairs", "human_resources")),),
    "video": (("inspection.video_done", ("civil_affairs", "public_security")),),
    "archive": (("inspection.archive_done", ("civil_affairs",)),),
}


@dataclass(frozen=True)
class Deed:
    """一次检查算作办了的一件事。"""

    kind: str
    variant: str = ""


def needs_photo(item: Item) -> bool:
    """这一项不合格时要不要照片：底线项，或检查表写明要的。"""
    return item.get("weight") == "R" or bool(item.get("photo_on_fail"))


def gaps(items: Iterable[Item], merged: Mapping[str, Merged], photographed: set[str]) -> list[str]:
    """还差什么才能完成：没答的底线项、没定的分歧、缺的照片；一句一条。"""
    missing = []
    for item in items:
        check, text = str(item["id"]), str(item["text"])
        one = merged.get(check)
        if one is None:
            if item.get("weight") == "R":
                missing.append(f"底线项 {check}“{text}”还没有结果。")
        elif one.open:
            missing.append(f"{check}“{text}”各人答得不同，请先选定。")
        elif one.value == "fail" and needs_photo(item) and check not in photographed:
            missing.append(f"{check}“{text}”判为不合格，还缺照片。")
    return missing


def deeds(
    *, kind: str, functions: Iterable[str], lead: str, aspects: Iterable[str], drawn: bool, case: bool
) -> list[Deed]:
    """一次检查了结的事：按谁参加、用了哪些检查表、凭什么来的。"""
    took_part = set(functions) | {lead}
    done = []
    joint = "civil_affairs" in took_part and len(took_part) >= 2
    if joint:
        done.append(Deed("inspection.joint_done"))
    if "civil_affairs" in took_part:
        done.append(Deed("inspection.civil_done"))
    if kind == "random" or drawn:
        done.append(Deed("inspection.random_done"))
    if kind == "daily":
        done.append(Deed("inspection.patrol_done"))
    if lead == "subdistrict":
        done.append(Deed("inspection.supervision_done", "town"))
    elif joint:
        done.append(Deed("inspection.supervision_done", "county"))
    if case:
        done.append(Deed("inspection.case_done"))
    for aspect in dict.fromkeys(aspects):
        done += [Deed(fact) for fact, who in ASPECT_FACTS.get(aspect, ()) if took_part & set(who)]
    return done


def difference(said: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """自查合格、检查不合格的项。"""
    return [check for check, value in found.items() if value == "fail" and said.get(check) == "pass"]
