"""Tags of the day and limits per number, kept without numbers."""

import itertools

from sms import senders
from sms.senders import DAY, HOUR, Senders
from tests.coalition import NOW

NUMBER = "+15550100002"
MORNING = NOW // DAY * DAY


def make(texts_per_hour: int = 2) -> Senders:
    keys = itertools.count(1)
    return Senders(texts_per_hour=texts_per_hour, random=lambda size: bytes([next(keys)]) * size)


def test_a_tag_joins_one_day_and_no_two() -> None:
    one = make()
    tag = one.tag(NUMBER, MORNING)
    assert len(tag) == 8
    assert one.tag(NUMBER, MORNING + DAY - 1) == tag
    assert one.tag("+15550100003", MORNING) != tag
    assert one.tag(NUMBER, MORNING + DAY) != tag
    assert one.tag(NUMBER, MORNING) != tag  # a clock that goes back gets a new key too


def test_yesterday_is_known_and_the_day_before_forgotten() -> None:
    one = make()
    first = one.names(NUMBER, MORNING)
    second = one.names(NUMBER, MORNING + DAY)
    third = one.names(NUMBER, MORNING + 2 * DAY)
    assert len(first) == 1
    assert second[1] == first[0]
    assert third[1] == second[0]
    assert first[0] not in third


def test_two_processes_know_nothing_of_each_other() -> None:
    a, b = Senders(texts_per_hour=1), Senders(texts_per_hour=1)
    assert a.tag(NUMBER, NOW) != b.tag(NUMBER, NOW)


def test_a_number_may_send_so_much_an_hour() -> None:
    one = make()
    hour = NOW // HOUR * HOUR
    assert [one.admit(NUMBER, hour) for _ in range(3)] == [True, True, False]
    assert one.admit("+15550100003", hour)
    assert one.admit(NUMBER, hour + HOUR)


def test_made_up_numbers_lock_nobody_out_and_take_no_more_memory() -> None:
    one = make()
    full = {number.to_bytes(8, "big"): 1 for number in range(senders.MAX_SENDERS)}
    assert one.admit(NUMBER, NOW)
    one._counts.update(full)
    size = len(one._counts)
    assert all(one.admit("+15550100003", NOW) for _ in range(10))
    assert len(one._counts) == size
    assert [one.admit(NUMBER, NOW) for _ in range(2)] == [True, False]


def test_a_sender_may_be_any_text() -> None:
    assert len(make().tag("\ud83d", NOW)) == 8
