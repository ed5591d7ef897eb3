"""Python and JavaScript agree: about what is sealed, and about keyrings, good, odd and broken."""

import json
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.exceptions import FormatError
from tuf.api.metadata import Metadata

from crypto import keyring as keyrings
from crypto.choosing import sealing_key, warnings
from crypto.envelope import LENGTHS, Kind, Suite
from crypto.errors import KeyringError
from crypto.locks import derive_lock
from crypto.officers import public_key, tuf_signer
from crypto.opening import Opener
from crypto.sealed_sms import Single, join, read_text
from crypto.sealing import INNER_HEADER_SIZE, SealingKey, new_report_id, seal, seal_for_sms
from keyholder.held import read_held
from keyholder.repository import lay_out_root
from keyholder.signing.proposals import add_signatures, propose
from tests.client.node import run_node
from tests.coalition import DAY, NOW, make_coalition, make_seed, name_target
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.three_officers import LATER, STRANGER, alter, change, found, hold
from tests.keyholder.three_officers import SEEDS as SEEDS_OF_OFFICERS
from tools.vectors.forms import sign_raw
from tools.vectors.publishing import publish, root_bytes

EPOCH = 517
CHANNELS = ("app", "web", "app-sms")
SEEDS = {"A": make_seed("agreement", "A"), "B": make_seed("agreement", "B")}
MUTATIONS = 400
STRANGE = (
    *(None, True, False, 0, 1, -1, 1.5, 2**40 + 1, 2**53, 10**17, "", "1", "é", "a\tb"),
    *([], {}, [1], ["a"], {"a": 1}, "ab" * 32, "AB" * 32, "2027-02-29T00:00:00Z"),
)


def ask(questions: list[dict[str, Any]]) -> list[Any]:
    """The answers of client/test/oracle.js."""
    return [json.loads(line) for line in run_node("test/oracle.js", given=questions).splitlines()]


def make_key(suite: Suite) -> tuple[SealingKey, Opener]:
    locks = tuple(derive_lock(SEEDS[lock], suite, lock) for lock in suite.locks)
    key = SealingKey(suite, EPOCH, 0, tuple(lock.public for lock in locks))
    return key, Opener({(EPOCH, suite): locks})


def make_contents() -> list[bytes]:
    """Of each length class, at both of its ends."""
    sizes = [length - INNER_HEADER_SIZE - 1 for length in LENGTHS]
    return [
        secrets.token_bytes(size) for size in (0, 1, *sizes, *(size + 1 for size in sizes[:-1]))
    ]


@pytest.mark.parametrize("suite", list(Suite))
def test_python_opens_what_javascript_seals(suite: Suite) -> None:
    key, opener = make_key(suite)
    contents = make_contents()
    sealed = {
        "ask": "seal",
        "suite": suite,
        "epoch": EPOCH,
        "keys": [public.hex() for public in key.keys],
        "kind": Kind.REPORT,
    }
    ids = [new_report_id() for _ in contents]
    questions = [
        {**sealed, "content": content.hex(), "reportId": report_id.hex()}
        for content, report_id in zip(contents, ids, strict=True)
    ]
    for answer, content, report_id in zip(ask(questions), contents, ids, strict=True):
        opened = opener.open(bytes.fromhex(answer["envelope"]))
        assert (opened.kind, opened.report_id) == (Kind.REPORT, report_id)
        assert opened.content == content


@pytest.mark.parametrize("suite", [Suite.SEALED_BOX, Suite.DUAL_SEALED_BOX])
def test_python_joins_the_texts_that_javascript_writes(suite: Suite) -> None:
    key, opener = make_key(suite)
    contents = [secrets.token_bytes(size) for size in (0, 40, 56, 57, 117, 500, 1500)]
    questions = [
        {
            "ask": "seal",
            "sms": True,
            "suite": suite,
            "epoch": EPOCH,
            "keys": [public.hex() for public in key.keys],
            "kind": Kind.FOLLOW_UP,
            "content": content.hex(),
            "reportId": new_report_id().hex(),
        }
        for content in contents
    ]
    for answer, content in zip(ask(questions), contents, strict=True):
        (envelope,) = _join(answer["texts"])
        assert envelope.hex() == answer["envelope"]
        assert opener.open(envelope).content == content
        assert len(envelope) == len(seal_for_sms(key, Kind.FOLLOW_UP, bytes(8), content))


def _join(texts: list[str]) -> list[bytes]:
    read = [read_text(text) for text in texts]
    singles = [one.envelope for one in read if isinstance(one, Single)]
    parts = [one for one in read if not isinstance(one, Single)]
    return singles or join(parts[0].ref, [[part.slice] for part in parts])


