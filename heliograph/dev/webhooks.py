"""What a provider would send us, and what its answer says: the real forms, the real signature.

Sources: Twilio "Twilio's request to your webhook" and "Validating requests"; Africa's Talking
"SMS notifications", "Handle USSD sessions", "USSD notifications". Pure: no I/O.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from heliograph.dev.providers import SMS_NUMBER
from heliograph.settings import ProviderSettings

NETWORK_CODE = "99999"  # Africa's Talking's own sandbox network


@dataclass(frozen=True, slots=True)
class Webhook:
    """One POST to the gateway. url: absolute, under the service's public address."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One USSD call. inputs: all that was typed after the code, in order."""

    number: str = field(repr=False)
    code: str
    session: str
    inputs: tuple[str, ...] = field(default=(), repr=False)

    @property
    def typed(self) -> str:
        """The answers as Africa's Talking joins them."""
        return "*".join(self.inputs)


def write_twilio_text(setup: ProviderSettings, public_url: str, number: str, text: str) -> Webhook:
    """A text as Twilio brings it, signed with the account's token by Twilio's own library."""
    if setup.auth_token is None:
        raise ValueError("Twilio signs with a token")
    message = f"SM{secrets.token_hex(16)}"
    fields = {
        "ToCountry": "US",
        "MessageSid": message,
        "SmsMessageSid": message,
        "SmsSid": message,
        "SmsStatus": "received",
        "AccountSid": f"AC{'0' * 32}",
        "From": number,
        "To": SMS_NUMBER,
        "Body": text,
        "NumMedia": "0",
        "NumSegments": "1",
        "FromCountry": "",
        "ApiVersion": "2010-04-01",
    }
    webhook = _post(setup, public_url, fields)
    validator = RequestValidator(setup.auth_token.get_secret_value())
    signature = validator.compute_signature(webhook.url, fields)
    return Webhook(webhook.url, {**webhook.headers, "x-twilio-signature": signature}, webhook.body)


def write_africas_talking_text(
    setup: ProviderSettings, public_url: str, number: str, text: str, now: int
) -> Webhook:
    """A text as Africa's Talking brings it. It signs nothing. `now` is Unix seconds."""
    fields = {
        "linkId": str(uuid.uuid4()),
        "text": text,
        "to": SMS_NUMBER,
        "id": str(uuid.uuid4()),
        "date": _date(now),
        "from": number,
        "networkCode": NETWORK_CODE,
    }
    return _post(setup, public_url, fields)


def write_turn(setup: ProviderSettings, public_url: str, call: Call) -> Webhook:
    """One step of a USSD session."""
    fields = {
        "phoneNumber": call.number,
        "serviceCode": call.code,
        "text": call.typed,
        "sessionId": call.session,
        "networkCode": NETWORK_CODE,
    }
    return _post(setup, public_url, fields)


def write_end(setup: ProviderSettings, public_url: str, call: Call, now: int) -> Webhook:
    """The notification that follows when the person hangs up. `now` is Unix seconds."""
    fields = {
        "date": _date(now),
        "sessionId": call.session,
        "serviceCode": call.code,
        "networkCode": NETWORK_CODE,
        "phoneNumber": call.number,
        "status": "Incomplete",
        "cost": "0",
        "durationInMillis": "0",
        "hopsCount": str(len(call.inputs) + 1),
        "input": call.typed,
        "lastAppResponse": "",
        "errorMessage": "",
    }
    return _post(setup, public_url, fields)


def read_twiml(body: bytes) -> list[str]:
    """The texts that a TwiML answer sends back. ValueError where it is no TwiML."""
    try:
        # Our own service wrote this, on this machine.
        response = ET.fromstring(body)  # noqa: S314
    except ET.ParseError:
        raise ValueError("not TwiML") from None
    if response.tag != "Response":
        raise ValueError("not TwiML")
    return ["".join(message.itertext()) for message in response.iter("Message")]


def read_screen(body: bytes) -> tuple[str, bool]:
    """A USSD answer: what the handset shows, and whether it may answer. ValueError otherwise."""
    word, _, screen = body.decode().partition(" ")
    if word not in ("CON", "END"):
        raise ValueError("neither CON nor END")
    return screen, word == "CON"


def _post(setup: ProviderSettings, public_url: str, fields: Mapping[str, str]) -> Webhook:
    url = f"{public_url}/hooks/{setup.name}/{setup.path_secret.get_secret_value()}"
    headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    return Webhook(url, headers, urlencode(fields).encode())


def _date(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S")
