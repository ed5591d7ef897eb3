"""Signed notes, checkpoints and receipts: the published examples, and what must be refused."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.checkpoints import (
    Checkpoint,
    Receipt,
    check_receipt,
    cosigner_key,
    find_cosigners,
    make_cosigner,
    make_log_signer,
    open_checkpoint,
    read_checkpoint,
    read_receipt,
    write_checkpoint,
    write_receipt,
)
from crypto.errors import LogError, NoteError
from crypto.log import find_root, hash_leaf
from crypto.notes import (
    NOTE_LIMIT,
    SIGNATURES_LIMIT,
    KeyKind,
    Note,
    NoteSigner,
    Signature,
    decode_base64,
    is_signed,
    read_key,
    read_note,
    sign,
    write_key,
    write_note,
    write_signature,
)

# The example of C2SP's signed-note, and that of the Go library that the format comes from.
C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2"
    "ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SEED = decode_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz") or b""
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFup"
    "LLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
# Those of C2SP's tlog-checkpoint, tlog-cosignature and tlog-proof: their keys are not published.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2"
    "q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
    "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()
PROOF_HEAD = b"""c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

"""
LOG = make_log_signer(bytes(range(32)))
HOLDER = "00112233aabbccdd"
COSIGNER = make_cosigner(HOLDER, bytes(range(1, 33)))


def make_note(text: str, *signers: NoteSigner) -> bytes:
    return write_note(Note(text, tuple(sign(signer, text, 1_679_315_147) for signer in signers)))


class TestPublishedExamples:
    @pytest.mark.parametrize(("key", "data"), [(C2SP_KEY, C2SP_NOTE), (GO_KEY, GO_NOTE)])
    def test_notes(self, key: str, data: bytes) -> None:
        note = read_note(data)
        assert write_note(note) == data
        assert write_key(read_key(key)) == key
        assert is_signed(note, read_key(key))
        assert not is_signed(note, LOG.key)

    def test_signing_gives_the_same_bytes(self) -> None:
        signer = NoteSigner("PeterNeumann", KeyKind.ED25519, GO_SEED[1:])
        assert write_key(signer.key) == GO_KEY
        assert make_note(read_note(GO_NOTE).text, signer) == GO_NOTE

    def test_checkpoint_with_a_cosignature(self) -> None:
        note = read_note(COSIGNED)
        checkpoint = read_checkpoint(note)
        assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
        assert [one.name for one in note.signatures] == [
            "example.com/behind-the-sofa",
            "witness.example.com/w1",
        ]
        assert int.from_bytes(note.signatures[1].value[:8], "big") == 1679315147
        assert write_note(note) == COSIGNED
        assert write_checkpoint(checkpoint) == note.text

    def test_receipt(self) -> None:
        receipt = read_receipt(PROOF_HEAD + COSIGNED)
        assert (receipt.index, len(receipt.proof)) == (73894, 5)
        assert receipt.extra == b"age-v1.2.1-darwin-arm64.tar.gz"
        assert write_receipt(receipt) == PROOF_HEAD + COSIGNED


@pytest.mark.parametrize(
    "key",
    [
        "",
        "PeterNeumann",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AhVc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+ARpc",
        "PeterNeumann+c74f20a3+—",
    ],
)
def test_keys_that_are_refused(key: str) -> None:
    with pytest.raises(NoteError, match="not a key"):
        read_key(key)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        C2SP_NOTE[:-1],
        C2SP_NOTE + b"\n",
        C2SP_NOTE + b"more",
        C2SP_NOTE.replace(b"example message", b"ex\rmple message"),
        C2SP_NOTE.replace(b"example message", b"ex\xffmple message"),
        C2SP_NOTE.replace("— ".encode(), b"- "),
        C2SP_NOTE.replace(b"example.com/foo ", b"example.com/foo"),
        C2SP_NOTE.replace(b"example.com/foo ", b"example.com/foo  "),
        C2SP_NOTE.replace(b"example.com/foo ", b" "),
        C2SP_NOTE.replace(b"example.com/foo ", b"example.com+foo "),
        C2SP_NOTE.replace(b"example.com/foo", "example.com\u2003foo".encode()),
        C2SP_NOTE.replace(b"aQM=", b"aQN="),
        C2SP_NOTE.replace(b"aQM=", b"aQM"),
        re.sub(rb"Uw2.*=", b"Uw2QOg==", C2SP_NOTE),
        C2SP_NOTE + C2SP_NOTE.partition(b"\n\n")[2] * SIGNATURES_LIMIT,
        b"x" * NOTE_LIMIT + C2SP_NOTE,
    ],
)
def test_notes_that_are_refused(data: bytes) -> None:
    with pytest.raises(NoteError, match="not a signed note"):
        read_note(data)


def test_a_text_may_hold_empty_lines() -> None:
    note = read_note(make_note("\n\na\n\n\n", LOG))
    assert note.text == "\n\na\n\n\n"
    assert is_signed(note, LOG.key)


def test_a_false_signature_under_a_known_name_spoils_the_note() -> None:
    note = read_note(C2SP_NOTE)
    for value in (bytes(64), note.signatures[0].value[:-1], note.signatures[0].value + b"\0"):
        false = Signature(note.signatures[0].name, note.signatures[0].key_id, value)
        with pytest.raises(NoteError, match="false"):
            is_signed(Note(note.text, (*note.signatures, false)), read_key(C2SP_KEY))
    other = Signature(note.signatures[0].name, b"none", bytes(64))
    assert is_signed(Note(note.text, (*note.signatures, other)), read_key(C2SP_KEY))


def test_cosignatures() -> None:
    text = write_checkpoint(Checkpoint(LOG.name, 3, bytes(32)))
    note = read_note(make_note(text, LOG, COSIGNER))
    key = cosigner_key(HOLDER, COSIGNER.key.public)
    assert is_signed(note, LOG.key)
    assert is_signed(note, key)
    assert key == COSIGNER.key
    assert "— heliograph/holder/00112233aabbccdd " in write_signature(note.signatures[1])
    value = note.signatures[1].value
    for changed in (bytes(7), b"\x80" + value[1:], value[:7] + b"\0" + value[8:]):
        false = Signature(key.name, key.id, changed)
        with pytest.raises(NoteError, match="false"):
            is_signed(Note(text, (false,)), key)


@pytest.mark.parametrize(
    "text",
    [
        "a\n",
        "a\n1\n",
        "a\n01\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n+1\n" + "A" * 43 + "=\n",
        "a\n١\n" + "A" * 43 + "=\n",
        "a\n9223372036854775808\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 43 + "\n",
        "a\n1\n" + "A" * 44 + "\n",
        "\n1\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 43 + "=\n\nmore\n",
    ],
)
def test_checkpoints_that_are_refused(text: str) -> None:
    with pytest.raises(NoteError, match="no checkpoint"):
        read_checkpoint(Note(text, ()))


def test_a_checkpoint_may_have_more_lines() -> None:
    text = "a\n9223372036854775807\n" + "A" * 43 + "=\nmore\n"
    assert read_checkpoint(Note(text, ())) == Checkpoint("a", (1 << 63) - 1, bytes(32))


def test_another_logs_checkpoint_is_refused() -> None:
    other = make_log_signer(bytes(32))
    text = write_checkpoint(Checkpoint(LOG.name, 0, bytes(32)))
    assert open_checkpoint(make_note(text, LOG, other), LOG.key).size == 0
    for data, key in ((make_note(text, LOG, other), other.key), (make_note(text, other), LOG.key)):
        with pytest.raises(NoteError, match="did not sign"):
            open_checkpoint(data, key)


def make_receipt() -> tuple[Receipt, bytes]:
    leaves = [b"one", b"two", b"three"]
    hashes = [hash_leaf(leaf) for leaf in leaves]
    text = write_checkpoint(Checkpoint(LOG.name, 3, find_root(hashes)))
    return Receipt(2, (find_root(hashes[:2]),), make_note(text, LOG)), leaves[2]


def test_receipts() -> None:
    receipt, leaf = make_receipt()
    assert read_receipt(write_receipt(receipt)) == receipt
    assert check_receipt(receipt, leaf, LOG.key).size == 3
    with pytest.raises(LogError, match="does not show"):
        check_receipt(receipt, b"two", LOG.key)
    with pytest.raises(NoteError, match="did not sign"):
        check_receipt(receipt, leaf, COSIGNER.key)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"@v1", b"@v2"),
        lambda data: data.replace(b"index 2", b"index 02"),
        lambda data: data.replace(b"index 2", b"index two"),
        lambda data: data.replace(b"index 2", b"2"),
        lambda data: data.replace(b"index 2", b"extra AA\nindex 2"),
        lambda data: data.replace(b"index 2", b"extra AA==").replace(b"=\n\n", b"=\n", 1),
        lambda data: b"c2sp.org/tlog-proof@v1\nextra AA==\n\n" + data.partition(b"\n\n")[2],
        lambda data: b"c2sp.org/tlog-proof@v1\n\n" + data.partition(b"\n\n")[2],
        lambda data: data.replace(b"index 2\n", b"index 2\nAA==\n"),
        lambda data: data.replace(b"index 2\n", b"index 2\n\xff\n"),
        lambda data: data.replace(b"index 2\n", b"index 2\n" + (b"A" * 43 + b"=\n") * 63),
        lambda data: data[:40],
        lambda data: data + b"x" * 200_000,
    ],
)
def test_receipts_that_are_refused(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(NoteError, match="not a receipt"):
        read_receipt(change(write_receipt(make_receipt()[0])))


def test_a_receipt_with_a_broken_note_is_refused() -> None:
    with pytest.raises(NoteError, match="not a signed note"):
        read_receipt(write_receipt(make_receipt()[0])[:-1])


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for head in (b"", C2SP_NOTE, PROOF_HEAD):
        for read in (read_note, read_receipt):
            try:
                read(head + data)
            except NoteError:
                continue


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50).map(lambda t: t + "\n"))
def test_what_is_written_is_read(text: str) -> None:
    note = read_note(make_note(text, LOG, COSIGNER))
    assert note.text == text
    assert is_signed(note, LOG.key)
    assert is_signed(note, COSIGNER.key)


def test_cosigners_are_holders_whose_signature_is_true() -> None:
    other = make_cosigner("f" * 16, bytes(32))
    text = write_checkpoint(Checkpoint("log", 1, bytes(32)))
    mine, theirs = sign(COSIGNER, text, 7), sign(other, text, 7)
    false = Signature(theirs.name, theirs.key_id, theirs.value[:-1] + bytes([theirs.value[-1] ^ 1]))
    note = Note(text, (false, mine, theirs, sign(COSIGNER, text, 8)))
    holders = [(HOLDER, COSIGNER.key.public), ("f" * 16, other.key.public)]
    assert find_cosigners(note, holders) == {HOLDER: mine, "f" * 16: theirs}
    assert find_cosigners(note, holders[:1]) == {HOLDER: mine}
    assert find_cosigners(Note(text, (false,)), holders) == {}
    assert find_cosigners(note, []) == {}
