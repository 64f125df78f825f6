"""De boom over de logging: a Merkle tree as RFC 9162 §2.1 has it, so that a short proof stands for the whole log.

A root over the first *n* entries fits on one line, and nobody can change, swap or drop one of them and keep that root.
Leaf and node have a prefix of their own (0x00, 0x01), so that a node cannot be passed off as an entry.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256().digest()


def leaf_hash(content: bytes) -> bytes:
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def levels_of(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The complete subtrees, level by level: ``levels[k][i]`` is the root over leaves ``i·2^k`` until ``(i+1)·2^k``."""
    levels = [list(leaves)]
    while len(below := levels[-1]) > 1:
        levels.append([sha256(b"\x01" + below[i] + below[i + 1]).digest() for i in range(0, len(below) - 1, 2)])
    return levels


def edge_of(levels: Sequence[Sequence[bytes]], size: int) -> list[bytes]:
    """The roots of the complete subtrees that make up the first ``size`` leaves, the largest first."""
    edge, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            edge.append(levels[level][start >> level])
            start += 1 << level
    return edge


def root_of(edge: Iterable[bytes]) -> bytes:
    """The root of a tree from its right edge (see :func:`edge_of`); of nothing it is the hash of nothing."""
    root: bytes | None = None
    for part in reversed(list(edge)):
        root = part if root is None else node_hash(part, root)
    return EMPTY_ROOT if root is None else root


class Frontier:
    """De rechterrand: as much of the tree as is needed to go on, a handful of hashes whatever its size."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size = size
        self._edge = list(edge)
        if len(self._edge) != size.bit_count():
            raise ValueError("an edge has one hash for each bit of the size")

    @property
    def edge(self) -> tuple[bytes, ...]:
        """The largest subtree first."""
        return tuple(self._edge)

    @property
    def root(self) -> bytes:
        return root_of(self._edge)

    def add(self, subtree: bytes, level: int = 0) -> None:
        """Add a complete subtree of ``2^level`` leaves; the size so far must be a multiple of that."""
        if self.size % (1 << level):
            raise ValueError("a subtree is added where one of its size may stand")
        count = self.size >> level
        while count & 1:
            subtree = node_hash(self._edge.pop(), subtree)
            count >>= 1
        self._edge.append(subtree)
        self.size += 1 << level


class Tree:
    """A tree with all its leaves at hand, for making proofs."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self._levels = levels_of(leaves)

    def root(self, size: int) -> bytes:
        """The root over the first ``size`` leaves."""
        self._within(size)
        return root_of(edge_of(self._levels, size))

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """PATH(index, D[size]) of RFC 9162 §2.1.3.1: what must be added to this leaf to get the root."""
        self._within(size)
        if not 0 <= index < size:
            raise ValueError("no such leaf in a tree of this size")
        path, start, end = [], 0, size
        while end - start > 1:
            split = start + _split(end - start)
            if index < split:
                path.append(self._span(split, end))
                end = split
            else:
                path.append(self._span(start, split))
                start = split
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """PROOF(old, D[new]) of RFC 9162 §2.1.4.1: that the tree of ``old`` leaves begins that of ``new``."""
        self._within(new)
        if not 0 < old <= new:
            raise ValueError("a tree grows from at least one leaf")
        path, start, end, whole = [], 0, new, True
        while old != end:
            split = start + _split(end - start)
            if old <= split:
                path.append(self._span(split, end))
                end = split
            else:
                path.append(self._span(start, split))
                start, whole = split, False
        if not whole:
            path.append(self._span(start, end))
        return path[::-1]

    def _span(self, start: int, end: int) -> bytes:
        """The root over leaves ``start`` until ``end``; ``start`` is a multiple of what fits in the span."""
        edge, size = [], end - start
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                edge.append(self._levels[level][start >> level])
                start += 1 << level
        return root_of(edge)

    def _within(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise ValueError("the tree is not that large")


def inclusion_holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 §2.1.3.2: whether this is leaf ``index`` (from 0) of the tree of ``size`` with this root."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for part in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(part, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, part)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """RFC 9162 §2.1.4.2: whether the tree with ``old_root`` is the beginning of the one with ``new_root``."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    parts = list(path)
    if old & (old - 1) == 0:
        parts.insert(0, old_root)
    if not parts:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(part, older), node_hash(part, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, part)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1
