"""制度包库：随软件发布的包和使用单位自己的包，一次载入，按地方取用。"""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from yijian.kernel.errors import NotFound
from yijian.regimes.folders import cache_dir, extra_packs_dir, packs_dir
from yijian.regimes.kinds import Catalogue, Pack
from yijian.regimes.loader import load_catalogue, load_pack
from yijian.regimes.reader import LoadError, Problem, Store

NATION = "000000"


@dataclass(frozen=True, eq=False)
class Library:
    """载入好的全部制度包（含草案和本地包）；broken 是没能载入的包和原因。"""

    catalogue: Catalogue = field(repr=False)
    packs: dict[str, Pack] = field(repr=False)
    broken: dict[str, LoadError]

    def pack(self, pack_id: str) -> Pack:
        """按标识取包；没有报 NotFound，载入失败的报 LoadError。"""
        if pack_id in self.broken:
            raise self.broken[pack_id]
        if pack_id not in self.packs:
            raise NotFound(f"没有制度包“{pack_id}”。现有：{'、'.join(sorted(self.packs)) or '无'}。")
        return self.packs[pack_id]

    @cached_property
    def hash(self) -> str:
        """全库内容的摘要：变了就要重算台账。"""
        joined = "\n".join(f"{pack.id} {pack.hash}" for _, pack in sorted(self.packs.items()))
        return hashlib.sha256(joined.encode()).hexdigest()

    def for_place(self, place: str, on: date | None = None, *, drafts: bool = False) -> tuple[Pack, ...]:
        """管着某地的包，由国家到本地；on 给定时只取当日有效的。草案默认不算，本地包排在最后。"""
        found = [pack for pack in self.packs.values() if covers(pack.region, place)]
        found = [pack for pack in found if drafts or pack.head.status != "draft"]
        found = [pack for pack in found if on is None or in_force(pack, on)]
        replaced = {pack.head.supersedes for pack in found}
        found = [pack for pack in found if pack.id not in replaced]
        return tuple(sorted(found, key=_rank))


def _rank(pack: Pack) -> tuple[bool, int, date, str]:
    return (pack.head.status == "local", len(prefix(pack.region)), pack.head.effective_from, pack.id)


def prefix(region: str) -> str:
    """区划代码里有意义的开头：530300 → 5303，000000 → 空。"""
    if len(region) > 6:
        return region.removesuffix("000") if len(region) == 12 else region
    while region.endswith("00"):
        region = region[:-2]
    return region


def covers(region: str, place: str) -> bool:
    """region 是否管着 place（含自己）。"""
    return place.startswith(prefix(region))


def level_of(place: str) -> str:
    """区划级别：nation、province、city、county、town。"""
    return {0: "nation", 2: "province", 4: "city", 6: "county"}.get(len(prefix(place)), "town")


def in_force(pack: Pack, on: date) -> bool:
    """某日是否有效。"""
    head = pack.head
    return head.effective_from <= on and (head.effective_to is None or on <= head.effective_to)


def pack_folders(folder: Path) -> list[Path]:
    """一个文件夹下的各个制度包（有 pack.yaml 的子文件夹）。"""
    return sorted(path.parent for path in folder.glob("*/pack.yaml"))


def load_all(
    packs: Path | None = None, extra: Path | None = None, *, strict: bool = True, cache: Path | None = None
) -> Library:
    """载入全部制度包；strict 时任何一个有毛病就报 LoadError，否则记在 broken 里。

    packs、extra 默认取环境变量所指；解析结果按内容摘要缓存。
    """
    home = packs or packs_dir()
    more = extra or (extra_packs_dir() if packs is None else None)
    folders = [home, *([more] if more else [])]
    store = Store(_cache_file(folders, cache))
    catalogue = load_catalogue(home, store)
    loaded: dict[str, Pack] = {}
    broken: dict[str, LoadError] = {}
    for folder in (path for parent in folders for path in pack_folders(parent)):
        try:
            pack = load_pack(folder, catalogue, store)
            if pack.id in loaded:
                problem = Problem(f"{folder}/pack.yaml", 0, f"已有同名的制度包“{pack.id}”，请换一个 id")
                broken[str(folder)] = LoadError([problem])
            else:
                loaded[pack.id] = pack
        except LoadError as error:
            broken[folder.name] = error
    store.save()
    _check_links(loaded, broken)
    if strict and broken:
        raise LoadError([problem for error in broken.values() for problem in error.problems])
    return Library(catalogue, loaded, broken)


def _cache_file(folders: list[Path], cache: Path | None) -> Path:
    key = hashlib.sha256("\n".join(str(folder) for folder in folders).encode()).hexdigest()[:12]
    return (cache or cache_dir()) / f"packs-{key}.json"


def _check_links(loaded: dict[str, Pack], broken: dict[str, LoadError]) -> None:
    """包与包之间：extends、supersedes、本地包 sets 所指的都要在。"""
    known = {*loaded, *broken}
    for pack in list(loaded.values()):
        problems = [Problem(f"{pack.id}/{name}", 0, why) for name, why in _dangling(pack, known, loaded)]
        if problems:
            broken[pack.id] = LoadError(problems)
            del loaded[pack.id]


def _dangling(pack: Pack, known: set[str], loaded: dict[str, Pack]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for other in (*pack.head.extends, pack.head.supersedes):
        if other and other not in known:
            found.append(("pack.yaml", f"没有它所引用的制度包“{other}”"))
    for setting in pack.settings:
        target, _, obligation = setting.sets.partition("/")
        if target in loaded and not loaded[target].obligation(obligation):
            found.append((f"obligations/{setting.id}.yaml", f"制度包“{target}”没有义务“{obligation}”"))
    return found
