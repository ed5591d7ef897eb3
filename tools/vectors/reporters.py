"""What the keyring vectors say: a small reporter.json, and the ways in which one may be wrong."""

from collections.abc import Iterator
from typing import Any

from crypto.envelope import Suite
from crypto.officers import public_key as request_key
from tests.coalition import DAY, write_json
from tools.vectors.case import swap
from tools.vectors.keys import make_seed, public_key

NOW = 1_790_000_000
WEEK = 7 * DAY


def make_epoch(number: int, start: int, end: int, **changes: Any) -> dict[str, Any]:
    """A small epoch: one channel, one suite."""
    key = public_key(Suite.SEALED_BOX, "A").hex()
    return {
        "epoch": number,
        "seal_from": start,
        "seal_until": end,
        "destroy_after": end + 90 * DAY,
        "fallback": False,
        "suites": {"sms": 1},
        "locks": {"A": {"01": key}},
        **changes,
    }


EPOCH_1 = make_epoch(1, NOW - DAY, NOW + 6 * DAY)
FALLBACK = make_epoch(2, NOW - DAY, NOW + 365 * DAY, fallback=True)
REPORTER: dict[str, Any] = {
    "format": "heliograph/keyring/v1",
    "signed_at": NOW,
    "addresses": ["https://reports.example"],
    "sms_numbers": ["+15550100001"],
    "ussd_codes": ["*384*1#"],
    "log_keys": [],
    "epochs": [EPOCH_1, FALLBACK],
}
HOLDER = {"id": make_seed("holder id").hex()[:16], "key": request_key(make_seed("holder")).hex()}
HOLDERS: dict[str, Any] = {"format": "heliograph/holders/v1", "holders": [HOLDER]}

Bad = tuple[str, str, str, bytes]


def make_bad_reporters() -> Iterator[Bad]:
    """Name, code, comment and bytes of reporter.json."""
    good = write_json(REPORTER)
    raw = [
        ("json", "json", "no JSON", b"{"),
        ("not-object", "field", "a list", b"[]"),
        (
            "not-ascii",
            "json",
            "a letter outside ASCII",
            swap(good, b"reports", "r\u00e9ports".encode()),
        ),
        (
            "escape",
            "json",
            "an escape that stands for a control character",
            swap(good, b"reports", b"\\u001b[31m"),
        ),
        ("tab", "json", "a tab between the values", swap(good, b",", b",\t")),
        (
            "twice",
            "json",
            "one name twice",
            swap(good, b'"signed_at":', b'"signed_at":1,"signed_at":'),
        ),
        ("float", "json", "a fraction", swap(good, b'"signed_at":1', b'"signed_at":1.5,"x":1')),
        ("exponent", "json", "an exponent", swap(good, b'"signed_at":1', b'"signed_at":1e9,"x":1')),
        ("negative", "json", "a negative number", swap(good, b'"signed_at":1', b'"signed_at":-1')),
        ("nan", "json", "no number", swap(good, b'"signed_at":1', b'"signed_at":NaN,"x":1')),
        (
            "huge",
            "json",
            "an integer that JavaScript does not keep exact",
            swap(good, b'"signed_at":1', b'"signed_at":' + b"9" * 17 + b',"x":1'),
        ),
    ]
    yield from raw
    for name, code, comment, changes in _changes():
        yield name, code, comment, write_json({**REPORTER, **changes})
    for name, code, comment, epoch in _bad_epochs():
        yield f"epoch-{name}", code, comment, write_json({**REPORTER, "epochs": [epoch]})


def _changes() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    yield "format", "format", "a format of the future", {"format": "heliograph/keyring/v2"}
    yield "signed-at-text", "field", "a time as text", {"signed_at": "1790000000"}
    yield "signed-at-true", "field", "true is not a number", {"signed_at": True}
    yield "signed-at-late", "field", "a time after the year 36812", {"signed_at": (1 << 40) + 1}
    yield (
        "addresses-text",
        "field",
        "a text in place of a list",
        {"addresses": "https://reports.example"},
    )
    yield "addresses-number", "field", "a number in a list of texts", {"addresses": [1]}
    yield "addresses-many", "field", "65 addresses", {"addresses": ["a"] * 65}
    yield "addresses-long", "field", "257 characters", {"addresses": ["a" * 257]}
    yield "addresses-empty", "field", "an empty text", {"sms_numbers": [""]}
    yield (
        "codes-escape",
        "json",
        "a code with an escape for a letter outside ASCII",
        {"ussd_codes": ["*\u0661#"]},
    )
    yield "epochs-many", "field", "129 epochs", {"epochs": [None] * 129}
    yield "epochs-null", "field", "null in place of a list", {"epochs": None}
    yield "epochs-twice", "epoch", "one number twice", {"epochs": [EPOCH_1, EPOCH_1]}


