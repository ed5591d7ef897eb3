"""Deleting what is over: message keys and slices of sealed SMS, by the day.

Uploads of blobs are only dated here: they are deleted in small steps (app/blobs.py).

The clock may be wrong by years, and then be put right (docs/adr/0015). A day is over only when the
clock walks to the next one. Where it jumps, nothing is deleted, and what is there is as of today.
"""

from sqlalchemy import Connection, delete, select, update

from app.limits import Limits
from app.tables import BlobUpload, MessageKey, SmsPart, State

MESSAGE_KEY = MessageKey.__table__  # type: ignore[attr-defined]  # SQLModel adds it
PART = SmsPart.__table__  # type: ignore[attr-defined]
UPLOAD = BlobUpload.__table__  # type: ignore[attr-defined]
STATE = State.__table__  # type: ignore[attr-defined]

MAX_STEP = 2
"""Days from one sweep to the next that count as walking; there is one a day."""


def sweep_days(connection: Connection, today: int, limits: Limits) -> None:
    """Deletes what is over at `today` (days since 1970-01-01), or takes note of a jump.

    A message key goes on its eighth day, when it is 7 to 8 times 24 hours old; a slice when it is
    more than 14.
    """
    last = connection.execute(select(STATE.c.swept_day)).scalar_one()
    connection.execute(update(STATE).values(swept_day=today))
    if last is None or abs(today - last) > MAX_STEP:
        for table in (MESSAGE_KEY, PART, UPLOAD):
            connection.execute(update(table).where(table.c.day != today).values(day=today))
    elif today >= last:
        over = MESSAGE_KEY.c.day <= today - limits.message_key_days
        connection.execute(delete(MESSAGE_KEY).where(over))
        connection.execute(delete(PART).where(PART.c.day < today - limits.part_days))
