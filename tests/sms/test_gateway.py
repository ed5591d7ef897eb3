"""The gateway as a whole: what is sealed, under which id, and what is refused rather than lost."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from crypto.choosing import sealing_key
from crypto.envelope import Kind, read_header
from crypto.sealed_sms import join, write_texts
from crypto.sealing import new_report_id, seal_for_sms
from sms.contract import (
    Ignored,
    Incoming,
    Line,
    Noted,
    ProviderSetup,
    Screen,
    Segment,
    SmsIn,
    Taken,
    UssdEnd,
    UssdTurn,
)  # fmt: skip
from sms.errors import SetupError, WebhookError
from sms.gateway import Gateway, GatewaySettings
from sms.replies import ReplySettings
from sms.sink import SinkFull
from tests.coalition import DAY, NOW, Coalition, make_coalition
from tests.sms.desk import Desk, FakeProvider, make_setup

SMS = SmsIn("id-1", "+15550100002", "+15550100001", "No data in Sittwe", authentic=True)
TURN = UssdTurn("session-1", "+15550100004", "*384*1#", "", authentic=False)
SETUP = make_setup("fake")


@pytest.fixture
def desk(coalition: Coalition) -> Desk:
    return Desk(coalition)


def take(desk: Desk, incoming: Incoming, setup: ProviderSetup = SETUP) -> Any:
    return asyncio.run(desk.gateway.take(FakeProvider(), setup, incoming))


def refusal(desk: Desk, incoming: Incoming) -> str:
    with pytest.raises(WebhookError) as caught:
        take(desk, incoming)
    return caught.value.code


def test_a_text_is_one_envelope_with_all_that_the_gateway_knows(desk: Desk) -> None:
    assert take(desk, SMS) == Taken(SMS)
    (report,) = desk.open()
    assert report["raw"] == SMS.text
    assert (report["chan"], report["auth"], report["cc"]) == ("sms", "checked", "MM")
    assert report["recv"] == NOW // 900 * 900
    assert "lang" not in report  # the number serves two languages
    assert len(report["tag"]) == 8
    assert "5550100" not in repr(report)
    assert read_header(desk.sink.envelopes[0]).suite == 2


def test_a_number_for_one_language_says_which(desk: Desk) -> None:
    line = Line("ML", ("fr",))
    sms = replace(SMS, text="No data here")  # SMS names a town, and that tells its country
    take(desk, sms, make_setup("fake", lines={SMS.recipient: line}))
    take(desk, replace(sms, message_id="id-2", recipient="other"))
    assert [report.get("lang") for report in desk.open()] == ["fr", None]
    assert [report["cc"] for report in desk.open()] == ["ML", "MM"]


def test_a_message_is_committed_once(desk: Desk) -> None:
    assert [take(desk, SMS) for _ in range(3)] == [Taken(SMS)] * 3
    take(desk, replace(SMS, message_id="id-2"))
    assert len(desk.sink.envelopes) == 2
    assert len({report["id"] for report in desk.open()}) == 2


def test_nothing_of_the_sender_is_in_what_is_kept_outside_the_seal(desk: Desk) -> None:
    take(desk, SMS)
    take(desk, replace(SMS, message_id="id-2", sender="+15550100003"))
    assert all(len(key) == 32 for key in desk.sink.keys)
    other = Desk(desk.coalition)
    take(other, replace(SMS, sender="+15550100009"))
    assert other.sink.keys[0] == desk.sink.keys[0]


def test_attachments_are_told_by_kind(desk: Desk) -> None:
    take(desk, replace(SMS, text="", media=("image/png", "video/mp4", "audio/ogg", "image/gif")))
    (report,) = desk.open()
    assert report["evidence"] == {"kinds": ["photo", "video", "document"]}
    assert report["raw"] == ""


def sealed_texts(desk: Desk, content: bytes) -> tuple[bytes, list[str]]:
    key = sealing_key(desk.coalition.keyring, "app-sms", NOW)
    envelope = seal_for_sms(key, Kind.REPORT, new_report_id(), content)
    return envelope, write_texts(envelope)


def test_a_sealed_text_goes_on_as_it_is_even_without_a_keyring(desk: Desk) -> None:
    envelope, (text,) = sealed_texts(desk, b"\xa0")
    desk.keyring = None
    assert take(desk, replace(SMS, text=text)) == Taken(replace(SMS, text=text))
    assert desk.sink.envelopes == [envelope]


def test_an_envelope_for_an_unknown_epoch_goes_on_too(desk: Desk) -> None:
    key = replace(sealing_key(desk.coalition.keyring, "app-sms", NOW), epoch=999)
    envelope = seal_for_sms(key, Kind.REPORT, new_report_id(), b"\xa0")
    take(desk, replace(SMS, text=write_texts(envelope)[0]))
    assert desk.sink.envelopes == [envelope]


def test_sealed_parts_go_on_in_any_order_and_once(desk: Desk) -> None:
    envelope, texts = sealed_texts(desk, bytes((0xA1, 0, 0x58, 250)) + bytes(250))
    assert len(texts) > 2
    order = list(enumerate(texts))[::-1] * 2
    for number, text in order:
        take(desk, replace(SMS, message_id=f"id-{number}", sender="+15550100003", text=text))
    assert [part.index for part in desk.sink.parts] == list(range(len(texts)))[::-1]
    slices = [[part.slice] for part in desk.sink.parts[::-1]]
    assert join(desk.sink.parts[0].ref, slices) == [envelope]
    assert desk.sink.envelopes == []


def test_what_only_looks_sealed_is_a_text_like_any_other(desk: Desk) -> None:
    _, (text,) = sealed_texts(desk, b"\xa0")
    odd = [":", ":)", ": no data", text + "\n", " " + text, text[:-1], text[:50] + "_" + text[51:]]
    for number, one in enumerate(odd):
        take(desk, replace(SMS, message_id=f"id-{number}", text=one))
    assert [report["raw"] for report in desk.open()] == odd


def test_parts_that_a_carrier_made_are_sealed_one_by_one(desk: Desk) -> None:
    for number in (2, 1, 3):
        segment = Segment("07", number, 3)
        part = replace(SMS, message_id=f"id-{number}", text=f"part {number}", segment=segment)
        take(desk, part)
    parts = [report["part"] for report in desk.open()]
    assert [part["number"] for part in parts] == [2, 1, 3]
    assert {part["total"] for part in parts} == {3}
    assert len({part["group"] for part in parts}) == 1
    take(desk, replace(SMS, message_id="id-9", sender="+15550100009", segment=Segment("07", 1, 3)))
    assert desk.open()[-1]["part"]["group"] != parts[0]["group"]


@pytest.mark.parametrize("segment", [Segment("x", 0, 3), Segment("x", 4, 3), Segment("x", 1, 999)])
def test_a_header_that_lies_costs_nothing(desk: Desk, segment: Segment) -> None:
    take(desk, replace(SMS, segment=segment))
    (report,) = desk.open()
    assert report["raw"] == SMS.text
    assert "part" not in report


def test_without_a_keyring_nothing_is_taken(desk: Desk) -> None:
    desk.keyring = None
    assert refusal(desk, SMS) == "gateway-no-keyring"
    assert refusal(desk, TURN) == "gateway-no-keyring"  # before the first question
    desk.keyring = replace(desk.coalition.keyring, epochs=())
    assert refusal(desk, SMS) == "gateway-no-keyring"
    assert desk.sink.keys == []


def test_a_key_that_is_none_is_no_keyring(desk: Desk) -> None:
    (epoch,) = desk.coalition.keyring.epochs
    locks = {"A": dict.fromkeys(epoch.locks["A"], bytes(1216))}
    desk.keyring = replace(desk.coalition.keyring, epochs=(replace(epoch, locks=locks),))
    assert refusal(desk, SMS) == "gateway-no-keyring"


def test_an_expired_keyring_seals_and_warns_once(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.now = NOW + 400 * DAY
    for number in range(5):
        take(desk, replace(SMS, message_id=f"id-{number}"))
    assert len(desk.open()) == 5
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == len(set(told))
    assert any("keyring-expired" in one for one in told)


def test_a_clock_before_1970_loses_nothing(desk: Desk) -> None:
    desk.now = -5.0
    take(desk, SMS)
    assert desk.open()[0]["raw"] == SMS.text


def test_a_store_that_is_full_is_told_and_the_retry_is_taken(desk: Desk) -> None:
    desk.sink.error = SinkFull()
    assert refusal(desk, SMS) == "store-full"
    desk.sink.error = None
    take(desk, SMS)
    assert len(desk.sink.envelopes) == 1


def test_one_number_cannot_fill_the_store(coalition: Coalition) -> None:
    desk = Desk(coalition, settings=GatewaySettings(texts_per_hour=100))
    for number in range(100):
        take(desk, replace(SMS, message_id=f"id-{number}"))
    assert refusal(desk, replace(SMS, message_id="id-100")) == "webhook-number-busy"
    take(desk, replace(SMS, message_id="id-101", sender="+15550100003"))
    desk.now += 3600
    take(desk, replace(SMS, message_id="id-100"))
    assert len(desk.sink.envelopes) == 102


def test_what_holds_no_text_is_noted(desk: Desk) -> None:
    assert take(desk, Ignored()) == Noted(Ignored())
    assert take(desk, UssdEnd("session-1")) == Noted(UssdEnd("session-1"))
    assert desk.sink.keys == []


def test_a_session_that_ended_starts_anew(desk: Desk) -> None:
    take(desk, replace(TURN, whole=False, typed="1"))
    take(desk, UssdEnd(TURN.session_id))
    take(desk, replace(TURN, whole=False, typed="2"))
    assert [report["raw"] for report in desk.open()] == ["1", "2"]


def test_two_locks_seal_too() -> None:
    desk = Desk(make_coalition(dual=True))
    take(desk, SMS)
    assert desk.open()[0]["raw"] == SMS.text


@pytest.mark.parametrize("size", [0, 16, 33])
def test_a_key_of_another_length_is_refused(desk: Desk, size: int) -> None:
    with pytest.raises(SetupError) as caught:
        Gateway(sink=desk.sink, keyring=lambda: None, key=bytes(size), clock=lambda: 0.0)
    assert caught.value.code == "gateway-key-length"


def dial(desk: Desk, *typed: str, **changes: Any) -> list[Screen]:
    """A whole session: each time all that was typed so far."""
    screens = []
    for count in range(len(typed) + 1):
        turn = replace(TURN, typed="*".join(typed[:count]), **changes)
        screens.append(take(desk, turn))
    return screens


def test_each_answered_screen_commits_one_envelope_of_one_report(desk: Desk) -> None:
    screens = dial(desk, "1", "3", "2", "near the *old* bridge")
    assert [screen.ends for screen in screens] == [False, False, False, False, True]
    reports = desk.open()
    assert [report["seq"] for report in reports] == [1, 2, 3, 4]
    assert len({report["id"] for report in reports}) == 1
    assert {report["chan"] for report in reports} == {"ussd"}
    assert {report["auth"] for report in reports} == {"unchecked"}
    assert [report["raw"] for report in reports] == [
        "1", "1*3", "1*3*2", "1*3*2*near the *old* bridge",
    ]  # fmt: skip
    assert reports[-1]["area"] == "near the *old* bridge"
    assert reports[-1]["lang"] == "en"


def test_a_screen_asked_for_twice_is_the_same_and_commits_once(desk: Desk) -> None:
    once = replace(TURN, typed="1*3")
    assert take(desk, once) == take(desk, once)
    assert len(desk.sink.envelopes) == 1


def test_a_session_that_breaks_off_has_left_its_report(desk: Desk) -> None:
    dial(desk, "2")
    (report,) = desk.open()
    assert report["net"] == {"fixed": "down"}
    assert report["seq"] == 1


def test_the_first_screen_and_a_change_of_language_commit_nothing(desk: Desk) -> None:
    first, french = dial(desk, "0")
    assert first.text != french.text
    assert desk.sink.keys == []


def test_a_session_that_changes_its_number_is_another_report(desk: Desk) -> None:
    dial(desk, "1")
    dial(desk, "1", sender="+15550100005")
    dial(desk, "1", session_id="session-2")
    reports = desk.open()
    assert len({report["id"] for report in reports}) == 3


def test_a_very_long_answer_is_kept_in_parts(desk: Desk) -> None:
    words = "é*" * 6000
    take(desk, replace(TURN, typed=f"1*1*1*{words}"))
    reports = desk.open()
    assert "".join(report.get("raw", "") for report in reports) == f"1*1*1*{words}"
    assert [report["part"]["number"] for report in reports] == [1, 2, 3]
    assert len({report["id"] for report in reports}) == 3
    assert {report["seq"] for report in reports} == {4}


def test_a_provider_that_sends_the_latest_answer_alone_is_remembered(desk: Desk) -> None:
    latest = replace(TURN, whole=False, typed=None)
    first = take(desk, latest)
    for typed in ("0", "1", "3", "a*b", "place"):
        desk.sink.error = SinkFull()
        if typed != "0":
            assert refusal(desk, replace(latest, typed=typed)) == "store-full"
        desk.sink.error = None
        last = take(desk, replace(latest, typed=typed))
    assert last.ends
    assert not first.ends
    reports = desk.open()
    assert [report["seq"] for report in reports] == [1, 2, 3, 4]
    assert reports[-1]["raw"] == "0*1*3*a*b*place"
    assert reports[-1]["lang"] == "fr"


REPLIES = GatewaySettings(replies=ReplySettings(calling_codes=frozenset({"1"})))


def test_a_reply_goes_only_where_it_is_switched_on(coalition: Coalition) -> None:
    assert take(Desk(coalition), SMS).reply is None
    desk = Desk(coalition, settings=REPLIES)
    reply = take(desk, SMS).reply
    assert reply
    assert not any(
        word in reply.lower() for word in ("heliograph", "coalition", "shutdown", "sittwe")
    )
    assert take(desk, SMS).reply == reply  # the same message again
    assert take(desk, replace(SMS, message_id="id-2")).reply is None
    abroad = replace(SMS, message_id="id-3", sender="+99955501000")
    assert take(desk, abroad).reply is None
    off = make_setup("fake", replies=False)
    assert take(Desk(coalition, settings=REPLIES), SMS, off).reply is None
    assert len(desk.sink.envelopes) == 3


def test_the_answer_to_a_replys_question_is_understood(coalition: Coalition) -> None:
    desk = Desk(coalition, settings=REPLIES)
    reply = take(desk, replace(SMS, text="no internet in Sittwe")).reply
    assert reply
    assert "\n23 Yesterday\n" in reply
    answer = replace(SMS, message_id="id-2", text="٢٣")
    assert take(desk, answer).reply is None  # one reply a day
    told, answered = desk.open()
    assert answered["since"] == NOW // 86_400 * 86_400 - 86_400
    assert (answered["raw"], answered["parsed"]) == ("٢٣", ["since", "since_precision"])
    assert answered["tag"] == told["tag"]
    desk.now += 86_400
    thanks = take(desk, replace(answer, message_id="id-3")).reply
    assert thanks == "Thank you. Your message has arrived."


def test_where_nobody_is_asked_two_digits_are_a_text(coalition: Coalition) -> None:
    for desk, sms, setup in (
        (Desk(coalition), replace(SMS, text="23"), make_setup("fake")),
        (
            Desk(coalition, settings=REPLIES),
            replace(SMS, text="23"),
            make_setup("fake", replies=False),
        ),
        (
            Desk(coalition, settings=REPLIES),
            replace(SMS, text="23", sender="28901"),
            make_setup("fake"),
        ),
        (
            Desk(coalition, settings=REPLIES),
            replace(SMS, text="23", segment=Segment("7", 2, 2)),
            make_setup("fake"),
        ),
    ):
        reply = take(desk, sms, setup).reply
        (report,) = desk.open()
        assert (report["raw"], report["text"], report["parsed"]) == ("23", "23", [])
        assert reply is None or "21 " not in reply


def test_a_part_of_a_long_text_is_thanked_for_alone(coalition: Coalition) -> None:
    desk = Desk(coalition, settings=REPLIES)
    part = replace(SMS, text="no internet in Sittwe", segment=Segment("7", 1, 2))
    assert take(desk, part).reply == "Thank you. Your message has arrived."


def test_a_sealed_text_is_never_answered(coalition: Coalition) -> None:
    desk = Desk(coalition, settings=REPLIES)
    _, (text,) = sealed_texts(desk, b"\xa0")
    assert take(desk, replace(SMS, text=text)).reply is None


def test_two_gateways_that_answer_each_other_stop_after_two_messages(coalition: Coalition) -> None:
    numbers = ("+15550100001", "+15550100002")
    desks = [Desk(coalition, settings=REPLIES) for _ in numbers]
    text: str | None = "hello"
    messages = 0
    while text is not None:
        receiver = messages % 2
        sms = SmsIn(
            f"id-{messages}", numbers[1 - receiver], numbers[receiver], text, authentic=True
        )
        text = take(desks[receiver], sms).reply
        messages += text is not None
    assert messages == 2


def test_what_is_stored_outside_the_seal_points_at_nothing_inside(desk: Desk) -> None:
    take(desk, replace(SMS, text="long " * 4000))
    take(desk, replace(TURN, typed="1*1*1*" + "long " * 4000))
    inside = {report["id"] for report in desk.open()}
    inside |= {report["part"]["group"] for report in desk.open()}
    assert len(inside) > 4
    for name in inside:
        assert all(name not in key for key in desk.sink.keys)
