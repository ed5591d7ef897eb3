"""What a workbench does beside answering: it looks whether anything came into its home, and fetches
what is new when somebody asks for it. Of its own accord it fetches nothing."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from crypto.errors import CryptoError
from keyholder.collection import extend
from keyholder.commands.arrivals import Arrivals, Watched, watch_home
from keyholder.commands.fetching import Order, fetch
from keyholder.commands.session import Session
from keyholder.errors import HomeError, KeyholderError, describe_fault
from keyholder.workbench.news import Fetching
from keyholder.workbench.sitting import Sitting

LOOK = 1.0  # seconds between two looks at the home


def attend(
    sitting: Sitting, session: Session, arrivals: Arrivals, make_order: Callable[[], Order]
) -> None:
    """Until it is locked. What goes wrong is told on the page, and tried again when asked."""
    with watch_home(session) as home:
        while not sitting.locked.is_set():
            asked = sitting.wait_for_wish(LOOK)
            try:
                if asked:
                    _fetch(sitting, arrivals, home, make_order())
                elif home.has_come():
                    _take_up(sitting, arrivals, home)
            except (KeyholderError, CryptoError) as error:
                home.forget()
                sitting.fetching = _fail(error.code, str(error))
            except sqlite3.Error:
                home.forget()
                spoiled = HomeError("home-unwritable")
                sitting.fetching = _fail(spoiled.code, str(spoiled))
            except Exception as error:  # noqa: BLE001 - a traceback may repeat what came in
                sitting.fetching = _fail("failed", describe_fault(error))


def _fetch(sitting: Sitting, arrivals: Arrivals, home: Watched, order: Order) -> None:
    arrivals.check_vault()

    def tell(fetching: Fetching) -> None:
        sitting.fetching = fetching

    found = fetch(order, sitting.locked.is_set, tell)
    if found is None:
        return
    try:
        _take_up(sitting, arrivals, home)
    except (KeyholderError, CryptoError) as error:
        home.forget()
        found = replace(found, code=error.code, lines=(*found.lines, (str(error), True)))
    sitting.fetching = found  # last: who sees that it ended sees what it brought


def _take_up(sitting: Sitting, arrivals: Arrivals, home: Watched) -> None:
    sitting.shelf = arrivals.find_shelf()  # what was purged meanwhile is shown no more
    fresh = arrivals.take_up(home.database, sitting.locked.is_set)
    if sitting.locked.is_set():
        return
    if fresh is None:
        sitting.hear(lambda shown: arrivals.annotate(shown.reports))
        return
    collection = extend(sitting.standing.collection, fresh.reports, arrivals.cut)
    sitting.renew(
        collection,
        lambda shown: arrivals.annotate(shown.reports),
        arrivals.list_unopened(),
        fresh.records,
    )


def _fail(code: str, told: str) -> Fetching:
    return Fetching(running=False, code=code, lines=((told, True),))
