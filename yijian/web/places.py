"""网址的去处：台账、条款、机构的链接在这里拼，页面不自己拼。"""

from functools import lru_cache
from urllib.parse import quote, urlencode

from django.conf import settings
from django.urls import Resolver404, resolve

from yijian.kernel.errors import YijianError
from yijian.ledger.queries.packs import library
from yijian.people.queries import region
from yijian.regimes.library import NATION


def exists(path: str) -> bool:
    """网址是否有人接（别的楼层可能还没盖）。"""
    return _answered(path, settings.ROOT_URLCONF)


@lru_cache(maxsize=256)
def _answered(path: str, urlconf: str) -> bool:
    try:
        resolve(path, urlconf)
    except Resolver404:
        return False
    return True


def ledger_url(**where: object) -> str:
    """台账里这些行：条件名与台账筛选相同。"""
    query = urlencode({name: value for name, value in where.items() if value not in ("", None)})
    return f"/ledger/?{query}" if query else "/ledger/"


def row_url(obligation_id: int) -> str:
    """一条义务的页面。"""
    return f"/ledger/{obligation_id}/"


def clause_url(pack: str, ref: str) -> str:
    """条款页；没有条款页时到台账里这一条的各行。"""
    path = f"/ledger/clauses/{quote(pack)}/{quote(ref)}/"
    return path if exists(f"/ledger/clauses/{pack}/{ref}/") else ledger_url(pack=pack, clause=ref)


def pack_title(pack: str) -> str:
    """文件的名称。"""
    found = library().packs.get(pack)
    return found.head.title if found else pack


@lru_cache(maxsize=64)
def pack_word(pack: str) -> str:
    """文件的短名：国家，或所在区划名（本地口径另注）。"""
    found = library().packs.get(pack)
    if found is None:
        return ""
    if found.region == NATION:
        return "国家"
    try:
        name = region(found.region).name
    except YijianError:
        return ""
    return f"{name}本地" if found.head.status == "local" else name
