"""The machine's clock, by what is at hand: no network is asked.

The service refuses and loses nothing for a wrong clock, but the days in the log and the epoch that
the gateway seals to come from it.
"""

import ctypes
import sys
from collections.abc import Iterator

from sqlalchemy import Connection, select

from app.auditing import LEAF, is_envelope
from crypto.envelope import day_of
from crypto.errors import CryptoError, EnvelopeError
from crypto.leaves import read_leaf
from heliograph.doctor.deployment import Deployment, NotReadable
from heliograph.doctor.findings import Finding, ok, warning, wrong

DAY = 86_400
TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
NEWEST = 256
"""Leaves whose days are looked at. They are sorted by id within a batch, so one is not enough."""
REMEDY = "Run a time service (chrony, systemd-timesyncd) and set the clock."


def judge_clock(
    now: int, *, signed_at: int | None, newest_day: int | None, newest_file: float | None
) -> Finding:
    """A verdict on a clock (Unix seconds) by the officers' signature, the newest leaf's day (days
    since 1970-01-01) and the newest write in the data folder (Unix seconds).
    """
    if signed_at is not None and now < signed_at - DAY:
        return wrong(
            "clock-behind",
            f"The clock is {_days(signed_at - now)} behind the day on which the keyring was "
            "signed.",
            REMEDY,
        )
    if newest_day is not None and newest_day > day_of(now) + 1:
        return wrong(
            "clock-before-log",
            f"The log has envelopes from {write_days(newest_day - day_of(now))} after this clock's "
            "today: it is wrong now, or was then.",
            REMEDY,
        )
    if newest_file is not None and newest_file > now + DAY:
        return warning(
            "clock-before-files",
            f"Files in the data folder were written {_days(int(newest_file) - now)} after this "
            "clock's now.",
            REMEDY,
        )
    return ok("The clock agrees with the keyring, the log and the files.")


def check_clock(deployment: Deployment) -> Iterator[Finding]:
    """The clock against what is here, and whether a time service keeps it."""
    yield judge_clock(
        deployment.now,
        signed_at=_find_signature(deployment),
        newest_day=_find_day(deployment),
        newest_file=_find_write(deployment),
    )
    if sys.platform == "linux":
        timex = ctypes.create_string_buffer(512)  # struct timex, all zero: only asks
        if ctypes.CDLL(None).adjtimex(timex) == TIME_ERROR:
            yield warning("clock-alone", "No time service keeps this machine's clock.", REMEDY)


def find_newest_day(connection: Connection) -> int | None:
    """The latest day among the newest leaves."""
    query = select(LEAF.c.leaf).order_by(LEAF.c.log_index.desc()).limit(NEWEST)
    days = []
    for leaf in connection.execute(query).scalars():
        if is_envelope(leaf):
            try:
                days.append(read_leaf(leaf).day)
            except EnvelopeError:  # the log's check tells of it
                continue
    return max(days, default=None)


def _find_signature(deployment: Deployment) -> int | None:
    try:
        return deployment.keyring.signed_at if deployment.keyring else None
    except (NotReadable, CryptoError):
        return None


def _find_day(deployment: Deployment) -> int | None:
    try:
        return deployment.read(find_newest_day)
    except NotReadable:
        return None


def _find_write(deployment: Deployment) -> float | None:
    try:
        files = deployment.settings.data_dir.iterdir()
        return max((path.stat().st_mtime for path in files if path.is_file()), default=None)
    except OSError:
        return None


def write_days(days: int) -> str:
    """So many days in words."""
    return "1 day" if days == 1 else f"{days:,} days"


def _days(seconds: int) -> str:
    return write_days(-(-seconds // DAY))
