"""A link to a GSM modem, through `gammu`.

A text stays on the SIM until it is sealed and committed, and is deleted then: a SIM holds few, and
a full one refuses the next. Parts of a long text are taken one by one; none waits for the others.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import gammu

from sms.contract import ProviderSetup, SmsIn
from sms.links.modem_texts import Entry, is_report, is_text, read_entry
from sms.links.running import Take

WAIT_SECONDS = 30.0
"""Before a modem that is gone is looked for again."""
NEARLY_FULL = 0.8

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModemAccess:
    """connection and model: as gammu names them ("at115200", "" to find out); device: its file.

    poll_seconds: between two looks at the SIM.
    """

    device: str
    connection: str = "at115200"
    model: str = ""
    poll_seconds: float = 5.0


class ModemLink:
    """See running.Link. number: our own, as the settings of its country and language name it."""

    name = "modem"
    replies = False

    def __init__(self, access: ModemAccess, setup: ProviderSetup, *, number: str = "") -> None:
        self.setup = setup
        self._access = access
        self._number = number
        self._key = os.urandom(32)

    def run(self, take: Take, stop: threading.Event) -> None:
        """See running.Link."""
        # gammu writes what it reads to its debug log, which is off unless somebody turned it on.
        gammu.SetDebugFile(None)
        gammu.SetDebugLevel("nothing")
        while not stop.is_set():
            try:
                self._serve(take, stop)
            except gammu.GSMError as error:
                _log.warning("code=link-lost kind=modem type=%s", type(error).__name__)
                stop.wait(WAIT_SECONDS)

    def _serve(self, take: Take, stop: threading.Event) -> None:
        modem = self._open()
        _log.info("code=link-bound kind=modem")
        try:
            while not stop.is_set():
                empty_modem(modem, self._read, take, stop)
                _warn_if_full(modem)
                stop.wait(self._access.poll_seconds)
        finally:
            with suppress(gammu.GSMError):
                modem.Terminate()

    def _read(self, entry: Entry) -> SmsIn:
        return read_entry(entry, number=self._number, key=self._key)

    def _open(self) -> gammu.StateMachine:
        modem = gammu.StateMachine()
        settings = {
            "Device": self._access.device,
            "Connection": self._access.connection,
            "Model": self._access.model,
            "DebugLevel": "nothing",
            "DebugFile": "",
            "UseGlobalDebugFile": False,
            "SyncTime": False,
            "LockDevice": False,
            "StartInfo": False,
        }
        modem.SetConfig(0, settings)
        modem.Init()
        return modem


def empty_modem(
    modem: gammu.StateMachine,
    read: Callable[[Entry], SmsIn],
    take: Take,
    stop: threading.Event,
) -> None:
    """Take every text that the modem has, and delete each that is committed. GSMError."""
    # All places first: some modems lose theirs when one is deleted in between.
    for entry in list(_list_entries(modem)):
        if stop.is_set():
            return
        if is_report(entry) or (is_text(entry) and take(read(entry))):
            with suppress(gammu.ERR_EMPTY):  # gone already, by somebody else's hand
                modem.DeleteSMS(Folder=0, Location=entry["Location"])


def _list_entries(modem: gammu.StateMachine) -> Iterator[Entry]:
    found = _find_next(modem, Start=True)
    while found:
        yield from found
        found = _find_next(modem, Location=found[-1]["Location"])


def _find_next(modem: gammu.StateMachine, **where: int) -> list[Entry]:
    try:
        return list(modem.GetNextSMS(Folder=0, **where))
    except gammu.ERR_EMPTY:
        return []


def _warn_if_full(modem: gammu.StateMachine) -> None:
    """What cannot be committed stays on the SIM, until no further text comes in."""
    status = modem.GetSMSStatus()
    count = status["SIMUsed"]
    if count >= NEARLY_FULL * status["SIMSize"] > 0:
        _log.warning("code=modem-nearly-full count=%d", count)
