"""上传时被杀：登记了的材料一定有完整的文件，残留的清扫得掉。"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_recorded_document_always_has_its_whole_file(tmp_path: Path) -> None:
    rounds = os.environ.get("YIJIAN_KILLS", "12")
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    done = subprocess.run(
        [sys.executable, "-m", "yijian.documents.tests.kill_upload", str(tmp_path), rounds, "2026"],
        capture_output=True, text=True, env=env, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["bad"] == 0 and found["left"] == 0 and found["documents"] == found["entries"] > 6
    assert found["killed"] > int(rounds) // 3
