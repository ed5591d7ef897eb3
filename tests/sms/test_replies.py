"""Replies: off, then few, and never where they do harm."""

from dataclasses import replace
from typing import Any

import pytest

from sms.contract import SmsIn
from sms.replies import ReplyPolicy, ReplySettings
from sms.senders import DAY, HOUR, Senders
from tests.coalition import NOW

SMS = SmsIn("id-1", "+15550100002", "+15550100001", "text", authentic=True)
ON = ReplySettings(calling_codes=frozenset({"1555", "999"}), per_hour=3, per_day=5)
START = NOW // DAY * DAY


def make(settings: ReplySettings = ON) -> ReplyPolicy:
    return ReplyPolicy(settings, Senders(texts_per_hour=100).names)


class Line:
    """Sends texts, each with a key of its own."""

    def __init__(self, policy: ReplyPolicy) -> None:
        self.policy = policy
        self.sent = 0

    def __call__(self, sender: str, now: int = START, **changes: Any) -> bool:
        self.sent += 1
        sms = replace(SMS, sender=sender, **changes)
        return self.policy.decide(sms, self.sent.to_bytes(32, "big"), now, is_new=True)


def test_replies_are_off_by_default() -> None:
    assert not Line(make(ReplySettings()))("+15550100002")


@pytest.mark.parametrize(
    "sender",
    ["+12125550002", "28901", "ACME", "15550100002", "+1555", "", "+15550100001", "+15550100009",
     "whatsapp:+15550100002", "+1555010000٢", "+15550100002\n"],
)  # fmt: skip
def test_these_are_never_answered(sender: str) -> None:
    settings = replace(ON, own_numbers=frozenset({"+15550100009"}))
    assert not Line(make(settings))(sender)


def test_who_opted_out_is_not_answered() -> None:
    assert not Line(make())("+15550100002", opted_out=True)


def test_one_in_24_hours_across_midnight() -> None:
    line = Line(make())
    evening = START + DAY - 60
    assert line("+15550100002", evening)
    assert not line("+15550100002", evening + 120)
    assert not line("+15550100002", evening + DAY - 1)
    assert line("+15550100002", evening + DAY)
    assert line("+99955501000", evening + DAY)


def test_caps_by_hour_and_by_day() -> None:
    line = Line(make())
    numbers = [f"+1555010{number:04}" for number in range(10, 40)]
    assert [line(numbers.pop()) for _ in range(4)] == [True, True, True, False]
    assert [line(numbers.pop(), START + HOUR) for _ in range(3)] == [True, True, False]
    assert not line(numbers.pop(), START + 5 * HOUR)
    assert line(numbers.pop(), START + DAY)


def test_the_same_message_gets_the_same_decision_and_costs_nothing() -> None:
    policy = make()
    for _ in range(5):
        assert policy.decide(SMS, b"a" * 32, START, is_new=True)
    assert not policy.decide(SMS, b"b" * 32, START, is_new=True)
    other = replace(SMS, sender="+15550100003")
    assert not policy.decide(other, b"c" * 32, START, is_new=False)
    assert policy.decide(other, b"d" * 32, START, is_new=True)


def test_nothing_is_remembered_for_longer_than_a_day() -> None:
    policy = make()
    line = Line(policy)
    for day in range(5):
        assert line("+15550100002", START + day * DAY)
    assert len(policy._last) == 1
