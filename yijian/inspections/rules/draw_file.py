"""公布的抽取文件：写成一个文件，以及只凭这个文件重算核对。"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from yijian.inspections.rules.draw_check import check
from yijian.kernel import draw
from yijian.kernel.errors import Refused


def compose(frozen: str, seed: Mapping[str, Any], result: str) -> str:
    """一次抽取的公布文件：名单、种子的来历、结果，及各自的摘要。"""
    body = {
        "format": draw.FILE_FORMAT,
        "frozen": frozen,
        "frozen_sha256": draw.digest(frozen),
        "result": result,
        "result_sha256": draw.digest(result),
        "seed": dict(seed),
    }
    return draw.canonical({**body, "file_sha256": draw.digest(draw.canonical(body))})


def verify(content: bytes) -> list[str]:
    """重算一份公布文件；返回不一致之处，一致则为空。"""
    try:
        file = json.loads(content.decode("utf-8"))
        if draw.canonical(file).encode() != content:
            return ["文件的写法不是规范写法，被改动过"]
        return _differences(file)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return ["文件读不出来，被改动过或没有下载完"]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return [f"文件缺少内容或写法不对：{type(error).__name__} {error}"]
    except Refused as error:
        return [error.message]


def _differences(file: dict[str, Any]) -> list[str]:
    if file["format"] != draw.FILE_FORMAT:
        return [f"不认识的文件版本：{file['format']}"]
    found: list[str] = []

    def equal(what: str, told: object, counted: object) -> None:
        if told != counted:
            found.append(f"{what}不一致：文件写的是 {told}，重算得到 {counted}")

    equal("整份文件的摘要", file["file_sha256"], _digest_without(file))
    equal("名单的摘要", file["frozen_sha256"], draw.digest(file["frozen"]))
    equal("结果的摘要", file["result_sha256"], draw.digest(file["result"]))
    frozen = json.loads(file["frozen"])
    equal("名单的写法", file["frozen"], draw.canonical(frozen))
    if found:
        return found
    seed = seed_of(file["frozen_sha256"], frozen["frozen_at"], file["seed"], equal)
    equal("种子", file["seed"]["value"], seed)
    check(frozen)
    counted = draw.canonical(draw.outcome(frozen, file["frozen_sha256"], seed))
    if counted != file["result"]:
        found.append("抽取结果不一致：按名单和种子重算，得不到文件里的结果")
    return found


def _digest_without(file: dict[str, Any]) -> str:
    return draw.digest(draw.canonical({k: v for k, v in file.items() if k != "file_sha256"}))


def seed_of(
    frozen_sha256: str,
    frozen_at: str,
    seed: Mapping[str, Any],
    equal: Callable[[str, object, object], None],
) -> str:
    """由种子的来历重算种子，顺带核对先后。"""
    if seed["method"] == "dice":
        equal("先冻结后掷骰", frozen_at <= seed["rolled_at"], True)
        return draw.dice_seed(frozen_sha256, seed["faces"])
    if seed["method"] != "commit":
        raise Refused(f"不认识的种子来历：{seed['method']}")
    parts = seed["parts"]
    for part in parts:
        told = draw.commitment(frozen_sha256, part["unit"], part["secret"])
        equal(f"{part['unit']}的承诺", part["commitment"], told)
        equal(f"{part['unit']}先冻结后承诺", frozen_at <= part["committed_at"], True)
    last = max(part["committed_at"] for part in parts)
    equal("都承诺了才揭示", all(last <= part["revealed_at"] for part in parts), True)
    return draw.revealed_seed(frozen_sha256, [part["secret"] for part in parts])
