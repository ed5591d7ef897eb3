"""The contract between the gateway and its providers: plain values, and one small protocol.

A provider is a pure function in both directions: a raw request becomes an `Incoming`, and an
`Outcome` becomes the provider's own reply. No I/O, no logging, no clock, no other provider.
Whatever a person wrote is hidden from `repr`, so that no traceback shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

MAX_BODY = 65_536
"""Bytes of a webhook's body. The longest text of 10 SMS takes under 10,000 in a form."""


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A webhook as it came.

    url: the configured public address, then path and query as they arrived.
    headers: names in lower case; a name sent twice has both values, joined by ", ".
    body: at most MAX_BODY bytes. tail: the path after the secret, without its slash.
    now: when it came, in Unix seconds of the gateway's clock; no text may be lost for it.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    tail: str = field(default="", repr=False)
    now: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """What a dialled code or an own number stands for.

    country: ISO 3166-1 alpha-2, or None. languages: the first is shown first; `0` goes to the next.
    """

    country: str | None = None
    languages: tuple[str, ...] = ("en", "fr")


@dataclass(frozen=True, slots=True)
class ProviderSetup:
    """One account at one provider.

    name: the provider's. secret: the secret part of the path (16 or more of A-Z a-z 0-9 - _).
    token: what the provider signs with, if it signs. line: the default; lines: own number or
    dialled code, exactly as the provider writes it, to its Line. replies: whether a text may be
    answered at all over this account. account: the account's id at the provider, where the
    provider's copy of each text is to be deleted (sms/deletions.py).
    """

    name: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    line: Line = Line()
    lines: Mapping[str, Line] = field(default_factory=dict, repr=False)
    replies: bool = True
    account: str | None = None

    def line_of(self, code: str) -> Line:
        """The Line of a dialled code or own number."""
        return self.lines.get(code, self.line)


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a long plain text that the provider did not join.

    group: the carrier's reference, as text; number: 1..total.
    """

    group: str = field(repr=False)
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class SmsIn:
    """A text message.

    message_id: the provider's own, the same at every retry. text: as it came, never trimmed.
    authentic: the provider's signature was checked. opted_out: the provider blocks our reply.
    media: media types of attachments ("image/jpeg"), whose content is never fetched.
    report_name: what the report's id is made from, where that is not the message id: an id that
    dies with this process says nothing on a disk, and one that lasts may stand inside the seal.
    """

    message_id: str = field(repr=False)
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    authentic: bool
    opted_out: bool = False
    media: tuple[str, ...] = ()
    segment: Segment | None = None
    report_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UssdTurn:
    """One request of a USSD session.

    typed: with `whole`, all that was typed in this session so far, joined by `*` (empty at first).
    Without it, the latest answer alone, and None at the start; the gateway then remembers the
    earlier ones. number: this turn's place in its session, the same when the provider tries again;
    None where it does not say, and then the same answer again is the next answer.
    echo: what the provider's reply must give back.
    """

    session_id: str = field(repr=False)
    sender: str = field(repr=False)
    code: str
    typed: str | None = field(repr=False)
    authentic: bool
    whole: bool = True
    number: int | None = None
    echo: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class UssdEnd:
    """The provider says that a session is over. What it repeats of the session is dropped."""

    session_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ignored:
    """An authentic request that holds no text, such as a delivery report."""


Incoming = SmsIn | UssdTurn | UssdEnd | Ignored


@dataclass(frozen=True, slots=True)
class Taken:
    """A text is committed (now or earlier). reply: the text to send back, or None."""

    sms: SmsIn
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """What the handset shows next. ends: no further input."""

    turn: UssdTurn
    text: str
    ends: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """Nothing had to be kept. of: what came."""

    of: UssdEnd | Ignored = Ignored()


Outcome = Taken | Screen | Noted


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer in the provider's own form. headers: more of them, names in lower case."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Origin(Protocol):
    """What brought a text: a provider, or a link (sms/links/).

    name: message keys are made under it. replies: a text can be answered where it came from.
    """

    name: str
    replies: bool


class Provider(Origin, Protocol):
    """One kind of webhook of one provider.

    name: in lower case, part of the path. signed: its requests carry a signature, so a set-up
    needs a token. replies: `reply` can carry a text back to the sender of an SMS.
    tail: a regular expression of what may follow the secret in the path.
    methods: the HTTP methods that it calls with.
    """

    name: str
    signed: bool
    replies: bool
    tail: str
    methods: tuple[str, ...]

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:
        """Authenticate the raw bytes, then read them. WebhookError: webhook-signature,
        webhook-form, webhook-too-large, webhook-media-type."""
        ...

    def reply(self, outcome: Outcome) -> Reply:
        """The provider's own answer to what came of its request."""
        ...