@pytest.mark.parametrize("suite", list(Suite))
def test_javascript_opens_what_python_seals(suite: Suite) -> None:
    key, _ = make_key(suite)
    contents = make_contents()
    questions = [
        {
            "ask": "open",
            "epoch": EPOCH,
            "seeds": {lock: SEEDS[lock].hex() for lock in suite.locks},
            "envelope": seal(key, Kind.RECORD, b"reportid", content).hex(),
        }
        for content in contents
    ]
    for answer, content in zip(ask(questions), contents, strict=True):
        assert answer["content"] == content.hex()
        assert (answer["kind"], answer["reportId"]) == (Kind.RECORD, b"reportid".hex())


def tell(keyring: keyrings.Keyring, now: int, channels: Sequence[str] = CHANNELS) -> dict[str, Any]:
    """A keyring as the oracle tells it."""
    chosen = {}
    for channel in channels:
        key = sealing_key(keyring, channel, now)
        chosen[channel] = {
            "suite": key.suite,
            "epoch": key.epoch,
            "epochStart": key.epoch_start,
            "keys": [public.hex() for public in key.keys],
            "warnings": list(warnings(keyring, channel, now)),
        }
    return {
        "version": keyring.version,
        "rootVersion": keyring.root_version,
        "signedAt": keyring.signed_at,
        "expires": keyring.expires,
        "development": keyring.development,
        "addresses": list(keyring.addresses),
        "smsNumbers": list(keyring.sms_numbers),
        "chosen": chosen,
        "holders": [[holder.id, holder.key.hex()] for holder in keyring.holders],
        "epochs": [epoch.number for epoch in keyring.epochs],
        "bundle": keyrings.write_bundle(keyring.files).hex(),
    }


def question(
    root: bytes,
    files: dict[str, bytes],
    now: int,
    current: dict[str, bytes] | None = None,
    *,
    channels: Sequence[str] = CHANNELS,
) -> dict[str, Any]:
    asked = {
        "ask": "keyring",
        "pinnedRoot": root.hex(),
        "bundle": keyrings.write_bundle(files).hex(),
        "channels": channels,
        "now": now,
    }
    if current is not None:
        asked["current"] = keyrings.write_bundle(current).hex()
    return asked


@pytest.mark.parametrize("dual", [False, True])
def test_javascript_reads_the_keyrings_of_tests(dual: bool) -> None:
    coalition = make_coalition(epochs=4, fallback=True, dual=dual, officers=5, threshold=3)
    later = coalition.next(now=NOW + DAY, addresses=["https://a.example", "http://b.onion"])
    times = [NOW + days * DAY for days in (-4000, -1, 0, 3, 10, 27, 40, 364, 500, 4000)]
    questions = [
        question(coalition.root, coalition.files, NOW),
        *(question(coalition.root, later.files, now, coalition.files) for now in times),
    ]
    first, *others = ask(questions)
    assert first == tell(coalition.keyring, NOW)
    successor = keyrings.successor(coalition.keyring, later.files)
    for now, told in zip(times, others, strict=True):
        assert told == tell(successor, now)


def test_javascript_reads_the_keyholders_keyring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = DeskForTests(tmp_path / "home", capsys)
    desk.done("init")
    desk.done("coalition", "create", "--address", "https://reports.example")
    made = []
    for words in (
        ("epoch", "new", "--alone"),
        ("epoch", "new", "--alone"),
        ("epoch", "new", "--alone", "--fallback"),
    ):
        desk.done(*words)
        made.append(dict(read_held(desk.home).keyring.files))
    root = desk.home.root.read_bytes()
    keyring = keyrings.first(root, made[0])
    questions = [question(root, made[0], desk.now)]
    told = [tell(keyring, desk.now)]
    for before, after in pairwise(made):
        keyring = keyrings.successor(keyring, after)
        questions.append(question(root, after, desk.now, before))
        told.append(tell(keyring, desk.now))
    assert ask(questions) == told


