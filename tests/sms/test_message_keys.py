"""Keyed names: told apart, the same every time, and nothing without the key."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from sms.message_keys import name_group, name_message, name_part, name_report, name_turn

KEY = bytes(range(32))
FIELDS = st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))


def test_the_construction_is_fixed() -> None:
    """Keys outlive a program's version: the same message must stay the same message."""
    data = b"".join(
        len(field).to_bytes(4, "big") + field for field in (b"message", b"twilio", b"SM1")
    )
    assert name_message(KEY, "twilio", "SM1") == hmac.digest(KEY, data, hashlib.sha256)
    data = b"".join(
        len(field).to_bytes(4, "big") + field for field in (b"report", b"x", b"s", b"+1555")
    )
    assert name_report(KEY, "x", "s", "+1555") == hmac.digest(KEY, data, hashlib.sha256)[:8]


@given(FIELDS, FIELDS)
def test_fields_never_run_together(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert (name_report(KEY, *one) == name_report(KEY, *other)) == (one == other)
    assert (name_turn(KEY, *one, "") == name_turn(KEY, *other, "")) == (one == other)


def test_each_purpose_has_names_of_its_own() -> None:
    name = name_message(KEY, "a", "b")
    names = [
        name[:8],
        name_group(KEY, "a", "b"),
        name_report(KEY, "a", "b", ""),
        name_turn(KEY, "a", "b", "", "")[:8],
        name_part(KEY, name, 1),
        name_part(KEY, name, 2),
        name_message(bytes(32), "a", "b")[:8],
        name_message(KEY, "a", "\ud83d")[:8],
    ]
    assert len(set(names)) == len(names)
