"""What a proposal would change, in words: nothing that differs may pass in silence."""

import copy
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, KeyringError
from crypto.officers import public_key
from keyholder.held import Held
from keyholder.repository import lay_out_root, read_documents
from keyholder.signing.changes import describe_changes, describe_signers
from keyholder.signing.proposals import add_signatures, propose
from tests.coalition import DAY, make_epoch, write_json
from tests.keyholder.conftest import NOW
from tests.keyholder.three_officers import (
    HOLDERS,
    LATER,
    SEEDS,
    STRANGER,
    alter,
    begin,
    found,
    hold,
)

FIRST, SECOND, THIRD = sorted(HOLDERS)
PURGED = "ab" * 32


@cache
def held() -> Held:
    """With two epochs, a dual one among them, wraps, purged ids and a revoked holder."""
    start = found()
    documents = alter(start, epochs=[make_epoch(1, NOW)[0], make_epoch(2, NOW, dual=True)[0]])
    documents["wraps/1-a.json"] = {"wraps": {FIRST: "aa", SECOND: "bb"}}
    documents["other.json"] = {"a": 1}
    documents["purged.json"] = {
        "format": "heliograph/purged/v1",
        "envelopes": [PURGED],
        "blobs": [],
    }
    documents["holders.json"]["revoked"] = ["f" * 16]
    # Fields that this program does not know, as a later one may write them:
    for fields in (
        documents["reporter.json"],
        documents["reporter.json"]["epochs"][0],
        documents["holders.json"],
        documents["holders.json"]["holders"][0],
        documents["purged.json"],
    ):
        fields["unknown"] = 1
    return hold(add_signatures(start, propose(start, documents, SEEDS[0], NOW), SEEDS[1]), start)


def tell(documents: dict[str, Any], before: Held | None = None) -> str:
    before = before or held()
    documents["reporter.json"]["signed_at"] = LATER
    return "\n".join(describe_changes(before, propose(before, documents, SEEDS[0], LATER)))


def documents_of(keyring: Held) -> dict[str, dict[str, Any]]:
    return copy.deepcopy(read_documents(keyring.keyring))


def test_nothing_is_told_as_nothing() -> None:
    told = tell(documents_of(held()))
    assert told.splitlines() == [
        "Nothing but times and versions would change.",
        "It says that it was signed at 2026-09-22T14:15:00Z.",
        "Keyring 3 expires 2026-12-21T14:15:00Z (before: 2026-12-20T14:15:00Z).",
    ]


def test_a_coalition_that_begins_is_told_whole() -> None:
    told = "\n".join(describe_changes(None, begin()))
    assert "This begins a coalition, with root 1." in told
    assert told.count("Officer added: ") == 3
    assert "Signatures that a keyring needs: 2 of 3" in told
    assert "Address added: https://reports.example" in told
    assert all(f"Holder added: {id}, key {key.hex()}" in told for id, key in HOLDERS.items())
    assert "expires 2028-09-20T14:15:00Z" in told


def test_lists_epochs_and_wraps() -> None:
    documents = documents_of(held())
    reporter = documents["reporter.json"]
    reporter["addresses"] = ["https://other.example"]
    reporter["log_keys"] = ["log+key"]
    first, second = reporter["epochs"]
    first["seal_until"] -= DAY
    second["locks"]["A"] = make_epoch(9, NOW, dual=True)[0]["locks"]["A"]
    reporter["epochs"] = [first, second, make_epoch(3, NOW, fallback=True)[0]]
    documents["wraps/1-a.json"] = {"wraps": {SECOND: "bb", THIRD: "cc"}}
    documents["wraps/3-a.json"] = {"wraps": {FIRST: "dd"}}
    documents["other.json"] = {"a": True}
    told = tell(documents)
    for line in (
        "Address removed: https://reports.example",
        "Address added: https://other.example",
        "Log key added: log+key",
        "Epoch 1 ends 2026-09-27T14:15:00Z (before: 2026-09-28T14:15:00Z)",
        "Mind: epoch 2 gets other KEYS in lock A",
        "Epoch 3 added: 2026-09-21T14:15:00Z to 2026-09-28T14:15:00Z, lock A, fallback; to be ",
        " destroyed after 2026-12-27T14:15:00Z; suites app 02, app-sms 01,",
        f"Wraps changed: epoch 1, lock A, for 2 holders; {THIRD}; no longer for {FIRST}",
        f"Wraps added: epoch 3, lock A, for 1 holder; {FIRST}",
        "File changed: other.json",
    ):
        assert line in told, line


