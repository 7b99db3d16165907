"""检查结果的一条：代码、轻重、哪个包、在哪里、怎么回事。"""

from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["error", "warning", "info"]
LEVELS: dict[str, str] = {"error": "错误", "warning": "警告", "info": "提示"}


@dataclass(frozen=True)
class Finding:
    """一条检查结果；error 表示包不可用，warning 是文件本身或建模可疑之处，info 供知悉。"""

    code: str
    level: Level
    pack: str
    where: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """可入 JSON 的字典。"""
        return asdict(self)

    def __str__(self) -> str:
        return f"[{LEVELS[self.level]}] {self.pack} {self.where}：{self.message}"
