"""逐条核查：把数据库里的记录与封存在外的叶、签名树头比对，找出并定位每一处篡改。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from yijian.audit.rules.heads import LEAF, Head, Sealed
from yijian.audit.rules.leaf import Content
from yijian.kernel.merkle import Frontier

SHIFTS = range(1, 33)
GAP = 10_000


@dataclass(frozen=True)
class Finding:
    """一处问题。kind: edit 改动、deletion 删除、insertion 插入、truncation 截尾、recomputation 重算、
    state 树状态、head 树头、leaves 封存的叶、trigger 触发器、anchor 外部存证；seq 至 until 是所在的序号。
    """

    kind: str
    seq: int
    until: int
    text: str


@dataclass(frozen=True)
class Row:
    """数据库里的一行：content 为 None 表示已读不成记录；leaf 是该行自带的叶摘要（十六进制）。"""

    seq: int
    content: Content | None
    leaf: str

    def true_leaf(self, shift: int = 0) -> bytes | None:
        """由内容算出的叶；shift 把序号往后挪若干，用来辨认整体错位。"""
        if self.content is None:
            return None
        values = {**vars(self.content), "seq": self.seq + shift}
        try:
            return Content(**values).leaf()
        except (TypeError, ValueError):
            return None


@dataclass
class Report:
    """核查结果：共几条、封存到几条、签名树头几个、发现的问题。"""

    size: int = 0
    root: str = ""
    sealed: int = 0
    heads: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def unsealed(self) -> int:
        """最后一个树头之后、尚未封存的条数；不算问题。"""
        return max(0, self.size - self.sealed)


@dataclass
class _Witness:
    """可信的外部凭据：trusted 叶之前逐条可比；heads 是全部签名有效的树头。"""

    leaves: bytes
    trusted: int
    heads: list[Head]

    def leaf(self, seq: int) -> bytes | None:
        if not 1 <= seq <= self.trusted:
            return None
        return self.leaves[(seq - 1) * LEAF : seq * LEAF]


class Examiner:
    """先 add 每一行（序号从小到大），再 finish。"""

    def __init__(self, sealed: Sealed, anchors: Sequence[tuple[int, str]] = ()) -> None:
        self.report = Report()
        self.witness = self._trust(sealed)
        self._marks: dict[int, list[Head]] = {}
        for head in self.witness.heads:
            self._marks.setdefault(head.size, []).append(head)
        self._promised = max(self._marks, default=0)
        self._anchors = dict(anchors)
        self._frontier = Frontier()
        self._roots: dict[int, str] = {0: self._frontier.root().hex()}
        self._runs: list[tuple[str, int, int]] = []

    @property
    def seen(self) -> int:
        """已核到的最大序号。"""
        return self._frontier.size

    def add(self, row: Row) -> None:
        """核一行：缺号、内容与自带的叶、内容与封存的叶。"""
        if row.seq <= self.seen or row.seq > max(self._promised, self.seen + GAP):
            self._note("insertion", row.seq, row.seq)
            return
        if row.seq > self.seen + 1:
            self._note("deletion", self.seen + 1, row.seq - 1)
            while self.seen < row.seq - 1:
                self._push(self.witness.leaf(self.seen + 1) or b"\x00" * LEAF)
        leaf, expected = row.true_leaf(), self.witness.leaf(row.seq)
        if leaf is None or leaf.hex() != row.leaf or (expected is not None and leaf != expected):
            self._note(self._kind_at(row, expected), row.seq, row.seq)
        self._push(leaf or b"\xff" * LEAF)

    def _kind_at(self, row: Row, expected: bytes | None) -> str:
        """区分改动与错位：原记录被往前挪是删除，被往后挪是插入。"""
        if expected is None and not self._runs:
            return "edit"
        if self._shift(row, 1):
            return "deletion"
        moved = self._shift(row, -1)
        if not moved:
            return "edit"
        last = self._runs[-1] if self._runs else ("", 0, 0)
        if last[0] == "edit" and last[2] == row.seq - 1 and last[2] - last[1] < moved:
            self._runs[-1] = ("insertion", last[1], last[2])
        return "insertion"

    def _shift(self, row: Row, sign: int) -> int:
        """该行其实是别处的原记录时，挪动了几位；不是则为 0。"""
        for n in SHIFTS:
            leaf = self.witness.leaf(row.seq + sign * n)
            if leaf is not None and row.true_leaf(sign * n) == leaf:
                return n
        return 0

    def _note(self, kind: str, seq: int, until: int) -> None:
        if self._runs and self._runs[-1][0] == kind and self._runs[-1][2] + 1 == seq:
            self._runs[-1] = (kind, self._runs[-1][1], until)
        else:
            self._runs.append((kind, seq, until))

    def _push(self, leaf: bytes) -> None:
        self._frontier.append(leaf)
        size = self._frontier.size
        if size in self._marks or size in self._anchors:
            self._roots[size] = self._frontier.root().hex()

    def finish(self, state: Frontier | None) -> Report:
        """核完最后一行之后：比对树状态、树头、外部存证，写成结果。"""
        size, sealed = self.seen, max((head.size for head in self.witness.heads), default=0)
        root = self._frontier.root().hex()
        self.report.size, self.report.root, self.report.sealed = size, root, sealed
        self._check_tail(state, size, sealed)
        self._tell_runs()
        first = self._first_bad_head()
        if first and state is not None and (state.size, state.root().hex()) == (size, root):
            seq = min((f.seq for f in self.report.findings if f.seq), default=first[0])
            self._find("recomputation", seq, size, _RECOMPUTED.format(seq=seq, head=first[1]))
        elif first and not self.report.findings:
            self._find("edit", first[0], first[1], f"第 {first[0]} 至 {first[1]} 条之间与签名树头不符。")
        self._check_state(state, size, root)
        for at, text in self._anchors.items():
            if not self._roots.get(at, "").startswith(text.lower()):
                self._find("anchor", at, at, f"前 {at} 条的根与您给出的存证 {text} 不符。")
        return self.report

    def _check_tail(self, state: Frontier | None, size: int, sealed: int) -> None:
        promised = max(sealed, state.size if state else 0)
        if size < promised:
            self._note("truncation", size + 1, promised)
        elif state is not None and state.size < size and size > sealed:
            self._note("insertion", max(state.size, sealed) + 1, size)

    def _check_state(self, state: Frontier | None, size: int, root: str) -> None:
        if state is None:
            self._find("state", size, size, "审计树状态缺失或已损坏，新的记录将被拒绝。")
        elif (state.size, state.root().hex()) != (size, root) and not self.report.findings:
            seq = min(state.size, self.report.sealed) + 1
            self._find("state", min(seq, size), size, "审计树状态与记录不符：状态或未封存的记录被改动过。")

    def _tell_runs(self) -> None:
        self._runs.sort(key=lambda run: run[1])
        for kind, seq, until in self._runs:
            place = f"第 {seq} 条" if seq == until else f"第 {seq} 至 {until} 条"
            self._find(kind, seq, until, _WORDS[kind].format(place=place))

    def _first_bad_head(self) -> tuple[int, int] | None:
        """第一个对不上的签名树头：（上一个对得上的大小 + 1，该树头大小）。"""
        good = 0
        for head in sorted(self.witness.heads, key=lambda h: h.size):
            if head.size <= self.seen and self._roots.get(head.size) != head.root:
                return good + 1, head.size
            good = head.size
        return None

    def _find(self, kind: str, seq: int, until: int, text: str) -> None:
        self.report.findings.append(Finding(kind, seq, until, text))

    def _trust(self, sealed: Sealed) -> _Witness:
        """验过签的树头，以及与树头相符的那一段叶。"""
        heads: list[Head] = []
        for line in sealed.lines:
            if line.head is None or not line.sound:
                why = "读不懂" if line.head is None else "签名无效"
                self._find("head", 0, 0, f"heads.log 第 {line.number} 行{why}，树头文件或公钥被改动过。")
            elif heads and line.head.size < heads[-1].size:
                self._find("head", 0, 0, f"heads.log 第 {line.number} 行的大小倒退，次序被改动过。")
            else:
                heads.append(line.head)
        self.report.heads = len(heads)
        trusted = _trusted_prefix(heads, sealed.leaves)
        if heads and trusted < heads[-1].size:
            self._find("leaves", trusted + 1, heads[-1].size, _LEAVES.format(seq=trusted + 1))
        return _Witness(sealed.leaves, trusted, heads)


def _trusted_prefix(heads: Iterable[Head], leaves: bytes) -> int:
    frontier, trusted = Frontier(), 0
    for head in heads:
        if head.size * LEAF > len(leaves):
            break
        while frontier.size < head.size:
            at = frontier.size * LEAF
            frontier.append(leaves[at : at + LEAF])
        if frontier.root().hex() != head.root:
            break
        trusted = head.size
    return trusted


_WORDS = {
    "edit": "{place}的内容被改动过。",
    "deletion": "{place}被删除，或其后的记录被重新编号。",
    "insertion": "{place}不是当时写下的：有记录被插入，或其后的记录被挪了位置。",
    "truncation": "{place}不见了：末尾的记录被截去。",
}
_RECOMPUTED = "记录与树状态自第 {seq} 条起被整体重算，与数据库之外签名的树头（前 {head} 条）不符。"
_LEAVES = "封存的叶文件 leaves.bin 自第 {seq} 条起与签名树头不符，此后只能按树头核对。"
