"""Many texts of one number, and gateways that text each other."""

import asyncio
from dataclasses import replace

from sms.contract import SmsIn, Taken
from sms.gateway import GatewaySettings
from sms.replies import ReplySettings
from tests.coalition import Coalition
from tests.sms.desk import Desk, FakeProvider, make_setup

OURS, THEIRS = "+15550100001", "+15550100002"
SMS = SmsIn("id-0", THEIRS, OURS, "no internet in Sittwe", authentic=True)
REPLIES = GatewaySettings(replies=ReplySettings(calling_codes=frozenset({"1"})))


def take(desk: Desk, sms: SmsIn) -> Taken:
    taken = asyncio.run(desk.gateway.take(FakeProvider(), make_setup("fake"), sms))
    assert isinstance(taken, Taken)
    return taken


def test_a_hundred_texts_of_one_number_in_a_minute_are_all_kept(coalition: Coalition) -> None:
    desk = Desk(coalition, settings=REPLIES)
    replies = []
    for number in range(100):
        desk.now += 0.6
        sms = replace(SMS, message_id=f"id-{number}", text=f"no internet {number}")
        replies.append(take(desk, sms).reply)
    reports = desk.open()
    assert [report["raw"] for report in reports] == [f"no internet {n}" for n in range(100)]
    assert len({report["tag"] for report in reports}) == 1
    assert sum(reply is not None for reply in replies) == 1


def test_two_gateways_that_answer_each_other_stop_after_two_texts(coalition: Coalition) -> None:
    """Each takes the other's reply for a person's text."""
    desks = (Desk(coalition, settings=REPLIES), Desk(coalition, settings=REPLIES))
    replies = []
    sms = SMS
    for number in range(20):
        text = take(desks[number % 2], sms).reply
        if text is None:
            break
        replies.append(text)
        sms = SmsIn(f"id-{number + 1}", sms.recipient, sms.sender, text, authentic=True)
    assert len(replies) == 2
    # Nothing that came in is dropped for it.
    assert sum(len(desk.sink.envelopes) for desk in desks) == 3
