"""What one text costs the gateway: reading it and sealing it, in CPU."""

import gc
import time

from bench.figures import Figure
from crypto.choosing import sealing_key
from crypto.sealing import SealingKey
from reports.lexicon import load_lexicon
from sms.contract import Line, SmsIn
from sms.sealer import seal_text
from tests.coalition import make_coalition

ROUNDS = 300
LIMIT_MS = 1.0
ARRIVAL = 1_790_000_000
TEXTS = {
    "keywords": "NET MM13 D3 S1 V1 FULL 6H MPT",
    "a sentence of one SMS": (
        "no internet since yesterday evening in Goma and around, only calls work, Airtel and "
        "Vodacom both down, people say because of the election protests near us"
    )[:160],
    "Burmese, one SMS": "မနေ့ကတည်းက မြန်မာ ရန်ကုန်မှာ အင်တာနက် မရဘူး ဖုန်းလည်း မရ MPT D3 S1 V1"[:70],
    "1,600 characters of words": ("the network is slow and then it is gone again, " * 40)[:1600],
    "1,600 characters of keywords": ("D3 B3 MM FULL 6H MPT since yesterday " * 50)[:1600],
}


def measure() -> list[Figure]:
    """A row for each text and suite; the limit is a millisecond."""
    load_lexicon()
    gc.freeze()  # as heliograph/serve.py does once all is loaded
    keyring = make_coalition().keyring
    keys = {
        "02": sealing_key(keyring, "sms", ARRIVAL),
        "01": sealing_key(keyring, "app-sms", ARRIVAL),
    }
    return [
        Figure(f"{name}, suite {suite}", _cost(key, text), LIMIT_MS, most=True)
        for suite, key in keys.items()
        for name, text in TEXTS.items()
    ]


def _cost(key: SealingKey, text: str) -> float:
    """CPU milliseconds of reading and sealing, the best of three rounds."""
    sms = SmsIn("SM1", "+9990000001", "+9990000002", text, authentic=True)
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        for _ in range(ROUNDS):
            seal_text(
                key,
                sms,
                arrival=ARRIVAL,
                line=Line(),
                tag=b"12345678",
                ids=lambda _: b"12345678",
                group=b"12345678",
            )
        best = min(best, (time.process_time() - started) / ROUNDS * 1000)
    return best
