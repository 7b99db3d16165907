#!/usr/bin/env python3
# ruff: noqa: T201, B905, RUF007
"""核对一次公布的双随机抽取：python3 verify_draw.py 文件。

只用 Python 标准库，照《抽取规则（yijian-draw-1）》另写，与系统的程序没有共用的代码。
一致退出码 0，不一致 1，打不开文件 2。
"""

import hashlib
import json
import re
import sys


class WrongError(Exception):
    """有一处不对。"""


def sure(condition, words):
    if not condition:
        raise WrongError(words)


def sha(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def plain(value):
    """规范写法；有小数就不是。"""

    def whole(item):
        sure(not isinstance(item, float), "有小数")
        for part in item.values() if isinstance(item, dict) else item if isinstance(item, list) else ():
            whole(part)

    whole(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def quota(stratum):
    product = stratum["pool"] * stratum["value"]
    if stratum["kind"] == "number":
        return stratum["value"]
    sure(stratum["kind"] == "rate", "名额的种类")
    return {
        "up": (product + 9999) // 10000,
        "half_up": (2 * product + 10000) // 20000,
        "down": product // 10000,
    }[stratum["rounding"]]


def may_sit(person, slot):
    return (
        person["expert"] is slot["expert"]
        and (not slot["functions"] or person["function"] in slot["functions"])
        and (not slot["expertise"] or slot["expertise"] in person["expertise"])
    )


def must_avoid(person, home):
    return person["id"] in home["avoid"] or (person["street"] != "" and person["street"] == home["street"])


def sound(book):
    """名单合不合格（第二节的四条）。"""
    sure(book["format"] == "yijian-draw-1", "规则版本")
    for rows in (book["objects"], book["inspectors"]):
        order = [row["id"].encode() for row in rows]
        sure(order and all(a < b for a, b in zip(order, order[1:])), "编号重复或没有排好")
        sure(all(re.fullmatch("[ -~]+", row["id"]) for row in rows), "编号不是可见的英文字符")
    sure(book["window"]["from"] <= book["window"]["to"], "检查期限")
    names = [s["name"] for s in book["strata"]]
    sure(len(names) == len(set(names)), "层名重复")
    for stratum in book["strata"]:
        pool = sum(home["stratum"] == stratum["name"] for home in book["objects"])
        sure(type(stratum["value"]) is int and stratum["value"] >= 0, "名额不是整数")
        sure(stratum["pool"] == pool and 0 <= quota(stratum) <= pool, f"“{stratum['name']}”层的家数或名额")
    sure(all(home["stratum"] in names for home in book["objects"]), "有机构不在任何一层")
    sure(sum(map(quota, book["strata"])) > 0, "没有名额")
    for person in book["inspectors"]:
        good = person["valid_from"] <= book["window"]["from"] and person["valid_to"] >= book["window"]["to"]
        sure(good, f"{person['name']}的证件过期")
    sure(sum(slot["expert"] is False for slot in book["slots"]) >= 2, "席位不足两个")
    crews = [{p["id"] for p in book["inspectors"] if may_sit(p, slot)} for slot in book["slots"]]
    for n, crew in enumerate(crews):
        sure(crew, "有席位没有人可坐")
        sure(all(not (e & crew) or e <= crew for e in crews[:n]), "席位互相交叉")
    needs = [sum(earlier <= crew for earlier in crews[: n + 1]) for n, crew in enumerate(crews)]
    drawn = {s["name"] for s in book["strata"] if quota(s)}
    alike = {}  # 街道与回避都相同的，看一家就够
    for home in book["objects"]:
        if home["stratum"] in drawn:
            alike.setdefault((home["street"], *home["avoid"]), home)
    for home in alike.values():
        away = {p["id"] for p in book["inspectors"] if must_avoid(p, home)}
        for crew, need in zip(crews, needs):
            sure(len(crew - away) >= need, f"{home['name']}派不出人")


def seed_of(digest, frozen_at, told):
    """由来历重算种子（第三节）。"""
    if told["method"] == "dice":
        sure(re.fullmatch("[1-6]{50,}", told["faces"]), "点数不足五十个")
        sure(len(set(told["faces"])) >= 4, "点数不像掷出来的")
        sure(frozen_at <= told["rolled_at"], "掷骰早于冻结")
        return sha(f"yijian-draw-1|dice|{digest}|{told['faces']}")
    sure(told["method"] == "commit" and len(told["parts"]) >= 2, "种子的来历")
    for part in told["parts"]:
        sure(re.fullmatch("[0-9a-f]{32,}", part["secret"]), "暗数不足 128 位")
        sure(len(set(part["secret"])) >= 8, "暗数不像随机产生的")
        opened = sha(f"yijian-draw-1|commit|{digest}|{part['unit']}|{part['secret']}")
        sure(opened == part["commitment"], f"{part['unit']}的承诺与暗数不符")
        sure(frozen_at <= part["committed_at"], "承诺早于冻结")
        sure(all(p["committed_at"] <= part["revealed_at"] for p in told["parts"]), "揭示早于承诺")
    return sha("|".join(["yijian-draw-1", "reveal", digest, *(p["secret"] for p in told["parts"])]))


def draw(book, seed):
    """抽机构、派人（第四至六节）。"""
    key = bytes.fromhex(seed)
    homes = []
    for stratum in book["strata"]:
        layer = [
            (hashlib.sha256(key + b"o" + home["id"].encode()).digest(), home)
            for home in book["objects"]
            if home["stratum"] == stratum["name"]
        ]
        homes += sorted(layer, key=lambda pair: pair[0])[: quota(stratum)]
    times = {person["id"]: 0 for person in book["inspectors"]}
    lots = {}

    def rank(person):
        count = times[person["id"]]
        if (count, person["id"]) not in lots:
            text = f"{count}:{person['id']}"
            lots[count, person["id"]] = hashlib.sha256(key + b"i" + text.encode()).digest()
        return count, lots[count, person["id"]]

    drawn = []
    for ticket, home in sorted(homes, key=lambda pair: pair[0]):
        team = []
        for slot in book["slots"]:
            free = [
                p
                for p in book["inspectors"]
                if may_sit(p, slot) and p not in team and not must_avoid(p, home)
            ]
            sure(free, f"{home['name']}派不出人")
            team.append(min(free, key=rank))
            times[team[-1]["id"]] += 1
        drawn.append({
            "id": home["id"], "name": home["name"], "stratum": home["stratum"], "ticket": ticket.hex(),
            "team": [{"id": p["id"], "name": p["name"]} for p in team],
        })  # fmt: skip
    return drawn


def verify(content):
    """核对文件的字节（第七节）；不对就报错。返回抽中的家数。"""
    text = content.decode("utf-8")
    file = json.loads(text)
    sure(plain(file) == text, "文件不是规范写法")
    sure(file["format"] == "yijian-draw-file-1", "文件版本")
    sure(
        sha(plain({k: v for k, v in file.items() if k != "file_sha256"})) == file["file_sha256"],
        "整份文件的摘要",
    )
    sure(sha(file["frozen"]) == file["frozen_sha256"], "名单的摘要")
    sure(sha(file["result"]) == file["result_sha256"], "结果的摘要")
    book = json.loads(file["frozen"])
    sure(plain(book) == file["frozen"], "名单不是规范写法")
    sound(book)
    seed = seed_of(file["frozen_sha256"], book["frozen_at"], file["seed"])
    sure(seed == file["seed"]["value"], "种子")
    drawn = draw(book, seed)
    told = {"drawn": drawn, "format": "yijian-draw-1", "frozen_sha256": file["frozen_sha256"], "seed": seed}
    sure(plain(told) == file["result"], "抽取结果")
    return len(drawn)


def main(path):
    try:
        with open(path, "rb") as opened:
            content = opened.read()
    except OSError as error:
        print(f"打不开文件：{error}", file=sys.stderr)
        return 2
    try:
        count = verify(content)
    except Exception as error:  # 文件是别人给的，什么样的错都算不一致
        print(f"不一致：{error}")
        return 1
    print(f"一致：{count} 家，名单、种子、结果都对得上。文件摘要 {hashlib.sha256(content).hexdigest()}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("用法：python3 verify_draw.py 文件", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