def test_javascript_reads_what_officers_signed_together() -> None:
    """Two of three sign; one of them goes and another comes; two of the new three sign."""
    held = found()
    root = held.root
    keys = [public_key(seed) for seed in (*SEEDS_OF_OFFICERS[:2], STRANGER)]
    next_root = lay_out_root(2, keys, 2, 2, LATER, False)
    one = propose(held, alter(held), SEEDS_OF_OFFICERS[0], LATER, next_root)
    two = add_signatures(held, one, SEEDS_OF_OFFICERS[1])
    rotated = hold(two, held)
    lone = change(rotated, addresses=["https://other.example"])
    after = add_signatures(rotated, lone, STRANGER)
    removed = sign_as(lone.keyring.files, SEEDS_OF_OFFICERS[2], "3.targets.json")
    first, second = (dict(one.keyring.files) for one in (held, rotated))
    questions = [
        question(root, first, LATER, channels=()),
        question(root, second, LATER, first, channels=()),
        question(root, dict(after.keyring.files), LATER, second, channels=()),
        question(root, dict(after.keyring.files), LATER, channels=()),
        question(root, dict(one.keyring.files), LATER, first, channels=()),
        question(root, dict(lone.keyring.files), LATER, second, channels=()),
        question(root, removed, LATER, second, channels=()),
    ]
    assert ask(questions) == [
        *(tell(keyring, LATER, ()) for keyring in (held.keyring, rotated.keyring)),
        tell(after.keyring, LATER, ()),
        tell(after.keyring, LATER, ()),
        {"code": "keyring-root-signatures"},
        {"code": "keyring-signatures"},
        {"code": "keyring-signatures"},
    ]


def sign_as(files: Mapping[str, bytes], seed: bytes, name: str) -> dict[str, bytes]:
    """The files with one more signature on one of them, whoever's it is."""
    metadata: Metadata[Any] = Metadata.from_bytes(files[name])
    metadata.sign(tuf_signer(seed), append=True)
    return {**files, name: metadata.to_bytes()}


def test_both_say_the_same_of_broken_keyrings() -> None:
    """Officers publish something odd, well signed as far as it can be: one code, or one keyring."""
    seed = secrets.randbits(32)
    chance = random.Random(seed)
    made = [break_keyring(chance) for _ in range(MUTATIONS)]
    answers = ask([question(root, files, NOW, channels=["sms"]) for root, files in made])
    codes: dict[str, int] = {}
    for (root, files), answer in zip(made, answers, strict=True):
        try:
            expected = tell(keyrings.first(root, files), NOW, ["sms"])
        except KeyringError as error:
            expected = {"code": error.code}
        assert answer == expected, f"seed {seed}"
        code = expected.get("code", "open")
        codes[code] = codes.get(code, 0) + 1
    print(f"seed {seed}: {codes}")
    assert len(codes) > 4


def break_keyring(chance: random.Random) -> tuple[bytes, dict[str, bytes]]:
    """A pinned root and a keyring's files, one of which was changed in one place."""
    root, files = root_bytes(), publish(1)
    name = chance.choice(["1.root.json", "1.targets.json", "1.snapshot.json", "timestamp.json"])
    path = chance.choice(["reporter.json", "holders.json"])
    if chance.random() < 0.5:
        return root, _republish(files, path, chance)
    try:
        files[name] = sign_raw(files[name], lambda signed: _mutate(signed, chance))
    except FormatError:  # a fraction cannot be signed
        fields = json.loads(files[name])
        _mutate(fields, chance)
        files[name] = json.dumps(fields).encode()
    return (files[name] if name == "1.root.json" else root), files


def _republish(files: dict[str, bytes], path: str, chance: random.Random) -> dict[str, bytes]:
    (old,) = [name for name in files if name.endswith(f".{path}")]
    fields = json.loads(files[old])
    _mutate(fields, chance)
    contents = {path: json.dumps(fields).encode()}
    for other in ("reporter.json", "holders.json"):
        for name in files:
            if other != path and name.endswith(f".{other}"):
                contents[other] = files[name]
    kept = {name: data for name, data in files.items() if name != old}

    def list_it(signed: dict[str, Any]) -> None:
        data = contents[path]
        digest = name_target(path, data).partition(".")[0]
        signed["targets"][path] = {"length": len(data), "hashes": {"sha256": digest}}

    targets = sign_raw(files["1.targets.json"], list_it)
    return {**kept, "1.targets.json": targets, name_target(path, contents[path]): contents[path]}


def _mutate(value: Any, chance: random.Random) -> None:
    """Change one place: a value becomes another one, goes, or comes twice."""
    holder, key = chance.choice(list(_walk(value)))
    way = chance.random()
    if way < 0.2:
        del holder[key]
    elif way < 0.3 and isinstance(holder, list):
        holder.append(holder[key])
    elif way < 0.4 and isinstance(holder[key], int) and not isinstance(holder[key], bool):
        holder[key] += chance.choice([-1, 1, 7 * DAY])
    else:
        holder[key] = chance.choice(STRANGE)


def _walk(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside a value: what holds it, and by which name or index."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inside:
        yield value, key
        if isinstance(one, (dict, list)):
            yield from _walk(one)
