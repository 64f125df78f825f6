"""The tree over the log, against the text of RFC 9162 and the roots that Certificate Transparency is tested with."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    consistency_holds,
    inclusion_holds,
    leaf_hash,
    node_hash,
    root_of,
)

# The leaves and roots with which the implementations of Certificate Transparency are tested.
KNOWN_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
KNOWN_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LARGEST = 70
LEAVES = [leaf_hash(bytes([number])) for number in range(LARGEST)]
TREE = Tree(LEAVES)


def by_the_text(leaves: list[bytes]) -> bytes:
    """MTH(D_n), §2.1.1, as it is written there; independent of the code under test."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + by_the_text(leaves[:split]) + by_the_text(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(content)) for content in KNOWN_LEAVES[:size]]
    assert Tree(leaves).root(size).hex() == KNOWN_ROOTS[size]


def test_the_proofs_are_those_of_the_example_in_the_text() -> None:
    """§2.1.5: seven leaves, named a to f and j; nodes g to l."""
    leaves = [leaf_hash(bytes([number])) for number in range(7)]
    a, b, c, d, e, f, j = leaves
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, l = node_hash(g, h), node_hash(i, j)  # noqa: E741 -- the names of the text
    tree = Tree(leaves)
    assert tree.root(7) == node_hash(k, l)
    assert tree.inclusion(0, 7) == [b, h, l]
    assert tree.inclusion(3, 7) == [c, g, l]
    assert tree.inclusion(4, 7) == [f, j, k]
    assert tree.inclusion(6, 7) == [i, k]
    assert tree.consistency(3, 7) == [c, d, g, l]
    assert tree.consistency(4, 7) == [l]
    assert tree.consistency(6, 7) == [i, j, k]


def test_an_edge_grows_to_the_same_roots_as_the_text() -> None:
    frontier = Frontier()
    assert frontier.root == TREE.root(0) == EMPTY_ROOT
    for size, leaf in enumerate(LEAVES, 1):
        frontier.add(leaf)
        assert frontier.root == TREE.root(size) == by_the_text(LEAVES[:size])
        assert Frontier(size, frontier.edge).root == frontier.root


def test_every_inclusion_proof_holds_and_for_no_other_place_leaf_size_or_root() -> None:
    for size in range(1, LARGEST + 1):
        root = TREE.root(size)
        for index in range(size):
            path = TREE.inclusion(index, size)
            assert inclusion_holds(LEAVES[index], index, size, path, root)
            assert not inclusion_holds(LEAVES[index - 1], index, size, path, root) or size == 1
            assert not inclusion_holds(LEAVES[index], index + 1, size, path, root)
            assert not inclusion_holds(LEAVES[index], index, size, [*path, root], root)
            assert not inclusion_holds(LEAVES[index], index, size, path[:-1], root) or not path
            assert not inclusion_holds(LEAVES[index], index, size, path, TREE.root(size - 1))


def test_every_consistency_proof_holds_and_for_no_other_pair() -> None:
    for new in range(1, LARGEST + 1):
        for old in range(1, new + 1):
            path = TREE.consistency(old, new)
            roots = TREE.root(old), TREE.root(new)
            assert consistency_holds(old, new, path, *roots)
            assert not consistency_holds(old, new, [*path, roots[0]], *roots)
            assert not consistency_holds(old, new, path, roots[0], TREE.root(new - 1)), "another end"
            assert not consistency_holds(old, new, path, TREE.root(old - 1), roots[1]), "another beginning"
            if old < new:
                assert not consistency_holds(old, new, path[:-1], *roots)


@given(st.integers(1, LARGEST), st.data())
def test_a_proof_with_one_changed_hash_proves_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = TREE.inclusion(index, size)
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        path[place] = sha256(path[place]).digest()
        assert not inclusion_holds(LEAVES[index], index, size, path, TREE.root(size))


def test_a_node_is_no_leaf() -> None:
    """Without the prefixes whoever asks could be shown a node as an entry (second preimage)."""
    left, right = LEAVES[0], LEAVES[1]
    assert leaf_hash(left + right) != node_hash(left, right)


def test_a_tree_of_stretches_is_the_same_tree() -> None:
    """What lets a long log be walked side by side."""
    frontier = Frontier()
    for start in range(0, 64, 16):
        frontier.add(by_the_text(LEAVES[start : start + 16]), 4)
    frontier.add(by_the_text(LEAVES[64:68]), 2)
    assert (frontier.size, frontier.root) == (68, TREE.root(68))
    with pytest.raises(ValueError, match="a subtree"):
        frontier.add(LEAVES[0], 4)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, LARGEST + 1), (0, 0)])
def test_what_is_not_in_the_tree_cannot_be_proved(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="tree"):
        TREE.inclusion(index, size)
    assert not inclusion_holds(LEAVES[0], index, size if size <= LARGEST else 0, [], TREE.root(5))


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (5, LARGEST + 1)])
def test_a_tree_does_not_grow_from_nothing_nor_backwards(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="tree"):
        TREE.consistency(old, new)
    assert not consistency_holds(old, min(new, 5), [], EMPTY_ROOT, TREE.root(5))


def test_an_edge_fits_its_size() -> None:
    with pytest.raises(ValueError, match="edge"):
        Frontier(3, [LEAVES[0]])
    assert root_of([]) == EMPTY_ROOT
    assert not consistency_holds(3, 5, [], TREE.root(3), TREE.root(5))
