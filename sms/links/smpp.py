"""A link to an SMSC over SMPP 3.4, as its ESME.

Each message is sealed and committed before it is answered: while it is not, the SMSC has it. One
message at a time, so at a crash one at most is committed and not answered.
"""

import logging
import random
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from smpplib import command_codes, consts
from smpplib.exceptions import ConnectionError as ConnectionLost
from smpplib.exceptions import PDUError, UnknownCommandError

from sms.contract import ProviderSetup
from sms.links.repeats import Repeats
from sms.links.running import Take
from sms.links.short_messages import DATA_SM, DELIVER_SM, read_short_message
from sms.links.smpp_session import Frame, Session
from sms.links.smpp_texts import is_receipt, name_content, read_text
from sms.user_data import Alphabet

CONNECT_SECONDS = 10.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0
"""Between two attempts to connect; doubled each time, and between a half and the whole of it."""
LOST = (ConnectionLost, OSError)

_log = logging.getLogger(__name__)
_ANSWERS = {DELIVER_SM: "deliver_sm_resp", DATA_SM: "data_sm_resp"}


@dataclass(frozen=True, slots=True)
class SmscAccess:
    """How to bind to an SMSC.

    system_id: at most 15 characters, password: at most 8 (SMPP 3.4). receive_only: bind as a
    receiver, where the operator allows no transceiver. alphabet: what it means by data_coding 0.
    enquire_seconds: of silence, before we ask whether it is still there.
    """

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    receive_only: bool = False
    tls: ssl.SSLContext | None = None
    alphabet: Alphabet = Alphabet.GSM
    enquire_seconds: float = 30.0


class SmppLink:
    """See running.Link."""

    name = "smpp"
    replies = False

    def __init__(
        self,
        access: SmscAccess,
        setup: ProviderSetup,
        *,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.setup = setup
        self._access = access
        self._timer = timer
        self._repeats = Repeats(clock=clock, timer=timer)

    def run(self, take: Take, stop: threading.Event) -> None:
        """See running.Link."""
        wait = FIRST_WAIT_SECONDS
        while not stop.is_set():
            session = self._open()
            try:
                self._bind(session)
                _log.info("code=link-bound kind=smpp")
                wait = FIRST_WAIT_SECONDS
                self._serve(session, take, stop)
            except PDUError as error:
                status = error.args[1] if len(error.args) > 1 else 0
                _log.warning("code=link-refused kind=smpp status=%d", status)
            except LOST as error:
                _log.warning("code=link-lost kind=smpp type=%s", type(error).__name__)
            finally:
                session.close()
            stop.wait(wait * random.uniform(0.5, 1.0))  # noqa: S311 -- no secret
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _open(self) -> Session:
        access = self._access
        return Session(access.host, access.port, tls=access.tls, seconds=CONNECT_SECONDS)

    def _bind(self, session: Session) -> None:
        session.connect()
        bind = session.bind_receiver if self._access.receive_only else session.bind_transceiver
        bind(
            system_id=self._access.system_id,
            password=self._access.password,
            system_type=self._access.system_type,
        )

    def _serve(self, session: Session, take: Take, stop: threading.Event) -> None:
        heard = self._timer()
        asked = False
        while not stop.is_set():
            frame = session.read_frame()
            if frame is not None:
                asked = False
                if not self._answer(session, frame, take):
                    return
                heard = self._timer()
            elif self._timer() - heard > self._access.enquire_seconds:
                if asked:
                    raise ConnectionLost
                session.ask("enquire_link")
                asked, heard = True, self._timer()
        session.ask("unbind")

    def _answer(self, session: Session, frame: Frame, take: Take) -> bool:
        """False: the SMSC has ended the session."""
        if frame.command in _ANSWERS:
            status = self._take(frame, take)
            session.answer(_ANSWERS[frame.command], frame, status)
            return True
        name = _find_name(frame.command)
        if name == "enquire_link":
            session.answer("enquire_link_resp", frame)
        elif name == "unbind":
            session.answer("unbind_resp", frame)
            return False
        elif not frame.command & 0x8000_0000 and name != "alert_notification":
            session.answer("generic_nack", frame, consts.SMPP_ESME_RINVCMDID)
        return True

    def _take(self, frame: Frame, take: Take) -> int:
        """The status of the answer: that we have it, or that it must come again."""
        message = read_short_message(frame.command, frame.body)
        if is_receipt(message):
            return int(consts.SMPP_ESME_ROK)
        content = name_content(message)
        names = self._repeats.name(content)
        sms = read_text(message, names, default=self._access.alphabet)
        if not take(sms):
            return int(consts.SMPP_ESME_RX_T_APPN)
        self._repeats.answer(content)
        return int(consts.SMPP_ESME_ROK)


def _find_name(command: int) -> str:
    try:
        return str(command_codes.get_command_name(command))
    except UnknownCommandError:
        return ""
