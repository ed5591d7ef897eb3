"""From what `gammu` reads out of a modem to a text. Pure.

gammu has decoded the alphabet already: half of a surrogate pair is U+FFFD there, and a national
shift table is not applied. The header comes as bytes, and is read here.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from sms.contract import SmsIn
from sms.payloads import read_payload
from sms.user_data import NO_HEADER, read_header, write_bytes

Entry = Mapping[str, Any]
"""One text as `GetNextSMS` gives it."""

_REPORT = "Status_Report"
_RECEIVED = "Deliver"


def is_text(entry: Entry) -> bool:
    """Whether a person sent it to us; what we keep as sent or as a draft is not ours to touch."""
    return entry.get("Type") == _RECEIVED


def is_report(entry: Entry) -> bool:
    """Whether it is a delivery report. Nobody wrote it, and it takes a text's room on the SIM."""
    return entry.get("Type") == _REPORT


def read_entry(entry: Entry, *, number: str, key: bytes) -> SmsIn:
    """The text. number: our own, which a SIM need not know. key: 32 random bytes that die with this
    process, so that the message id tells nothing of the sender (sms/links/repeats.py)."""
    header_bytes = bytes((entry.get("UDH") or {}).get("Text") or b"")
    header = read_header(header_bytes) if header_bytes else NO_HEADER
    content = entry.get("Text") or ""
    text = read_payload(content) if isinstance(content, bytes) else content
    return SmsIn(
        message_id=hmac.digest(key, name_entry(entry).encode(), "sha256").hex(),
        report_name=name_entry(entry),
        sender=str(entry.get("Number") or ""),
        recipient=number,
        text=text + write_bytes(header.unread),
        authentic=False,
        segment=header.segment,
    )


def name_entry(entry: Entry) -> str:
    """What names a text as long as it is on the SIM: its sender, the SMSC's second, its bytes.

    Not its place: places are used again.
    """
    content = entry.get("Text") or ""
    parts = (
        str(entry.get("Number") or "").encode("utf-8", "surrogatepass"),
        str(entry.get("DateTime") or "").encode(),
        bytes((entry.get("UDH") or {}).get("Text") or b""),
        content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"),
    )
    return hashlib.sha256(b"".join(len(p).to_bytes(4, "big") + p for p in parts)).hexdigest()
