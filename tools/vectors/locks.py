"""Vectors of locks, of sealing, and of leaves."""

from collections.abc import Iterator

from crypto.envelope import Header, Suite
from crypto.leaves import envelope_leaf
from tools.vectors.case import Case
from tools.vectors.keys import EPOCH, REPORT_ID, SEEDS, WRONG_SEED, make_seed, public_key


def make_locks() -> Iterator[Case]:
    """Kind `lock`: a seed, and the public key (payload) that the keyring has for it."""
    for suite in Suite:
        for lock in suite.locks:
            name = f"lock-{suite:02x}-{lock.lower()}"
            fields = [("suite", str(int(suite))), ("lock", lock), ("seed", SEEDS[lock].hex())]
            public = public_key(suite, lock)
            yield Case(name, "open", "the key that this seed gives", "lock", fields, public)
            wrong = [*fields[:2], ("seed", WRONG_SEED.hex())]
            yield Case(
                f"{name}-other", "lock-mismatch", "the seed of another lock", "lock", wrong, public
            )
    public = public_key(Suite.SEALED_BOX, "A")
    seed = ("seed", SEEDS["A"].hex())
    yield Case(
        "lock-01-as-11",
        "lock-mismatch",
        "the same seed gives each suite another key",
        "lock",
        [("suite", "17"), ("lock", "A"), seed],
        public,
    )
    yield Case(
        "lock-01-b",
        "lock-unknown",
        "a single suite has no lock B",
        "lock",
        [("suite", "1"), ("lock", "B"), seed],
        public,
    )
    yield Case(
        "lock-seed-short",
        "seed-length",
        "a seed of 31 bytes",
        "lock",
        [("suite", "1"), ("lock", "A"), ("seed", SEEDS["A"][:31].hex())],
        public,
    )


def make_sealings() -> Iterator[Case]:
    """Kind `sealing`: seal the payload, then open it again; or be refused."""
    for suite in Suite:
        yield _sealing(f"{suite:02x}", "open", "a round trip", suite, b"hello")
    for suite in (Suite.SEALED_BOX, Suite.DUAL_SEALED_BOX):
        yield _sealing(f"{suite:02x}-sms", "open", "a round trip", suite, b"hello", padded="sms")
    single = Suite.SEALED_BOX
    yield _sealing(
        "01-too-long",
        "envelope-content-too-long",
        "502 bytes for P 512",
        single,
        b"x" * 502,
        padded="512",
    )
    yield _sealing(
        "11-sms-too-long",
        "envelope-content-too-long",
        "more than fifteen texts hold",
        Suite.DUAL_SEALED_BOX,
        b"x" * 1600,
        padded="sms",
    )
    yield _sealing("01-padded", "envelope-padded-length", "P 513", single, b"hello", padded="513")
    yield _sealing(
        "11-padded",
        "envelope-padded-length",
        "P 67 is for suite 01",
        Suite.DUAL_SEALED_BOX,
        b"",
        padded="67",
    )
    yield _sealing(
        "02-sms",
        "envelope-suite-not-for-sms",
        "hybrid boxes are too long",
        Suite.HYBRID,
        b"",
        padded="sms",
    )
    yield _sealing(
        "report-id", "envelope-report-id", "7 bytes", single, b"hello", report_id=REPORT_ID[:7]
    )
    zero = {"A": bytes(32), "B": bytes(32)}
    hybrid = public_key(Suite.HYBRID, "A")
    bad: list[tuple[str, str, Suite, dict[str, bytes]]] = [
        ("01-low-order", "a low-order key", single, zero),
        ("01-short-key", "31 bytes", single, {"A": bytes(31)}),
        (
            "02-low-order",
            "the X25519 half is of low order",
            Suite.HYBRID,
            {"A": hybrid[:1184] + bytes(32)},
        ),
        (
            "02-short-key",
            "an X25519 key for a hybrid suite",
            Suite.HYBRID,
            {"A": public_key(single, "A")},
        ),
        (
            "02-mlkem",
            "the ML-KEM half is not in its canonical form",
            Suite.HYBRID,
            {"A": b"\xff" * 1184 + hybrid[1184:]},
        ),
        (
            "11-one-key",
            "one key for two locks",
            Suite.DUAL_SEALED_BOX,
            {"A": public_key(Suite.DUAL_SEALED_BOX, "A")},
        ),
    ]
    for name, comment, suite, keys in bad:
        yield _sealing(f"key-{name}", "envelope-sealing-key", comment, suite, b"hello", keys=keys)


def _sealing(
    name: str,
    expect: str,
    comment: str,
    suite: Suite,
    content: bytes,
    *,
    padded: str = "",
    report_id: bytes = REPORT_ID,
    keys: dict[str, bytes] | None = None,
) -> Case:
    used = keys or {lock: public_key(suite, lock) for lock in suite.locks}
    fields = [
        ("suite", str(int(suite))),
        ("epoch", str(EPOCH)),
        *((f"key {lock}", key.hex()) for lock, key in used.items()),
        *((f"seed {lock}", SEEDS[lock].hex()) for lock in suite.locks if keys is None),
        ("report id", report_id.hex()),
        *([("padded", padded)] if padded else []),
    ]
    return Case(f"sealing-{name}", expect, comment, "sealing", fields, content)


def make_leaves() -> Iterator[Case]:
    """Kind `leaf`: the 39 bytes that the log has of an envelope."""
    identity = make_seed("an envelope's id")
    for suite, size_class in (
        (Suite.SEALED_BOX, 17),
        (Suite.HYBRID, 3),
        (Suite.DUAL_SEALED_BOX, 31),
    ):
        leaf = envelope_leaf(Header(suite, 513, size_class), 20700, identity)
        fields = [
            ("suite", str(int(suite))),
            ("epoch", "513"),
            ("size class", str(size_class)),
            ("day", "20700"),
            ("id", identity.hex()),
        ]
        yield Case(f"leaf-{suite:02x}", "open", "every field", "leaf", fields, leaf)
    good = envelope_leaf(Header(Suite.SEALED_BOX, 513, 0), 20700, identity)
    cases = [
        ("short", good[:-1], "38 bytes"),
        ("long", good + b"\x00", "40 bytes"),
        ("type", b"\x02" + good[1:], "type 02 is not an envelope"),
        ("suite", good[:1] + b"\x03" + good[2:], "a suite that does not exist"),
        ("class", good[:4] + b"\x04" + good[5:], "a size class that does not exist"),
        (
            "class-of-suite",
            good[:1] + b"\x11" + good[2:4] + b"\x11" + good[5:],
            "suite 11 in one text",
        ),
    ]
    for name, leaf, comment in cases:
        yield Case(f"leaf-bad-{name}", "leaf-invalid", comment, "leaf", (), leaf)
