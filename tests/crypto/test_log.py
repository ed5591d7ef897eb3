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
    Frontier,
    check_consistency,
    check_inclusion,
    find_range,
    find_root,
    hash_leaf,
    hash_node,
    join_pairs,
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


class Groups:
    """Hashes of complete groups of LEAVES, and how many of them were asked for."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, level: int, place: int) -> bytes:
        assert place < len(LEAVES) >> level
        self.reads += 1
        return find_root_plainly(LEAVES[place << level : place + 1 << level])


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
    groups = Groups()
    root = find_range(0, size, groups.read)
    assert root == find_root_plainly(LEAVES[:size])
    assert groups.reads == size.bit_count()
    groups.reads = 0
    proof = prove_inclusion(index, size, groups.read)
    assert groups.reads <= 2 * size.bit_length()
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


@given(st.integers(0, 300))
def test_pairs_are_joined_as_nodes_are(count: int) -> None:
    joined = join_pairs(b"".join(LEAVES[:count]))
    pairs = zip(LEAVES[0:count:2], LEAVES[1:count:2], strict=False)
    assert joined == b"".join(hash_node(*pair) for pair in pairs)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no index"):
        prove_inclusion(index, size, Groups().read)


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
    """Whether our reader takes it. A subtree is a tree whose leaves are counted from its start."""
    proof = [b64decode(one) for one in vector["proof"] or []]
    try:
        if kind.endswith("inclusion"):
            start, end = vector.get("start", 0), vector.get("treeSize", vector.get("end"))
            leaf, root = b64decode(vector["leafHash"]), b64decode(vector["root"])
            check_inclusion(vector["leafIdx"] - start, end - start, leaf, proof, root)
        else:
            sizes = vector.get("size1", vector.get("end")), vector.get("size2", vector.get("size"))
            roots = b64decode(vector["root1"]), b64decode(vector["root2"])
            check_consistency(*sizes, *roots, proof)
    except LogError:
        return False
    return True


def test_the_published_vectors(shared: Path) -> None:
    """All but 27 of consistency: between a subtree and its tree, which nothing here proves.

    16 of them have a subtree that begins within the tree; 11 an empty one, which is consistent with
    all, while the vectors of trees ask that an empty tree be refused.
    """
    ran: Counter[str] = Counter()
    for kind in ("inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"):
        for vector in read_vectors(shared, kind):
            if kind == "subtreeconsistency" and (vector["start"] or not vector["end"]):
                ran["left out"] += 1
            else:
                assert run_vector(kind, vector) != vector["wantErr"], (kind, vector["desc"])
                ran[kind] += 1
    assert ran == {
        "inclusion": 98,
        "consistency": 98,
        "subtreeinclusion": 204,
        "subtreeconsistency": 91,
        "left out": 27,
    }