def _bad_epochs() -> Iterator[tuple[str, str, str, Any]]:
    key = EPOCH_1["locks"]["A"]["01"]
    dual = public_key(Suite.DUAL_SEALED_BOX, "A").hex()

    def changed(**changes: Any) -> dict[str, Any]:
        return {**EPOCH_1, **changes}

    yield "null", "field", "null", None
    yield "number", "field", "65536", changed(epoch=65536)
    yield "fallback", "field", "a number in place of true or false", changed(fallback=0)
    yield (
        "missing",
        "field",
        "a field is missing",
        {k: v for k, v in EPOCH_1.items() if k != "seal_until"},
    )
    yield "backwards", "epoch", "it ends before it begins", changed(seal_until=NOW - 2 * DAY)
    yield "destroyed", "epoch", "destroyed before it ends", changed(destroy_after=NOW)
    yield "suite", "field", "suite 3", changed(suites={"sms": 3})
    yield "suite-true", "field", "true is not suite 1", changed(suites={"sms": True})
    yield "channel", "field", "a channel in capitals", changed(suites={"SMS": 1})
    yield "channels", "field", "17 channels", changed(suites={"c" * n: 1 for n in range(1, 18)})
    yield "suites-list", "field", "a list of suites", changed(suites=[1])
    yield "app-sms", "epoch", "a hybrid suite for app-sms", changed(suites={"app-sms": 2})
    yield "no-lock", "epoch", "no lock", changed(locks={})
    yield "no-key", "epoch", "no key for the suite of a channel", changed(suites={"sms": 2})
    yield "lock-c", "epoch", "a lock C", changed(locks={"A": {"01": key}, "C": {"01": key}})
    yield (
        "lock-b",
        "epoch",
        "a lock B for a single suite",
        changed(locks={"A": {"01": key}, "B": {"01": key}}),
    )
    yield "lock-b-empty", "epoch", "an empty lock B", changed(locks={"A": {"01": key}, "B": {}})
    yield (
        "half-dual",
        "epoch",
        "lock A of a dual suite alone",
        changed(suites={"sms": 17}, locks={"A": {"11": dual}}),
    )
    yield (
        "mixed",
        "epoch",
        "a single and a dual suite",
        changed(locks={"A": {"01": key, "11": dual}, "B": {"11": dual}}),
    )
    yield (
        "key-suite",
        "epoch",
        "a suite that does not exist",
        changed(locks={"A": {"01": key, "03": key}}),
    )
    yield "key-short", "key", "31 bytes", changed(locks={"A": {"01": key[2:]}})
    yield "key-capitals", "key", "hex in capitals", changed(locks={"A": {"01": key.upper()}})
    yield "key-number", "key", "a number", changed(locks={"A": {"01": 7}})
    yield (
        "key-hybrid",
        "key",
        "an X25519 key for a hybrid suite",
        changed(locks={"A": {"01": key, "02": key}}),
    )


def make_bad_holders() -> Iterator[Bad]:
    """Name, code, comment and bytes of holders.json."""
    cases: list[tuple[str, str, str, Any]] = [
        ("format", "format", "reporter.json's format", {**HOLDERS, "format": REPORTER["format"]}),
        ("many", "field", "257 holders", {**HOLDERS, "holders": [HOLDER] * 257}),
        ("twice", "field", "one id twice", {**HOLDERS, "holders": [HOLDER, HOLDER]}),
        ("text", "field", "a text in place of a holder", {**HOLDERS, "holders": ["x"]}),
        ("id", "key", "an id of 15 digits", {**HOLDERS, "holders": [{**HOLDER, "id": "0" * 15}]}),
        ("key", "key", "a key of 31 bytes", {**HOLDERS, "holders": [{**HOLDER, "key": "00" * 31}]}),
        ("no-key", "key", "no key", {**HOLDERS, "holders": [{"id": HOLDER["id"]}]}),
    ]
    for name, code, comment, fields in cases:
        yield name, code, comment, write_json(fields)


def make_choices() -> Iterator[tuple[str, str, str, dict[str, Any], list[tuple[str, str]]]]:
    """Name, expectation, comment, reporter.json, and the choice: channel, time, epoch."""
    second = make_epoch(3, NOW + 5 * DAY, NOW + 12 * DAY)
    reporter = {**REPORTER, "epochs": [EPOCH_1, FALLBACK, second]}
    only_old = {**REPORTER, "epochs": [EPOCH_1, second]}
    gone = make_epoch(4, NOW - 400 * DAY, NOW - 200 * DAY, fallback=True)
    with_gone = {**REPORTER, "epochs": [gone, EPOCH_1]}
    dying = make_epoch(5, NOW - 9 * DAY, NOW - DAY, fallback=True, destroy_after=NOW + 10 * DAY)
    with_dying = {**REPORTER, "epochs": [dying, EPOCH_1]}
    cases = [
        ("dying-fallback", "a fallback destroyed since", with_dying, NOW + 20 * DAY, "1"),
        ("current", "the newest current epoch", reporter, NOW, "1"),
        ("overlap", "the newer of two current epochs", reporter, NOW + 5 * DAY, "3"),
        ("edge", "seal_until is not in the epoch any more", reporter, NOW + 6 * DAY, "3"),
        ("fallback", "no epoch but the fallback is current", reporter, NOW + 20 * DAY, "2"),
        ("slow-clock", "a clock before signed_at: signed_at counts", reporter, 0, "1"),
        ("late", "nothing is current: the fallback", reporter, NOW + 400 * DAY, "2"),
        (
            "late-no-fallback",
            "nothing is current, and there is no fallback",
            only_old,
            NOW + 20 * DAY,
            "3",
        ),
        (
            "dead-fallback",
            "a fallback that was destroyed before signed_at",
            with_gone,
            NOW + 20 * DAY,
            "1",
        ),
        (
            "fast-clock",
            "a clock years ahead: not the fallback that is surely destroyed",
            with_gone,
            NOW + 4000 * DAY,
            "1",
        ),
    ]
    for name, comment, fields, now, epoch in cases:
        yield (
            name,
            "open",
            comment,
            fields,
            [("channel", "sms"), ("now", str(now)), ("epoch", epoch)],
        )
    yield (
        "channel",
        "no-epoch",
        "no epoch names the channel",
        reporter,
        [("channel", "app"), ("now", str(NOW))],
    )
    empty = {**REPORTER, "epochs": []}
    yield (
        "no-epochs",
        "no-epoch",
        "no epochs at all",
        empty,
        [("channel", "sms"), ("now", str(NOW))],
    )