def test_one_person_with_both_locks_is_told() -> None:
    """Whoever made a lock has its seed, and no wrap for herself."""
    documents = documents_of(held())
    documents["wraps/2-a.json"] = {"maker": FIRST, "wraps": {SECOND: "aa"}}
    documents["wraps/2-b.json"] = {"maker": THIRD, "wraps": {FIRST: "bb"}}
    told = tell(documents)
    assert f"Mind: {FIRST} would have BOTH LOCKS of epoch 2, and open it alone" in told
    assert told.count("BOTH LOCKS") == 1
    proposal = propose(held(), documents, SEEDS[0], LATER)
    before = hold(add_signatures(held(), proposal, SEEDS[1]), held())
    assert "BOTH LOCKS" not in tell(documents_of(before), before)
    for spoilt in ({"maker": 1}, {"maker": "x"}, {"maker": [], "wraps": 1}):
        documents["wraps/2-b.json"] = spoilt
        assert "BOTH LOCKS" not in tell(documents)


def test_another_order_beside_another_change_is_told() -> None:
    documents = documents_of(held())
    reporter = documents["reporter.json"]
    reporter["addresses"] = ["https://b.example", "https://a.example"]
    before = hold(
        add_signatures(held(), propose(held(), documents, SEEDS[0], LATER), SEEDS[1]), held()
    )
    reporter["addresses"] = ["https://a.example", "https://c.example", "https://b.example"]
    told = tell(documents, before)
    assert "Address added: https://c.example" in told
    assert "Address: another order: https://a.example, https://c.example" in told
    reporter["addresses"] = ["https://b.example", "https://c.example", "https://a.example"]
    assert "another order" not in tell(documents, before)


def test_a_long_field_says_that_more_is_behind_it() -> None:
    documents = documents_of(held())
    told = []
    for end in "ab":
        documents["holders.json"]["unknown"] = "x" * 500 + end
        told.append(tell(documents))
    assert "503 characters, SHA-256" in told[0]
    assert told[0] != told[1]


def test_what_goes_away() -> None:
    documents = documents_of(held())
    documents["reporter.json"]["epochs"].pop()
    del documents["wraps/1-a.json"], documents["other.json"], documents["purged.json"]
    documents["holders.json"] = {**documents["holders.json"], "revoked": []}
    told = tell(documents)
    for line in (
        "Epoch 2 removed: nothing more is sealed to it",
        "Wraps removed: epoch 1, lock A. Nobody can fetch its seed any more",
        "File removed: other.json",
        "File removed: purged.json",
        "No longer listed as purged, and gone all the same: 1 envelope",
        f"Mind: holder {'f' * 16} would no longer be listed as revoked",
    ):
        assert line in told, line


def test_fields_that_nobody_knows() -> None:
    documents = documents_of(held())
    reporter, holders = documents["reporter.json"], documents["holders.json"]
    for fields in (reporter, reporter["epochs"][0], holders, documents["purged.json"]):
        fields["unknown"] = True
    holders["holders"][0]["unknown"] = {"a": 1}
    told = tell(documents)
    for where in ("reporter.json", "Epoch 1", "holders.json", "purged.json"):
        assert f"{where}: field unknown is now true" in told, where
    assert f'Holder {FIRST}: field unknown is now {{"a": 1}}' in told


def test_what_turns_and_what_cannot_be_read() -> None:
    documents = documents_of(held())
    reporter = documents["reporter.json"]
    reporter["addresses"] = ["https://b.example", "https://a.example"]
    before = hold(
        add_signatures(held(), propose(held(), documents, SEEDS[0], LATER), SEEDS[1]), held()
    )
    reporter["addresses"].reverse()
    first, _second = reporter["epochs"]
    first.update(fallback=True, suites={**first["suites"], "sms": 1})
    documents["wraps/1-a.json"] = {"wraps": 1}
    told = tell(documents, before)
    for line in (
        "Address: another order: https://a.example, https://b.example",
        "Epoch 1 becomes a fallback",
        "Epoch 1 is sealed to otherwise: suites app 02, app-sms 01, import 02, relay 02, sms 01",
        f"Wraps changed: epoch 1, lock A, for 0 holders; no longer for {FIRST}, {SECOND}",
    ):
        assert line in told, line


