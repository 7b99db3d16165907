"""状态机：一张 {状态: {动词: 新状态}} 的表，说得出中文、画得出图。"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yijian.kernel.errors import Refused


@dataclass(frozen=True)
class Machine:
    """状态机。labels 给出状态与动词的中文名；表中写错（去向或初态不存在）报 ValueError。"""

    states: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, str] = field(default_factory=dict)
    initial: str = ""

    def __post_init__(self) -> None:
        if not self.initial and self.states:
            object.__setattr__(self, "initial", next(iter(self.states)))
        if self.initial not in self.states:
            raise ValueError(f"初始状态不在表中：{self.initial!r}")
        for state, moves in self.states.items():
            for verb, new in moves.items():
                if new not in self.states:
                    raise ValueError(f"{state} 经 {verb} 去往不存在的状态 {new!r}")

    def next(self, state: str, verb: str) -> str:
        """state 经 verb 到达的状态；不允许时报 Refused，并说明现在可以做什么。"""
        moves = self.states.get(state)
        if moves is None:
            raise Refused(f"没有“{state}”这一状态，请刷新页面后再试。")
        if verb not in moves:
            allowed = "、".join(self.label(v) for v in moves)
            hint = f"现在可以：{allowed}。" if allowed else "这一项已经办结，不能再变动。"
            raise Refused(f"“{self.label(state)}”时不能{self.label(verb)}，{hint}")
        return moves[verb]

    def verbs(self, state: str) -> tuple[str, ...]:
        """某状态下可用的动词；未知状态没有可用动词。"""
        return tuple(self.states.get(state, {}))

    def sources(self, verb: str) -> tuple[str, ...]:
        """可以执行某动词的全部状态（条件更新时用）。"""
        return tuple(state for state, moves in self.states.items() if verb in moves)

    def label(self, word: str) -> str:
        """状态或动词的中文名；没有就是原词。"""
        return self.labels.get(word, word)

    def final(self) -> tuple[str, ...]:
        """没有出路的状态，即办结状态。"""
        return tuple(state for state, moves in self.states.items() if not moves)

    def unreachable(self) -> tuple[str, ...]:
        """从初始状态到不了的状态；正常的表应当没有。"""
        seen, waiting = {self.initial}, [self.initial]
        while waiting:
            for new in self.states[waiting.pop()].values():
                if new not in seen:
                    seen.add(new)
                    waiting.append(new)
        return tuple(state for state in self.states if state not in seen)

    def as_mermaid(self) -> str:
        """状态图（mermaid stateDiagram-v2 文本）。"""
        lines = ["stateDiagram-v2"]
        lines += [f'    state "{self.label(state)}" as {_word(state)}' for state in self.states]
        lines.append(f"    [*] --> {_word(self.initial)}")
        for state, moves in self.states.items():
            lines += [f"    {_word(state)} --> {_word(new)}: {self.label(v)}" for v, new in moves.items()]
        lines += [f"    {_word(state)} --> [*]" for state in self.final()]
        return "\n".join(lines) + "\n"


def _word(state: str) -> str:
    """图中的标识：end、state 等是 mermaid 的保留字，一律加前缀。"""
    return "s_" + "".join(sign if sign.isalnum() else "_" for sign in state)
