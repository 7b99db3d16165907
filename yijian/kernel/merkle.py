"""默克尔树（RFC 9162 第 2 节，SHA-256）：叶、根、增量前沿、存在证明、一致性证明。

根不约束大小，因此签名与核验总是连同大小一起（size 为必给的关键字参数）。
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """叶的摘要：SHA-256(0x00 || 内容)，32 字节。"""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """结点的摘要：SHA-256(0x01 || 左 || 右)，32 字节。"""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """增量前沿：左侧各满子树的根，从大到小；追加一叶只需 O(log n)。"""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """追加一个叶摘要。"""
        at = self.size
        while at & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            at >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """当前根，32 字节。"""
        if not self.peaks:
            return EMPTY_ROOT
        top = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            top = node_hash(peak, top)
        return top

    def to_json(self) -> str:
        """存放用的文字。"""
        return json.dumps({"size": self.size, "peaks": [peak.hex() for peak in self.peaks]})

    @classmethod
    def from_json(cls, text: str) -> "Frontier":
        """由 to_json 的文字还原；内容不合理报 ValueError。"""
        try:
            found = json.loads(text)
            size, peaks = found["size"], [bytes.fromhex(peak) for peak in found["peaks"]]
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError("默克尔前沿的记录已损坏") from error
        sound = type(size) is int and size >= 0 and all(len(peak) == 32 for peak in peaks)
        if not sound or len(peaks) != size.bit_count():
            raise ValueError("默克尔前沿的记录已损坏")
        return cls(size, peaks)


def root(leaves: Sequence[bytes]) -> bytes:
    """一列叶摘要的根。"""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """第 index 叶（从 0 起）在整列中的存在证明；index 越界报 IndexError。"""
    if not 0 <= index < len(leaves):
        raise IndexError("叶的序号越界")
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion_proof(leaves[:k], index), root(leaves[k:])]
    return [*inclusion_proof(leaves[k:], index - k), root(leaves[:k])]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """前 old_size 叶是整列前缀的证明；old_size 须在 1 与叶数之间，否则报 IndexError。"""
    if not 1 <= old_size <= len(leaves):
        raise IndexError("旧树大小越界")
    return _subproof(leaves, old_size, True)


def _subproof(leaves: Sequence[bytes], m: int, whole: bool) -> list[bytes]:
    n = len(leaves)
    if m == n:
        return [] if whole else [root(leaves)]
    k = _split(n)
    if m <= k:
        return [*_subproof(leaves[:k], m, whole), root(leaves[k:])]
    return [*_subproof(leaves[k:], m - k, False), root(leaves[:k])]


def verify_inclusion(leaf: bytes, index: int, proof: Sequence[bytes], root: bytes, *, size: int) -> bool:
    """核验存在证明（RFC 9162 第 2.1.3.2 节）。size 是该根对应的叶数，须取自签名的树头。"""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def verify_consistency(
    old_root: bytes, new_root: bytes, proof: Sequence[bytes], *, old_size: int, new_size: int
) -> bool:
    """核验一致性证明（RFC 9162 第 2.1.4.2 节）。两个大小都须取自签名的树头。"""
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path:
        return False
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


def _split(n: int) -> int:
    """小于 n 的最大的 2 的幂。"""
    return 1 << ((n - 1).bit_length() - 1)
