"""A keyholder's home with a coalition and many envelopes, made for measuring."""

import random
import time
from collections.abc import Sequence
from pathlib import Path

from crypto.choosing import sealing_key
from crypto.envelope import Kind, day_of, envelope_id, read_header
from crypto.leaves import envelope_leaf
from crypto.passphrase import Cost
from crypto.sealing import new_report_id, seal
from keyholder.command import run
from keyholder.commands.session import Surroundings
from keyholder.envelopes import add, open_envelopes
from keyholder.held import read_held
from keyholder.home import Home
from keyholder.sequence import Item
from reports.codec import encode
from reports.report import Report

PASSPHRASE = "a passphrase for measuring"
SEALED_TEXTS = ("app-sms",)
"""Suite 01 alone: libsodium's sealed box."""
ALL_WAYS = ("app", "web", "app-sms", "sms", "ussd")
"""As a keyring has it by default: suite 02 for all but sealed texts."""
_PLACES = ("Sagaing township", "Monywa", "Hpakant", "Zahedan", "Omdurman", "Gonder", "Quetta")
_TEXTS = (
    ("en", "No internet since this morning, shops closed, calls work"),
    ("my", "အင်တာနက် မနက်ကတည်းက ပြတ်နေတယ် ဖုန်းခေါ်လို့ရတယ်"),
    ("fa", "از امروز صبح اینترنت قطع است و تلفن کار می‌کند"),
    ("ar", "الإنترنت مقطوع منذ الصباح والمكالمات تعمل"),
    ("am", "ከጠዋት ጀምሮ ኢንተርኔት የለም ስልክ ግን ይሰራል"),
)


def make_home(folder: Path, count: int, channels: Sequence[str]) -> Home:
    """A home under `folder`, its passphrase in the file `words`, and `count` envelopes with reports
    of 72 hours, each by one of `channels`."""
    words = folder / "words"
    words.write_text(PASSPHRASE, encoding="utf-8")
    surroundings = Surroundings(time.time, time.sleep, str, bool, {}, Cost(1, 8))
    options = ["--home", str(folder / "home"), "--passphrase-file", str(words)]
    for command in (["init"], ["coalition", "create"], ["epoch", "new", "--alone"]):
        if run([*options, *command], surroundings) != 0:
            raise RuntimeError("the coalition was not made")
    home = Home(folder / "home")
    now = int(time.time())
    keyring = read_held(home).keyring
    keys = {channel: sealing_key(keyring, channel, now) for channel in channels}
    rng = random.Random(1)
    with open_envelopes(home) as database:
        items = []
        for place in range(count):
            channel = rng.choice(channels)
            key = keys[channel]
            content = encode(_make_report(rng, channel, now, place), key.epoch_start)
            body = seal(key, Kind.REPORT, new_report_id(), content)
            leaf = envelope_leaf(read_header(body), day_of(now), envelope_id(body))
            items.append(Item(place, leaf, body))
        add(database, items)
    return home


def _make_report(rng: random.Random, channel: str, now: int, number: int) -> Report:
    cc = rng.choice(["MM", "MM", "MM", "IR", "ET", "SD", "PK", "IN"])
    lang, text = rng.choice(_TEXTS)
    report: Report = {
        "chan": channel,
        "cc": cc,
        "region": f"{cc}-{rng.randrange(1, 20):02}",
        "area": rng.choice(_PLACES),
        "op": [rng.choice(["41401", "41406", "43211", "63601"])],
        "net": {"data": rng.choice(["down", "down", "slow"]), "sms": rng.choice(["ok", "down"])},
        "kind": ["full"],
        "since": now - now % 900 - 900 * rng.randrange(288),
        "since_precision": "hour",
        "status": rng.choice(["ongoing", "ended"]),
        "obs": now - now % 900 - 900 * rng.randrange(96),
        "lang": lang,
        "text": f"{text} {number}",
    }
    if channel == "sms":
        report |= {"recv": report["obs"], "tag": rng.randbytes(16), "auth": "checked"}
        report |= {"raw": f"NET {cc} D3 S1 {text} {number}", "parsed": ["net", "cc"]}
    return report
