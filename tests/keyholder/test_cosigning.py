"""Other holders' cosignatures: counted where all agree, a finding where they saw another log."""

from typing import Any

import pytest

from crypto.checkpoints import make_cosigner
from crypto.notes import Note, NoteSigner, read_note, sign, write_note
from crypto.officers import public_key
from keyholder.coalition import describe_holders
from keyholder.errors import FINDINGS
from keyholder.held import accept, read_held
from keyholder.repository import read_documents, read_roots
from tests.keyholder.conftest import NOW, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.one_officer import make_keyring
from tests.keyholder.test_coalition import unlock
from tests.keyholder.test_log import change_home, fill, sync, verify

ANNA, BORIS = ("a" * 16, b"a" * 32), ("b" * 16, b"b" * 32)


def list_holders(desk: DeskForTests, service: FakeService, *others: tuple[str, bytes]) -> None:
    """Sign and publish a keyring with these holders (id, seed) beside the home's own."""
    identity, held = unlock(desk), read_held(desk.home)
    documents = read_documents(held.keyring)
    mine = (identity.holder_id, identity.signing_seed)
    documents["holders.json"] = describe_holders(
        {id: public_key(seed) for id, seed in (mine, *others)}
    )
    files = make_keyring(
        read_roots(held.keyring), held.keyring.version + 1, identity.officer_seed, documents, NOW
    )
    service.files = dict(accept(desk.home, held, files).keyring.files)


def cosign(note: bytes, *signers: NoteSigner | tuple[str, bytes]) -> bytes:
    read = read_note(note)
    made = [
        sign(one if isinstance(one, NoteSigner) else make_cosigner(*one), read.text, NOW)
        for one in signers
    ]
    return write_note(Note(read.text, (*read.signatures, *made)))


def read_cosigners(desk: DeskForTests) -> list[list[str]]:
    """Of sync and of verify."""
    return [
        desk.done("sync", "--json").json["log"]["cosigners"],
        desk.done("verify", "--json").json["cosigners"],
    ]


@pytest.fixture
def three(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """A home whose coalition has two more holders, and five envelopes at the service."""
    list_holders(coalition, service, ANNA, BORIS)
    fill(coalition, service, 5)
    return coalition


def test_those_who_agree_are_counted(three: DeskForTests, service: FakeService) -> None:
    service.note = cosign(service.tell_log("checkpoint"), ANNA, BORIS)
    assert read_cosigners(three) == [[ANNA[0], BORIS[0]]] * 2
    assert "Cosigned by 2 holders." in three.done("verify").out


def test_strangers_and_false_ones_are_not(three: DeskForTests, service: FakeService) -> None:
    note = service.tell_log("checkpoint")
    false = read_note(cosign(service.sign([b"other"]), BORIS)).signatures[1]
    read = read_note(cosign(note, ANNA, ("c" * 16, b"c" * 32), (BORIS[0], b"c" * 32)))
    service.note = write_note(Note(read.text, (*read.signatures, false)))
    assert read_cosigners(three) == [[ANNA[0]]] * 2


def test_what_is_shown_once_is_remembered(three: DeskForTests, service: FakeService) -> None:
    note = service.tell_log("checkpoint")
    for signers in ([ANNA], [], [BORIS]):
        service.note = cosign(note, *signers)
        sync(three)
    assert read_cosigners(three) == [[ANNA[0], BORIS[0]]] * 2


def test_lines_of_strangers_do_not_crowd_a_note(three: DeskForTests, service: FakeService) -> None:
    note = service.tell_log("checkpoint")
    service.note = cosign(note, ANNA)
    sync(three)
    crowd = [make_cosigner(f"{n:016x}", bytes(32)) for n in range(299)]
    service.note = cosign(note, *crowd)
    assert (sync(three), verify(three)) == ([], [])
    assert read_cosigners(three) == [[ANNA[0]]] * 2


def test_a_holder_who_left_still_counts_for_what_she_saw(
    three: DeskForTests, service: FakeService
) -> None:
    service.note = cosign(service.tell_log("checkpoint"), ANNA)
    sync(three)
    list_holders(three, service, BORIS)
    assert read_cosigners(three) == [[ANNA[0]]] * 2


def test_another_root_for_one_size(three: DeskForTests, service: FakeService) -> None:
    assert sync(three) == []
    service.note = cosign(service.sign([b"other"] * 5), ANNA)
    expected = [("log-forked", 0, 4), ("log-split", 0, 4)]
    assert sync(three) == expected
    service.note = service.sign([b"other"] * 5)  # who saw it is remembered
    assert sync(three) == expected
    assert verify(three) == expected
    told: Any = three.run("verify")
    assert FINDINGS["log-split"] in told.err


def test_another_root_at_first_sight(three: DeskForTests, service: FakeService) -> None:
    service.note = cosign(service.sign([b"other"] * 5), ANNA)
    assert sync(three) == [("log-forked", 0, 4), ("log-split", 0, 4)]
    assert verify(three) == [("log-forked", 0, 4), ("log-split", 0, 4)]


def test_a_size_that_this_home_does_not_reach(three: DeskForTests, service: FakeService) -> None:
    service.note = cosign(service.tell_log("checkpoint"), BORIS)
    kept = service.items.pop()
    assert sync(three) == [("log-withheld", 4, 4), ("log-split", 0, 4)]
    assert verify(three) == [("log-withheld", 4, 4), ("log-split", 0, 4)]
    service.items.append(kept)
    assert (sync(three), verify(three)) == ([], [])


def test_without_a_cosignature_it_is_no_split(three: DeskForTests, service: FakeService) -> None:
    assert sync(three) == []
    service.note = service.sign([b"other"] * 5)
    assert sync(three) == [("log-forked", 0, 4)]
    assert verify(three) == [("log-forked", 0, 4)]


def test_an_older_checkpoint_is_no_split(three: DeskForTests, service: FakeService) -> None:
    old = cosign(service.tell_log("checkpoint"), ANNA)
    fill(three, service, 2)
    assert sync(three) == []
    service.note = old
    assert sync(three) == [("log-shrunk", 5, 6)]
    assert verify(three) == []


def test_a_note_that_was_altered_here(three: DeskForTests, service: FakeService) -> None:
    assert sync(three) == []
    change_home(three, "UPDATE checkpoints SET note = 'text'")
    assert verify(three) == [("checkpoint-altered", 0, 4)]
    assert sync(three) == []
