"""The log's hashing: the Merkle tree of RFC 6962, section 2.1 (again in RFC 9162, section 2.1).

A *complete* group of leaves is one of 2^level leaves that begins at a multiple of 2^level. Its hash
never changes again, whatever is appended, so it may be kept.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from crypto.errors import LogError

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256().digest()
"""The root of a log without leaves."""
TILE_LEVELS = 8
"""Hashes of complete groups are kept at every eighth level alone: at 8, 16, 24, …"""

ReadHash = Callable[[int, int], bytes]
"""(level, place) gives the hash of the complete group of 2^level leaves at that place, counted from
0. At level 0 it is the leaf's own hash.
"""


def hash_leaf(leaf: bytes) -> bytes:
    """The hash of one leaf, 32 bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """The hash over two hashes, 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """What is needed to append to a tree and to know its root: the hashes of its biggest complete
    groups, from the left, one for each bit of its size. At most 63 of them.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Goes on with a tree of `size` leaves. Raises LogError frontier-damaged."""
        self._hashes = list(hashes)
        self.size = size
        """Leaves appended so far."""
        if (
            not 0 <= size < 1 << 63
            or len(self._hashes) != size.bit_count()
            or any(len(one) != HASH_SIZE for one in self._hashes)
        ):
            raise LogError("frontier-damaged")

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """What another frontier can go on from."""
        return tuple(self._hashes)

    def add(self, leaf_hash: bytes) -> None:
        """Append one leaf by its hash."""
        joined = leaf_hash
        size = self.size
        while size & 1:
            joined = hash_node(self._hashes.pop(), joined)
            size >>= 1
        self._hashes.append(joined)
        self.size += 1

    def find_root(self) -> bytes:
        """The root of the tree so far."""
        return _fold(self._hashes)


def find_root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, or the hash of a complete group over those of its parts."""
    frontier = Frontier()
    for one in leaf_hashes:
        frontier.add(one)
    return frontier.find_root()


def join_pairs(hashes: bytes) -> bytes:
    """One level up, for as many neighbours as make pairs: n hashes in, n // 2 out, end to end.

    `hashes` begins with the first of a pair. What hash_node does, for many at once.
    """
    sha256, pair = hashlib.sha256, 2 * HASH_SIZE
    return b"".join(
        [
            sha256(b"\x01" + hashes[at : at + pair]).digest()
            for at in range(0, len(hashes) - pair + 1, pair)
        ]
    )


def find_range(first: int, last: int, read: ReadHash) -> bytes:
    """The hash over the leaves from `first` to before `last`.

    `first` is a multiple of the smallest power of two that holds them all, as in every proof and
    for every root. Reads a hash for each bit of their number.
    """
    hashes = []
    while first < last:
        level = (last - first).bit_length() - 1
        hashes.append(read(level, first >> level))
        first += 1 << level
    return _fold(hashes)


def prove_inclusion(index: int, size: int, read: ReadHash) -> list[bytes]:
    """The proof that leaf `index` is in the tree of the first `size` leaves (RFC 6962, 2.1.1).

    The sibling of the leaf first, the root's child last. Reads at most two hashes for each bit of
    the size. Raises ValueError for no index of it.
    """
    if not 0 <= index < size:
        raise ValueError("no index of this tree")
    siblings = []
    first, last = 0, size
    while last - first > 1:
        middle = first + (1 << (last - first - 1).bit_length() - 1)
        if index < middle:
            siblings.append((middle, last))
            last = middle
        else:
            siblings.append((first, middle))
            first = middle
    return [find_range(*sibling, read) for sibling in reversed(siblings)]


def check_inclusion(
    index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf is at `index` of the tree of `size` leaves (RFC 9162, 2.1.3.2).

    Raises LogError inclusion-wrong.
    """
    if not 0 <= index < size or not _are_hashes(leaf_hash, root, *proof):
        raise LogError("inclusion-wrong")
    place, last, found = index, size - 1, leaf_hash
    for one in proof:
        if last == 0:
            raise LogError("inclusion-wrong")
        if place & 1 or place == last:
            found = hash_node(one, found)
            place, last = _climb(place, last)
        else:
            found = hash_node(found, one)
        place, last = place >> 1, last >> 1
    if last != 0 or found != root:
        raise LogError("inclusion-wrong")


def check_consistency(
    size: int, newer_size: int, root: bytes, newer_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `size` leaves is the beginning of the newer one (RFC 9162, 2.1.4.2).

    An empty tree is the beginning of every tree; asking for a proof of it is a mistake, and
    refused. Raises LogError consistency-wrong.
    """
    if size == newer_size > 0 and root == newer_root and not proof:
        return
    if not 0 < size < newer_size or not _are_hashes(root, newer_root, *proof):
        raise LogError("consistency-wrong")
    rest = list(proof)
    if size.bit_count() == 1:
        rest.insert(0, root)
    place, last = _drop_ones(size - 1, newer_size - 1)
    if not rest:
        raise LogError("consistency-wrong")
    older = newer = rest[0]
    for one in rest[1:]:
        if last == 0:
            raise LogError("consistency-wrong")
        if place & 1 or place == last:
            older, newer = hash_node(one, older), hash_node(one, newer)
            place, last = _climb(place, last)
        else:
            newer = hash_node(newer, one)
        place, last = place >> 1, last >> 1
    if last != 0 or older != root or newer != newer_root:
        raise LogError("consistency-wrong")


def _fold(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for one in reversed(hashes[:-1]):
        root = hash_node(one, root)
    return root


def _climb(place: int, last: int) -> tuple[int, int]:
    """Up to where the node is a right child: above it nothing is joined until there."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _drop_ones(place: int, last: int) -> tuple[int, int]:
    while place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)
