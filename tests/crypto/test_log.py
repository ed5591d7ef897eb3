"""The Merkle tree: the published vectors, RFC 6962's own tree, and properties over all sizes."""

import json
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import LogError
from crypto.log import (
    EMPTY_ROOT,
    TILE,
    TILE_LEVELS,
    Frontier,
    check_consistency,
    check_inclusion,
    find_range,
    find_root,
    hash_leaf,
    hash_node,
    prove_inclusion,
)

LEAVES = [hash_leaf(number.to_bytes(2, "big")) for number in range(700)]

# The reference implementation of Certificate Transparency tests these: leaves and roots by size.
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
CT_LEAVES += ["606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def find_root_plainly(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hash_node(find_root_plainly(leaves[:k]), find_root_plainly(leaves[k:]))


def prove_consistency(size: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962, section 2.1.2, word for word (SUBPROOF)."""
    if size == len(leaves):
        return [] if whole else [find_root_plainly(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if size <= k:
        rest = find_root_plainly(leaves[k:])
        return [*prove_consistency(size, leaves[:k], whole), rest]
    return [*prove_consistency(size - k, leaves[k:], False), find_root_plainly(leaves[:k])]


class Kept:
    """What a store keeps: leaves, and hashes of complete groups at every eighth level."""

    def __init__(self) -> None:
        self.most = 0

    def read(self, level: int, first: int, count: int) -> Sequence[bytes]:
        assert level % TILE_LEVELS == 0
        assert first + count <= len(LEAVES) >> level
        self.most = max(self.most, count)
        width = 1 << level
        return [
            find_root_plainly(LEAVES[place * width : (place + 1) * width])
            for place in range(first, first + count)
        ]


def test_the_trees_of_certificate_transparency() -> None:
    hashes = [hash_leaf(bytes.fromhex(leaf)) for leaf in CT_LEAVES]
    for size, root in CT_ROOTS.items():
        assert find_root(hashes[:size]).hex() == root
    assert find_root([]) == EMPTY_ROOT == find_root_plainly([])


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_frontier_appends_from_anywhere(size: int, more: int) -> None:
    frontier = Frontier()
    for one in LEAVES[:size]:
        frontier.add(one)
    again = Frontier(frontier.size, frontier.hashes)
    for one in LEAVES[size : size + more]:
        again.add(one)
    assert again.find_root() == find_root_plainly(LEAVES[: size + more])
    assert frontier.find_root() == find_root_plainly(LEAVES[:size])


@pytest.mark.parametrize(
    ("size", "hashes"),
    [
        (-1, []),
        (1, []),
        (0, [bytes(32)]),
        (1, [bytes(31)]),
        (3, [bytes(32)]),
        (1 << 63, [bytes(32)]),
    ],
)
def test_a_damaged_frontier_is_refused(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(LogError, match="damaged"):
        Frontier(size, hashes)


@given(st.data())
def test_inclusion(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    kept = Kept()
    root = find_range(0, size, kept.read)
    assert root == find_root_plainly(LEAVES[:size])
    proof = prove_inclusion(index, size, kept.read)
    assert kept.most < TILE
    check_inclusion(index, size, LEAVES[index], proof, root)
    for wrong in (
        (index, size, LEAVES[index - 1] if size > 1 else bytes(32), proof, root),
        (index, size, LEAVES[index], [*proof, bytes(32)], root),
        (index, size, LEAVES[index], proof, EMPTY_ROOT),
        (size, size, LEAVES[index], proof, root),
        (-1, size, LEAVES[index], proof, root),
        (index, size, LEAVES[index][1:], proof, root),
    ):
        with pytest.raises(LogError, match="does not show"):
            check_inclusion(*wrong)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no index"):
        prove_inclusion(index, size, Kept().read)


@given(st.data())
def test_consistency(data: st.DataObject) -> None:
    newer_size = data.draw(st.integers(1, 200))
    size = data.draw(st.integers(1, newer_size))
    root, newer = find_root_plainly(LEAVES[:size]), find_root_plainly(LEAVES[:newer_size])
    proof = prove_consistency(size, LEAVES[:newer_size])
    check_consistency(size, newer_size, root, newer, proof)
    for wrong in (
        (size, newer_size, bytes(32), newer, proof),
        (size, newer_size, root, bytes(32), proof),
        (size, newer_size, root, newer, [*proof, bytes(32)]),
        (newer_size + 1, newer_size, root, newer, proof),
    ):
        with pytest.raises(LogError, match="does not show"):
            check_consistency(*wrong)


def read_vectors(shared: Path, kind: str) -> list[dict[str, Any]]:
    folder = shared / "data" / "vectors" / "merkle" / "testdata" / kind
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.rglob("*.json"))]


def run_vector(kind: str, vector: dict[str, Any]) -> bool:
    """Whether our reader takes it."""
    proof = [b64decode(one) for one in vector["proof"] or []]
    try:
        if kind.endswith("inclusion"):
            size = vector.get("treeSize", vector.get("end"))
            leaf, root = b64decode(vector["leafHash"]), b64decode(vector["root"])
            check_inclusion(vector["leafIdx"], size, leaf, proof, root)
        else:
            sizes = vector.get("size1", vector.get("end")), vector.get("size2", vector.get("size"))
            roots = b64decode(vector["root1"]), b64decode(vector["root2"])
            check_consistency(*sizes, *roots, proof)
    except LogError:
        return False
    return True


def test_the_published_vectors(shared: Path) -> None:
    """All but the subtrees that begin within a tree: nothing here proves such a thing.

    A subtree that begins at leaf 0 is a tree. An empty one is consistent with all; an empty tree is
    refused, as the vectors of consistency ask.
    """
    ran: Counter[str] = Counter()
    for kind in ("inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"):
        for vector in read_vectors(shared, kind):
            if vector.get("start", 0) == 0 and (kind != "subtreeconsistency" or vector["end"]):
                assert run_vector(kind, vector) != vector["wantErr"], (kind, vector["desc"])
                ran[kind] += 1
            else:
                ran["left out"] += 1
    assert ran == {
        "inclusion": 98,
        "consistency": 98,
        "subtreeinclusion": 101,
        "subtreeconsistency": 91,
        "left out": 130,
    }
