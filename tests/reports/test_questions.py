"""The dialogue's questions and what their answers say."""

import pytest

from reports.codec import decode, encode
from reports.questions import (
    answer_fields,
    find_option,
    load_dialogue,
    option_fields,
    questions,
    screen_text,
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
        "raw": "Goma, Airtel", "parsed": ["op"],
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


def test_screen() -> None:
    assert screen_text("en", questions()[1]) == (
        "Since when?\n1 Just now\n2 Today\n3 Yesterday\n4 2 to 6 days ago\n5 A week or more ago"
    )
    assert "0 " not in screen_text("en", questions()[0])
