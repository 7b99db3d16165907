"""导入时被杀：不丢、不重、不留一半。"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_imports_killed_at_random_moments_are_whole_or_absent(tmp_path: Path) -> None:
    rounds = os.environ.get("YIJIAN_KILLS", "12")
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    done = subprocess.run(
        [sys.executable, "-m", "yijian.sheets.tests.kill_import", str(tmp_path), rounds, "2026"],
        capture_output=True, text=True, env=env, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["faults"] == [] and found["killed"] > 3
