"""给每个页面拍照：先 ./yj run（演示数据），再 python scripts/screens.py [网址]；存到 docs/screens。"""

import io
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "screens"
PASSWORD = "yijian-2026-demo"  # noqa: S105  演示账号的公开口令
SIZES = ((1440, 900), (390, 844))
NANKAI = "cn-120104-nankai-2021"
# 名称、账号、路径；{duty} {fact} {facility} {order} 换成页面上第一个
SHOTS = (
    ("login", "", "/account/login/"),
    ("home", "nankai.chief", "/"),
    ("home-officer", "nankai.civil", "/"),
    ("home-fire", "nankai.fire", "/"),
    ("home-street", "nankai.street", "/"),
    ("home-director", "nankai.home", "/"),
    ("ledger", "nankai.civil", "/ledger/"),
    ("ledger-asof", "nankai.civil", "/ledger/?as_of=2026-07-15"),
    ("duty", "nankai.civil", "/ledger/{duty}/"),
    ("record", "nankai.civil", "/ledger/record/"),
    ("record-for", "nankai.civil", "/ledger/{duty}/record/"),
    ("clauses", "nankai.chief", f"/ledger/clauses/{NANKAI}/"),
    ("matrix", "nankai.chief", f"/ledger/matrix/{NANKAI}/"),
    ("compare", "zezhou.chief", "/ledger/compare/?a=140525&b=530300"),
    ("calendar", "nankai.civil", "/ledger/calendar/"),
    ("packs", "nankai.civil", "/ledger/packs/"),
    ("pack", "qujing.chief", "/ledger/packs/cn-530300-qujing-2021/"),
    ("load-test", "nankai.civil", f"/ledger/packs/{NANKAI}/load-test/"),
    ("orders", "qujing.chief", "/ledger/orders/"),
    ("indicators", "youyang.chief", "/ledger/clauses/cn-500242-youyang-2023/"),
    ("campaigns", "youyang.chief", "/campaigns/cn-500242-youyang-2023/?as_of=2023-04-24"),
    ("facilities", "nankai.civil", "/facilities/"),
    ("facility", "nankai.civil", "/facilities/{facility}/"),
    ("facility-new", "nankai.civil", "/facilities/new/"),
    ("import", "nankai.civil", "/facilities/import/"),
    ("draws", "nankai.civil", "/inspections/draws/"),
    ("draw-new", "nankai.civil", "/inspections/draws/new/"),
    ("draws-public", "", "/inspections/draws/public/"),
    ("draw-rule", "", "/inspections/draws/public/rule/"),
    ("search", "nankai.civil", "/search/?q=yly"),
    ("notices", "nankai.chief", "/notices/"),
    ("me", "nankai.civil", "/me/"),
    ("tasks", "nankai.civil", "/inspections/"),
    ("plan", "nankai.chief", "/inspections/plan/1/"),
    ("plan-proof", "nankai.chief", "/inspections/plan/1/proof/"),
    ("draws", "nankai.civil", "/inspections/draws/"),
    ("draw-new", "nankai.civil", "/inspections/draws/new/"),
    ("draws-public", "", "/inspections/draws/public/"),
    ("inspectors", "nankai.civil", "/inspections/bases/"),
    ("checklists", "nankai.civil", "/inspections/bases/checklists/"),
    ("spot-items", "nankai.civil", "/inspections/bases/items/"),
    ("drives", "nankai.civil", "/inspections/drives/"),
    ("field", "nankai.civil", "/inspections/field/"),
    ("visits", "nankai.civil", "/inspections/visits/"),
    ("selfcheck", "nankai.home", "/inspections/selfcheck/"),
    ("hazards", "nankai.chief", "/rectification/"),
    ("hazard", "nankai.chief", "/rectification/1/"),
    ("handovers", "nankai.civil", "/rectification/handovers/"),
    ("exchange", "nankai.civil", "/filing/exchange/"),
    ("exchange-match", "nankai.civil", "/filing/exchange/match/"),
    ("street-checks", "nankai.street", "/filing/checks/"),
    ("unregistered", "nankai.civil", "/filing/places/"),
    ("licences", "nankai.civil", "/filing/licences/"),
    ("fire-register", "nankai.civil", "/filing/registers/fire/"),
    ("filing-indicators", "youyang.civil", "/filing/exchange/indicators/"),
    ("papers", "nankai.civil", "/papers/"),
    ("paper-templates", "nankai.civil", "/papers/templates/"),
    ("people", "demo.system", "/people/"),
    ("accounts", "demo.system", "/people/accounts/"),
    ("audit", "demo.auditor", "/audit/"),
    ("system", "demo.system", "/system/"),
)


def first(page: Any, base: str, listing: str, pattern: str) -> str:
    """列表页上第一个对象的编号。"""
    page.goto(base + listing)
    found = re.search(pattern, page.content())
    return found.group(1) if found else "1"


def shrink(png: bytes, path: Path) -> None:
    """调色板压缩，图小而字清楚。"""
    Image.open(io.BytesIO(png)).convert("RGB").quantize(128).save(path, optimize=True)


def log_in(page: Any, base: str, user: str) -> None:
    page.goto(f"{base}/account/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def main(base: str, only: list[str]) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    bad = 0
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=browser_path, args=["--lang=zh-CN"], env={**os.environ, "LANGUAGE": "zh_CN.UTF-8"}
        )
        for width, height in SIZES:
            for user in dict.fromkeys(user for _, user, _ in SHOTS):
                page = browser.new_context(
                    viewport={"width": width, "height": height}, locale="zh-CN"
                ).new_page()
                page.set_default_timeout(60_000)
                if user:
                    log_in(page, base, user)
                for name, who, path in SHOTS:
                    if who == user and (not only or name in only):
                        bad += shoot(page, base, name, path, width)
        browser.close()
    return bad


def shoot(page: Any, base: str, name: str, path: str, width: int) -> int:
    """拍一张；页面出错或横向溢出记一次。"""
    if "{duty}" in path:
        listing = "/ledger/?status=%E9%80%BE%E6%9C%9F"
        path = path.replace("{duty}", first(page, base, listing, r'href="/ledger/(\d+)/'))
    if "{facility}" in path:
        path = path.replace("{facility}", first(page, base, "/facilities/", r'href="/facilities/(\d+)/'))
    answer = page.goto(base + path)
    page.wait_for_load_state("networkidle")
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    shrink(page.screenshot(), OUT / f"{name}-{width}.png")
    if answer.status >= 400 or wide:
        sys.stdout.write(f"{name}-{width}：{answer.status}{'，横向溢出' if wide else ''} {path}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000", sys.argv[2:]))