def test_holders() -> None:
    documents = documents_of(held())
    first, second, third = documents["holders.json"]["holders"]
    second["key"] = third["key"]
    documents["holders.json"].update(holders=[second], revoked=sorted([THIRD, "f" * 16]))
    told = tell(documents)
    assert f"Holder removed: {first['id']}. What she said before still counts" in told
    assert f"Holder revoked: {THIRD}. What she said counts for nothing from now on" in told
    assert f"Holder removed: {THIRD}" not in told
    assert f"Mind: holder {SECOND} gets another KEY: {third['key']}" in told


def test_officers_and_thresholds() -> None:
    keys = [public_key(seed) for seed in (SEEDS[0], SEEDS[1], STRANGER)]
    root = lay_out_root(2, keys, 3, 2, LATER, False)
    proposal = propose(held(), alter(held()), SEEDS[0], LATER, root)
    told = "\n".join(describe_changes(held(), proposal))
    assert "Root 2 takes the place of root 1." in told
    assert (told.count("Officer added"), told.count("Officer removed")) == (1, 1)
    assert "Signatures that a keyring needs: 3 of 3 (before: 2 of 3)" in told
    assert "Signatures that the next root needs: 2 of 3\n" in told
    assert "Mind: All officers must sign: if one key is lost, nobody can sign" in told
    signers = "\n".join(describe_signers(proposal))
    assert "2.root.json: signed by" in signers
    assert signers.count("; 2 lacking") == 3


@pytest.mark.parametrize("role", ["targets", "snapshot", "timestamp"])
def test_a_root_that_treats_roles_apart_is_told(role: str) -> None:
    root = lay_out_root(2, list(map(public_key, SEEDS)), 2, 2, LATER, False)
    root.roles[role].threshold = 1
    proposal = propose(held(), alter(held()), SEEDS[0], LATER, root)
    assert "as this program never does" in "\n".join(describe_changes(held(), proposal))


def test_a_development_root_says_so() -> None:
    root = lay_out_root(1, [public_key(SEEDS[0])], 1, 1, NOW, True)
    documents = read_documents(begin().keyring)
    told = "\n".join(describe_changes(None, propose(None, documents, SEEDS[0], NOW, root)))
    assert "DEVELOPMENT" in told


@pytest.mark.parametrize("bad", [["f" * 16] * 2, ["f" * 15], [FIRST], "f" * 16])
def test_a_list_of_revoked_holders_that_no_keyring_may_have(bad: Any) -> None:
    documents = documents_of(held())
    documents["holders.json"]["revoked"] = bad
    with pytest.raises(KeyringError):
        tell(documents)


def mutate(data: st.DataObject, node: Any) -> bool:
    """Change something somewhere inside, in place; True if it did."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    if not keys:
        return False
    key = data.draw(st.sampled_from(keys))
    if isinstance(node[key], dict | list) and data.draw(st.booleans()):
        return mutate(data, node[key])
    how = data.draw(st.sampled_from(["replace", "remove", "add"]))
    if how == "remove":
        del node[key]
    elif how == "add" and isinstance(node, dict):
        node["later"] = data.draw(st.sampled_from([1, True, "x", [], {"a": 1}]))
    elif isinstance(node[key], bool):
        node[key] = not node[key]
    elif isinstance(node[key], int):
        node[key] += 1
    elif isinstance(node[key], str):
        last = node[key][-1:]
        node[key] = node[key][:-1] + ("1" if last == "0" else "0")
    else:
        return False
    return True


@settings(deadline=None)
@given(st.data())
def test_whatever_differs_is_told(data: st.DataObject) -> None:
    documents = documents_of(held())
    name = data.draw(st.sampled_from(sorted(documents)))
    before = copy.deepcopy(documents[name])
    assume(mutate(data, documents[name]) and write_json(documents[name]) != write_json(before))
    documents["reporter.json"]["signed_at"] = LATER
    try:
        told = describe_changes(held(), propose(held(), documents, SEEDS[0], LATER))
    except CryptoError:
        return  # no keyring may say so
    same = write_json(documents[name]) == write_json(before)
    assert same or told[0] != "Nothing but times and versions would change."
