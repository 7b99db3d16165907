"""默克尔证明：64 叶以内全部穷举，再逐一篡改。"""

import hashlib
import random

import pytest

from yijian.kernel.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

N = 64
LEAVES = [leaf_hash(str(i).encode()) for i in range(N + 6)]


def mth(entries: list[bytes]) -> bytes:
    """RFC 9162 第 2.1.1 节的定义，照字面递归。"""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\1" + mth(entries[:k]) + mth(entries[k:])).digest()


ROOTS = [root(LEAVES[:n]) for n in range(N + 7)]


def test_roots_follow_the_definition() -> None:
    assert ROOTS == [mth([str(i).encode() for i in range(n)]) for n in range(N + 7)]
    assert ROOTS[0] == EMPTY_ROOT


def test_the_frontier_survives_storage_at_every_size() -> None:
    frontier = Frontier()
    for n, leaf in enumerate(LEAVES):
        assert (frontier.size, frontier.root()) == (n, ROOTS[n])
        frontier = Frontier.from_json(frontier.to_json())
        frontier.append(leaf)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"size": 1, "peaks": []}', '{"size": -1, "peaks": []}', '{"size": 1, "peaks": ["00"]}',
     '{"size": true, "peaks": ["' + "0" * 64 + '"]}', '{"size": 1, "peaks": ["zz"]}'],
)  # fmt: skip
def test_a_damaged_frontier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="损坏"):
        Frontier.from_json(text)


def test_every_inclusion_proof_holds_and_no_other_position_or_leaf_does() -> None:
    for n in range(1, N + 1):
        for i in range(n):
            proof = inclusion_proof(LEAVES[:n], i)
            assert verify_inclusion(LEAVES[i], i, proof, ROOTS[n], size=n)
            assert not verify_inclusion(LEAVES[i + 1], i, proof, ROOTS[n], size=n)
            assert not verify_inclusion(LEAVES[i], i, proof, ROOTS[n + 1], size=n)
            assert not verify_inclusion(LEAVES[i], i + 1, proof, ROOTS[n], size=n)
            assert not verify_inclusion(LEAVES[i], i, [*proof, LEAVES[0]], ROOTS[n], size=n)
            assert not proof or not verify_inclusion(LEAVES[i], i, proof[:-1], ROOTS[n], size=n)


def test_every_consistency_proof_holds_and_mutations_do_not() -> None:
    for n in range(1, N + 1):
        for m in range(1, n + 1):
            proof = consistency_proof(LEAVES[:n], m)
            assert verify_consistency(ROOTS[m], ROOTS[n], proof, old_size=m, new_size=n)
            assert not verify_consistency(ROOTS[m + 1], ROOTS[n], proof, old_size=m, new_size=n)
            assert not verify_consistency(ROOTS[m], ROOTS[n + 1], proof, old_size=m, new_size=n)
            assert not verify_consistency(ROOTS[m], ROOTS[n], [*proof, LEAVES[0]], old_size=m, new_size=n)
            assert not proof or not verify_consistency(ROOTS[m], ROOTS[n], proof[1:], old_size=m, new_size=n)


def test_a_flipped_bit_anywhere_in_a_proof_is_found() -> None:
    rng = random.Random(7)
    for _ in range(3000):
        n = rng.randrange(2, N + 1)
        i, m = rng.randrange(n), rng.randrange(1, n)
        proof, link = inclusion_proof(LEAVES[:n], i), consistency_proof(LEAVES[:n], m)
        for path in (proof, link):
            at, bit = rng.randrange(len(path)), rng.randrange(256)
            flipped = bytearray(path[at])
            flipped[bit // 8] ^= 1 << bit % 8
            path[at] = bytes(flipped)
        assert not verify_inclusion(LEAVES[i], i, proof, ROOTS[n], size=n)
        assert not verify_consistency(ROOTS[m], ROOTS[n], link, old_size=m, new_size=n)


def test_sizes_out_of_range_are_refused() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES[:3], 3)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES[:3], 4)
    assert not verify_inclusion(LEAVES[0], -1, [], ROOTS[1], size=1)
    assert not verify_inclusion(LEAVES[0], 0, [], ROOTS[1], size=0)
    assert not verify_consistency(ROOTS[2], ROOTS[1], [], old_size=2, new_size=1)
    assert not verify_consistency(EMPTY_ROOT, ROOTS[1], [], old_size=0, new_size=1)
    assert not verify_consistency(ROOTS[2], ROOTS[3], [], old_size=2, new_size=3) or ROOTS[2] == ROOTS[3]
