"""The dialogue's questions and what their answers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.codec import decode, encode
from reports.questions import (
    answer_fields,
    find_open_question,
    find_option,
    load_dialogue,
    option_fields,
    questions,
    read_choice,
    read_digits,
)

ARRIVAL = 1_699_963_300  # 2023-11-14 12:01:40 UTC
TODAY = 1_699_920_000


def test_order_and_digits() -> None:
    assert [question.id for question in questions()] == ["cut", "since", "scope", "place"]
    for question in questions():
        assert [option.digit for option in question.options] == list(
            "12345"[: len(question.options)]
        )
        assert bool(question.options) != bool(question.free)
    dialogue = load_dialogue()
    assert dialogue.language_digit == "0"
    assert dialogue.language_digit not in {option.digit for option in questions()[0].options}


def test_every_option_can_be_sealed() -> None:
    for question in questions():
        for option in question.options:
            fields = option_fields(option, arrival=ARRIVAL, country="MM")
            assert fields
            assert decode(encode(fields, ARRIVAL), ARRIVAL) == fields


def test_a_walk() -> None:
    cut, since, scope, place = questions()
    report: dict[str, object] = {}
    for question, answer in ((cut, "1"), (since, "٣"), (scope, " 4 "), (place, "Goma, Airtel")):
        fields = answer_fields(question, answer, arrival=ARRIVAL, country="CD")
        assert fields is not None
        report |= fields
    assert report == {
        "net": {"data": "down"}, "kind": ["full"], "since": TODAY - 86_400,
        "since_precision": "day", "scope": "nation", "area": "Goma", "op": ["63002"], "cc": "CD",
        "raw": "Goma, Airtel", "parsed": ["cc", "op"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("digit", "since", "precision"),
    [
        ("1", ARRIVAL // 900 * 900, "hour"),
        ("2", TODAY, "day"),
        ("3", TODAY - 86_400, "day"),
        ("4", TODAY - 4 * 86_400, "about"),
        ("5", TODAY - 7 * 86_400, "about"),
    ],
)
def test_since(digit: str, since: int, precision: str) -> None:
    fields = answer_fields(questions()[1], digit, arrival=ARRIVAL)
    assert fields == {"since": since, "since_precision": precision}


def test_wrong_answers() -> None:
    cut, *_, place = questions()
    for answer in ("", "0", "6", "11", "one", "1*2"):
        assert find_option(cut, answer) is None
        assert answer_fields(cut, answer, arrival=ARRIVAL) is None
    for answer in ("", " ", "0", "٠"):
        assert answer_fields(place, answer, arrival=ARRIVAL) == {}


def test_free_answers() -> None:
    place = questions()[-1]
    fields = answer_fields(place, "AREA:Hlaing and more", arrival=ARRIVAL, language="en")
    assert fields is not None
    assert (fields["area"], fields["text"], fields["lang"]) == ("Hlaing", "and more", "en")
    long = answer_fields(place, "က" * 400, arrival=ARRIVAL)
    assert long is not None
    assert long["area"] == "က" * 170
    assert long["text"] == long["raw"] == "က" * 400
    nothing_left = answer_fields(place, "Airtel", arrival=ARRIVAL)
    assert nothing_left == {"op": ["Airtel"], "raw": "Airtel", "parsed": ["op"]}


def test_an_option_is_never_shared() -> None:
    option = questions()[0].options[0]
    option_fields(option, arrival=ARRIVAL)["net"]["data"] = "ok"
    assert option_fields(option, arrival=ARRIVAL)["net"] == {"data": "down"}


@pytest.mark.parametrize(
    "answer",
    ["3", "٣", "۳", "३", "৩", "၃", "႓", "３", "௩", "៣", " 3\n", "\u200f3\u200e", "\u2068٣\u2069"],
)
def test_digits_of_every_script_choose(answer: str) -> None:
    option = find_option(questions()[0], answer)
    assert option is not None
    assert option.key == "ussd.cut.phone"


@given(st.text())
def test_digits_never_fail_and_letters_stay(answer: str) -> None:
    read = read_digits(answer)
    assert len(read) <= len(answer)
    if answer.isascii() and len(answer) <= 16:
        assert read == answer.strip()
    if len(answer) > 16:
        assert read == answer


@pytest.mark.parametrize(
    ("report", "question"),
    [
        ({}, "cut"),
        ({"net": {"sms": "ok"}}, "cut"),
        ({"net": {"data": "slow"}}, "since"),
        ({"plat": ["facebook"]}, "since"),
        ({"kind": ["full"], "since": 0}, "scope"),
        ({"kind": ["full"], "until": 0}, "scope"),
        ({"kind": ["full"], "since": 0, "scope": "unknown"}, "place"),
        ({"kind": ["full"], "since": 0, "scope": "town", "op": ["MPT"]}, None),
        ({"kind": ["full"], "status": "ended"}, None),
    ],
)
def test_the_open_question(report: dict[str, object], question: str | None) -> None:
    found = find_open_question(report)
    assert (found and found.id) == question


def test_two_digits_are_a_choice() -> None:
    for message in ("23", "٢٣", " 23\n", "२३"):
        choice = read_choice(message, arrival=ARRIVAL, country="MM")
        assert choice == {
            "since": TODAY - 86_400, "since_precision": "day", "cc": "MM",
            "parsed": ["since", "since_precision"], "raw": message,
        }  # fmt: skip
        assert decode(encode(choice, ARRIVAL), ARRIVAL) == choice
    scope = read_choice("34", arrival=ARRIVAL)
    assert scope == {"scope": "nation", "parsed": ["scope"], "raw": "34"}


@pytest.mark.parametrize(
    "message", ["", "2", "3", "11", "20", "26", "41", "233", "2 3", "23.", "x3"]
)
def test_no_other_text_is_a_choice(message: str) -> None:
    assert read_choice(message, arrival=ARRIVAL) is None


def test_every_choice_is_the_options_own() -> None:
    for question in questions():
        for option in question.options:
            choice = read_choice(f"{question.text_digit}{option.digit}", arrival=ARRIVAL)
            if question.text_digit:
                assert choice is not None
                assert option_fields(option, arrival=ARRIVAL).items() <= choice.items()
    digits = [question.text_digit for question in questions()]
    assert digits == ["", "2", "3", ""], "what is cut is never asked by text"
