"""The USSD menu, tested as conversations; and every screen, measured."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.codec import encode
from reports.gsm7 import count_septets, fits_screen
from reports.questions import questions
from sms.contract import Line
from sms.dialogue import Turn, split_typed, take_turn, write_reply
from tests.coalition import NOW

MM = Line("MM", ("en", "fr"))
LANGUAGES = ("en", "fr")
DAY = 86_400


class Handset:
    """Types, reads, and remembers what the session's report says so far."""

    def __init__(self, line: Line = MM) -> None:
        self.line = line
        self.typed = ""
        self.turn = self.ask()

    def ask(self) -> Turn:
        return take_turn(split_typed(self.typed, self.line), self.line, arrival=NOW)

    def type(self, *answers: str) -> "Handset":
        for answer in answers:
            assert not self.turn.ends
            self.typed = f"{self.typed}*{answer}" if self.typed else answer
            self.turn = self.ask()
        return self

    def sees(self, *words: str) -> "Handset":
        for word in words:
            assert word in self.turn.text
        return self

    @property
    def report(self) -> dict[str, Any]:
        assert self.turn.report is not None
        return self.turn.report


def test_a_whole_conversation() -> None:
    phone = Handset().sees("Your phone company can read this", "1 Mobile data", "0 Francais")
    assert phone.turn.report is None
    phone.type("4").sees("Since when?")
    assert phone.report["net"] == dict.fromkeys(("data", "fixed", "sms", "voice"), "down")
    phone.type("3").sees("How wide")
    assert phone.report["since"] == NOW // DAY * DAY - DAY
    assert phone.report["since_precision"] == "day"
    phone.type("4").sees("Where")
    assert phone.report["scope"] == "nation"
    phone.type("near the bridge").sees("Thank you")
    assert phone.turn.ends
    assert phone.report["area"] == "near the bridge"
    assert (phone.report["seq"], phone.report["cc"], phone.report["lang"]) == (4, "MM", "en")


def test_the_same_in_french() -> None:
    phone = Handset().type("0").sees("Votre opérateur peut lire ceci", "0 English")
    assert phone.turn.report is None
    phone.type("1").sees("Depuis quand").type("2", "1", "à Bamako").sees("Merci")
    assert phone.turn.ends
    assert (phone.report["lang"], phone.report["seq"]) == ("fr", 4)


def test_the_language_changes_back_and_on() -> None:
    assert Handset().type("0", "0").turn == Handset().turn
    three = Line("MM", ("en", "fr", "en"))
    assert Handset(three).type("0", "0").turn.text.startswith("Your")
    assert Handset().type("0", "0", "1").report["seq"] == 1
    assert Handset().type("٠").turn == Handset().type("0").turn


def test_a_code_for_any_country_names_none() -> None:
    assert "cc" not in Handset(Line()).type("1").report


def test_where_one_language_is_spoken_none_is_offered() -> None:
    phone = Handset(Line("FR", ("fr",))).sees("Votre")
    assert "0 " not in phone.turn.text
    assert phone.type("0").report["text"] == "0"


def test_an_answer_that_is_no_option_is_kept_and_not_asked_again() -> None:
    phone = Handset().type("9").sees("Since when?").type("since the vote").sees("How wide")
    phone.type("", "0")
    assert phone.turn.ends
    assert phone.report["seq"] == 4
    assert "9" in phone.report["text"]
    assert "area" not in phone.report


def test_what_is_chosen_stands_over_what_is_read() -> None:
    phone = Handset().type("1", "2", "1", "calls down since yesterday in Yangon, KE")
    assert phone.report["net"] == {"data": "down"}
    assert phone.report["since"] == NOW // DAY * DAY
    assert not {"net", "since"} & set(phone.report["parsed"])


def test_what_is_read_where_nothing_was_chosen_is_marked() -> None:
    phone = Handset().type("WA FB", "x", "2D")
    assert phone.report["plat"] == ["facebook", "whatsapp"]
    assert "plat" in phone.report["parsed"]


@pytest.mark.parametrize("digits", ["1342", "١٣٤٢", "۱۳۴۲", "१३४२", "১৩৪২", "၁၃၄၂"])
def test_digits_of_any_script_choose_alike(digits: str) -> None:
    expected = Handset().type("1", "3", "4").report
    assert Handset().type(*digits[:3]).report == expected
    assert Handset().type(f" {digits[0]} ").report == Handset().type("1").report


def test_the_last_answer_takes_every_star() -> None:
    phone = Handset().type("1", "1", "1", "a*b**c*")
    assert phone.report["area"] == "a*b**c*"
    assert (
        take_turn(("1", "1", "1", "a", "b"), MM, arrival=NOW).report
        == Handset().type("1", "1", "1", "a*b").report
    )


def test_a_code_dialled_with_its_answers_skips_ahead() -> None:
    phone = Handset()
    phone.typed = "0*1*2"
    phone.turn = phone.ask()
    phone.sees("Sur quelle étendue")
    assert phone.report["seq"] == 2


@given(st.text(max_size=400))
def test_whatever_is_typed_there_is_a_screen_and_a_report_that_can_be_sealed(typed: str) -> None:
    inputs = split_typed(typed, MM)
    assert "*".join(inputs) == typed
    turn = take_turn(inputs, MM, arrival=NOW)
    assert len(f"CON {turn.text}") <= 160
    if turn.report is not None:
        encode(turn.report, NOW)
        assert turn.ends == (turn.report["seq"] == len(questions()))


def test_every_screen_fits() -> None:
    """All screens in all languages, on every path: 160 characters with `CON `, in GSM-7."""
    shown: dict[tuple[str, ...], str] = {}
    paths: list[tuple[str, ...]] = [("0",) * changes for changes in (0, 1)]
    for path in paths:
        turn = take_turn(path, MM, arrival=NOW)
        shown[path] = ("END " if turn.ends else "CON ") + turn.text
        if not turn.ends:
            paths.extend((*path, answer) for answer in ("1", "5", "x"))
    assert sum(text.startswith("END") for text in shown.values()) == 2 * 3 ** len(questions())
    for text in shown.values():
        assert len(text) <= 160
        assert fits_screen(text)
        assert "secure" not in text.lower()
        for name in ("heliograph", "coalition", "shutdown", "SIM"):
            assert name not in text.lower().split()


def test_the_warning_stands_first_and_alone() -> None:
    for path in product(("1", "x"), repeat=2):
        assert "phone company can read" not in take_turn(path, MM, arrival=NOW).text
    assert take_turn((), MM, arrival=NOW).text.startswith("Your phone company can read this")


def test_there_are_few_questions_with_few_options_and_digits_that_mean_one_thing() -> None:
    assert len(questions()) <= 4
    for question in questions():
        assert len(question.options) <= 5
        assert [option.digit for option in question.options] == list("12345")[
            : len(question.options)
        ]
    assert [bool(question.free) for question in questions()] == [False] * 3 + [True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_one_reply_says_nothing(language: str) -> None:
    reply = write_reply(Line("MM", (language,)))
    assert reply
    assert (count_septets(reply) or 999) <= 160
    for word in ("heliograph", "coalition", "shutdown", "report", "internet", "secure"):
        assert word not in reply.lower()
