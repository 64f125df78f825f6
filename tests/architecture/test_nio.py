"""What of matrix-nio may be used: its Olm machine, and nothing that speaks or trusts by itself (N1–N18, rule R1)."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.test_rules_of_the_house import OURS, called, imports, name_of, nodes

NOT_OURS = {
    "AsyncClient": "it stores the token first, asks again at once, and knows no cross-signing",
    "AsyncClientConfig": "its pickle key is known to everybody",
    "room_send": "it gives the key to whom the homeserver names, and may speak in clear",
    "share_group_session": "it holds a key for shared that did not arrive",
    "ignore_unverified_devices": "a ghost device reads all",
    "verify_device": "who counts is decided by the pinned identity, not by a mark in a store",
    "user_id_to_level": "it does not know the maker's power in rooms of version 12",
    "can_user_kick": "it does not know the maker's power in rooms of version 12",
    "get_user_level": "it does not know the maker's power in rooms of version 12",
    "SqliteStore": "its file is readable for others",
    "DefaultStore": "its file is readable for others",
}


@cache
def words_of(path: Path) -> frozenset[str]:
    """Every name, attribute and argument in a file of ours, and what it imports."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.keyword | ast.arg) and node.arg:
            found.add(node.arg)
    return frozenset(found | {full.rpartition(".")[2] for full in imports(path)})


@pytest.mark.parametrize("word", sorted(NOT_OURS))
def test_nothing_of_nio_is_used_that_speaks_or_trusts_by_itself(word: str) -> None:
    users = [name_of(path) for path in OURS if word in words_of(path)]
    assert users == [], f"{word}: {NOT_OURS[word]}"


def test_only_the_crypto_machine_knows_nio() -> None:
    importers = {name_of(path) for path in OURS if any(n == "nio" or n.startswith("nio.") for n in imports(path))}
    assert importers
    assert all(name.startswith("bots/runtime/crypto/") for name in importers), importers


def test_bundles_of_old_keys_are_never_made() -> None:
    """A newcomer gets a summary for their role, not the past (MSC4268, F20)."""
    users = [name_of(path) for path in OURS if "room_key_bundle" in path.read_text("utf-8")]
    assert users == []
    assert not [name_of(path) for path in OURS if "export_keys" in {c.rpartition(".")[2] for c in called(path)}]
