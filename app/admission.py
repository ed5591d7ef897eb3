"""One shared transaction: what all the requests of a group commit want to keep.

The writer calls this between BEGIN and COMMIT. Checks come before writes, so that one request
cannot spoil the transaction of the others; parts, which are joined here, have a savepoint each.
"""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.databases import Database
from app.entries import Entry, make_entry
from app.limits import Limits
from app.memory import Memory
from app.parts import keep_part, make_room
from app.purges import delete_joined
from app.work import EntriesWork, Outcome, PartWork, SharedWork

Result = list[Outcome] | bool | Exception | None


def admit(
    connection: Connection,
    database: Database,
    works: Sequence[SharedWork],
    memory: Memory,
    limits: Limits,
) -> list[Result]:
    """Does the works in order. An exception in the list is that work's alone: nothing of it was
    kept.

    Something is written for every group. A commit that wrote nothing would sync nothing, and
    "known" would come sooner than "stored".
    """
    results: list[Result] = []
    batches: list[Sequence[Entry]] = []
    keys = [work.message_key for work in works if work.message_key is not None]
    seen = database.find_message_keys(connection, keys) if keys else set()
    fresh_keys: list[tuple[bytes, int]] = []
    for work in works:
        key = work.message_key
        if key is not None and key in seen:
            results.append(False if isinstance(work, PartWork) else None)
            batches.append(())
            continue
        if isinstance(work, PartWork):
            result, entries = _admit_part(connection, work, memory, limits)
        else:
            result, entries = [], work.entries
        results.append(result)
        batches.append(entries)
        if key is not None and not isinstance(result, Exception):
            seen.add(key)
            fresh_keys.append((key, work.day))

    alone = not keys and all(isinstance(work, EntriesWork) for work in works)
    outcomes = _insert(connection, database, memory, batches, alone=alone)
    if fresh_keys:
        database.insert_message_keys(connection, fresh_keys)
    return [
        outcome if isinstance(work, EntriesWork) and result is not None else result
        for work, result, outcome in zip(works, results, outcomes, strict=True)
    ]


def _admit_part(
    connection: Connection, part: PartWork, memory: Memory, limits: Limits
) -> tuple[Result, Sequence[Entry]]:
    make_room(connection, part, memory, limits)
    savepoint = connection.begin_nested()
    try:
        envelopes = keep_part(connection, part, memory, limits)
        memory.add_part_bytes(-delete_joined(connection, envelopes))
        entries = [make_entry(envelope, part.day) for envelope in envelopes]
    except DBAPIError:
        # The database's trouble is everybody's. The savepoint may be gone already (a full disk can
        # undo the whole transaction), so it is the writer that rolls back.
        raise
    except Exception as error:  # noqa: BLE001 -- whatever it was, it is this part's alone
        savepoint.rollback()
        memory.forget_parts()
        return error, ()
    savepoint.commit()
    return True, entries


def _insert(
    connection: Connection,
    database: Database,
    memory: Memory,
    batches: Sequence[Sequence[Entry]],
    *,
    alone: bool,
) -> list[list[Outcome]]:
    """Keeps what is new in the group, among the pending and in the log. Tells an outcome for each
    entry. `alone`: the transaction has nothing else to write.
    """
    fresh: list[Entry] = []
    outcomes = [memory.stage(entries, fresh) for entries in batches]
    logged = database.insert_new(connection, fresh, alone=alone)
    if logged:
        memory.unstage(logged)
        for entries, told in zip(batches, outcomes, strict=True):
            for place, entry in enumerate(entries):
                if entry.id in logged:
                    told[place] = "known"
    return outcomes
