"""Keyed names: they say nothing to whom lacks the gateway's key or the provider's own ids.

HMAC-SHA256 (RFC 2104) over a purpose and its fields, each behind its length (4 bytes), so that no
two lists of fields run together into one.
"""

import hmac

GATEWAY_KEY_SIZE = 32
"""Bytes of the gateway's key: random, kept over restarts, or else repeats are not recognised."""
REPORT_ID_SIZE = 8


def name_message(key: bytes, provider: str, message_id: str) -> bytes:
    """The 32-byte key under which a text is committed once."""
    return _mac(key, "message", provider, message_id)


def name_turn(key: bytes, provider: str, session: str, number: str, typed: str) -> bytes:
    """The 32-byte key of one USSD screen: session, number and all that was typed so far."""
    return _mac(key, "turn", provider, session, number, typed)


def name_report(key: bytes, provider: str, session: str, number: str) -> bytes:
    """The report id (8 bytes) of a USSD session: another number is another report."""
    return _mac(key, "report", provider, session, number)[:REPORT_ID_SIZE]


def name_part(key: bytes, name: bytes, number: int) -> bytes:
    """The report id (8 bytes) of a text, or of its part with this number, that is committed under
    `name`."""
    return _mac(key, "part", name.hex(), str(number))[:REPORT_ID_SIZE]


def name_group(key: bytes, provider: str, *fields: str) -> bytes:
    """The group (8 bytes) of a long text's parts."""
    return _mac(key, "group", provider, *fields)[:REPORT_ID_SIZE]


def _mac(key: bytes, purpose: str, *fields: str) -> bytes:
    # A JSON provider may hand over half of a surrogate pair.
    parts = [field.encode("utf-8", "surrogatepass") for field in (purpose, *fields)]
    return hmac.digest(key, b"".join([len(p).to_bytes(4, "big") + p for p in parts]), "sha256")
