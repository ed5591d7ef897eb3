"""The real workbench over reports that are made here: a thread serves them on loopback."""

import asyncio
import queue
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from keyholder.collection import collect
from keyholder.opening import Opened
from keyholder.records.operations import Operation, Record
from keyholder.records.replay import Annotations
from keyholder.workbench.server import serve
from keyholder.workbench.sitting import Sitting
from keyholder.workbench.standing import Standing, settle
from reports.report import QUARTER, Report
from tests.keyholder.homes import EMPTY

DAY = 86_400  # seconds
START = 20_300  # days since 1970-01-01
HOLDER = "00112233445566ff"
NOW = 1_790_000_100  # Unix seconds
PLACES = ("MM-13", "MM-01", "IR-23", "SD-KH", "PK-KP", "IN-JK", "ET-TI", "UA-63", "VE-A", "RU-MOW")
TEXTS = ("No internet since 6 am", "Shops are closed", "الإنترنت مقطوع منذ الفجر", "အင်တာနက် မရ")


@contextmanager
def sitting_over(opened: Sequence[Opened], idle: float = 3_600) -> Iterator[tuple[Sitting, str]]:
    """The sitting, and its page's address with the token. idle: seconds until it locks."""
    sitting = make_sitting(opened, idle)
    sitting.take(settle(sitting.standing), [])  # the page is not to find incidents on their way
    ports: queue.Queue[int] = queue.Queue()
    thread = threading.Thread(target=lambda: asyncio.run(serve(sitting, ports.put)))
    thread.start()
    try:
        yield sitting, f"http://127.0.0.1:{ports.get(timeout=60)}/#{sitting.token}"
    finally:
        sitting.lock()
        thread.join()


def make_sitting(opened: Sequence[Opened], idle: float = 3_600) -> Sitting:
    """A sitting over these reports, whose deeds are kept by nobody else."""
    sitting = Sitting(HOLDER, idle, time.monotonic, keep)
    sitting.take(Standing(collect(opened), EMPTY), [])
    return sitting


def keep(before: Annotations, operations: Sequence[Operation]) -> tuple[Record, ...]:
    """Records of the deeds, with the next counters."""
    counter = max((one.record.counter for one in before.history), default=0) + 1
    return tuple(
        Record(HOLDER, number, START * DAY, one) for number, one in enumerate(operations, counter)
    )


def make_opened(number: int, seed: int = 1) -> list[Opened]:
    """So many reports of several shutdowns, by several channels; the same for a seed."""
    rng = random.Random(seed)
    return [open_as(place, _tell(rng), rng.randbytes(8)) for place in range(number)]


def open_as(place: int, report: Report, report_id: bytes | None = None) -> Opened:
    """One report as if it had been opened at that index of the service."""
    id = place.to_bytes(8, "big") if report_id is None else report_id
    day = int(report.get("obs", START * DAY)) // DAY
    return Opened(place, place.to_bytes(32, "big"), max(0, day), 1, 1, id, report)


def _tell(rng: random.Random) -> Report:
    region = rng.choice(PLACES)
    start = (START + 20 * PLACES.index(region) + rng.randrange(3)) * DAY
    report: dict[str, Any] = {
        "chan": rng.choice(("app", "web", "sms", "ussd")),
        "cc": region[:2],
        "region": region,
        "obs": start + rng.randrange(300) * QUARTER,
        "since": start,
        "since_precision": "day",
        "status": rng.choice(("ongoing", "ended")),
        "net": {"data": "down", "voice": rng.choice(("ok", "down"))},
        "kind": ["full"],
    }
    if rng.random() < 0.5:
        report["text"] = f"{rng.choice(TEXTS)} {rng.randrange(1000)}"
    return report
