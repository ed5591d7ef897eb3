"""The USSD menu, tested as conversations; and every screen, measured."""

from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.catalogue import languages, text
from reports.codec import encode
from reports.gsm7 import count_septets, fits_screen, fits_sms
from reports.questions import load_dialogue, questions, read_choice
from reports.screens import screen_text
from reports.texts import read_text
from sms.contract import Line
from sms.dialogue import Turn, split_typed, take_turn, write_reply
from tests.coalition import NOW

MM = Line("MM", ("en", "fr"))
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


@pytest.mark.parametrize("name", ["KE", "ke", "Kenya", " kenya ", "Кения", "کینیا"])
def test_the_first_screen_changes_the_country(name: str) -> None:
    phone = Handset()
    first = phone.turn.text
    phone.type(name).sees(first)
    assert phone.turn.report is None
    phone.type("1").sees("Since when?")
    assert (phone.report["cc"], phone.report["seq"]) == ("KE", 1)
    assert Handset().type("0", name, "1").report == {**phone.report, "lang": "fr"}
    assert Handset().type(name, "0", "1").report == {**phone.report, "lang": "fr"}
    assert Handset().type("Norway", name, "1").report == phone.report
    assert Handset(Line(None, ("en",))).type(name, "1").report == phone.report


@pytest.mark.parametrize("answer", ["no", "NO", "in", "all", "internet", "Sittwe", "5", "٣"])
def test_other_answers_change_no_country(answer: str) -> None:
    phone = Handset().type(answer).sees("Since when?")
    assert (phone.report["cc"], phone.report["seq"]) == ("MM", 1)


def test_changes_have_an_end() -> None:
    turn = take_turn(split_typed("KE*" * 40, MM), MM, arrival=NOW)
    assert turn.ends
    assert turn.report is not None
    assert turn.report["cc"] == "KE"


def test_a_country_is_changed_on_the_first_screen_alone() -> None:
    phone = Handset().type("1", "Kenya").sees("How wide")
    assert phone.report["seq"] == 2


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


@pytest.mark.parametrize("digits", ["1342", "١٣٤٢", "۱۳۴۲", "१३४२", "১৩৪২", "၁၃၄၂", "１３４２"])
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


@pytest.mark.parametrize("language", languages())
def test_a_conversation_in_every_language(language: str) -> None:
    phone = Handset(Line("MM", (language,)))
    for question, answer in zip(questions(), ("4", "3", "5", "555"), strict=True):
        assert phone.turn.text == screen_text(language, question)
        assert not phone.turn.ends
        phone.type(answer)
    assert phone.turn.text == text(language, load_dialogue().thanks)
    assert phone.turn.ends
    english = Handset(Line("MM", ("en",))).type("4", "3", "5", "555").report
    assert phone.report == {**english, "lang": language}


@pytest.mark.parametrize("line", list(permutations(languages(), 2)))
def test_the_first_screen_changes_the_language_and_back(line: tuple[str, str]) -> None:
    phone = Handset(Line("MM", line))
    for language, other in (line, line[::-1], line):
        first = screen_text(language, questions()[0], other)
        phone.sees(text(language, load_dialogue().warning), first)
        assert phone.turn.text.splitlines()[-1].startswith("0 ")
        assert phone.turn.report is None
        phone.type("0")


@pytest.mark.parametrize("language", languages())
def test_every_path_fits_and_digits_mean_the_same_everywhere(language: str) -> None:
    """Whatever is answered: 160 septets with `CON `, or 80 units; and the report in English."""
    line = Line("MM", (language, "en" if language != "en" else "fr"))
    english = Line("MM", ("en",))
    paths: list[tuple[str, ...]] = [()]
    ends = 0
    for path in paths:
        turn = take_turn(path, line, arrival=NOW)
        assert fits_screen(turn.text), turn.text
        if count_septets(turn.text) is not None:
            assert len(f"CON {turn.text}") <= 160
        if turn.report is not None:
            expected = take_turn(path, english, arrival=NOW).report
            assert turn.report == {**(expected or {}), "lang": language}
        ends += turn.ends
        if not turn.ends:
            paths.extend((*path, answer) for answer in ("1", "5", "x"))
    assert ends == 3 ** len(questions())


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


REPORTED = ("no mobile internet in Sittwe", "D3 V3 FULL", "they blocked Facebook in Sittwe")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("sms_text", REPORTED)
def test_the_reply_asks_the_next_question_and_repeats_nothing(language: str, sms_text: str) -> None:
    reply = write_reply(Line("MM", (language,)), sms_text, arrival=NOW)
    assert fits_sms(reply)
    assert text(language, "ussd.since") in reply.splitlines()
    for word in ("sittwe", "facebook", "internet", "mm", "d3"):
        assert word not in reply.lower()
    later = write_reply(Line("MM", (language,)), f"{sms_text} since yesterday", arrival=NOW)
    assert fits_sms(later)
    assert text(language, "ussd.scope") in later.splitlines() or later == thanks(language)
    assert text(language, "ussd.since") not in later


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    "sms_text",
    ["", "hello", "23", "internet is back", "calls work", "NET D3 1D NATION", "2 3 4",
     "no internet since yesterday in the whole country, MPT"],
)  # fmt: skip
def test_where_no_question_is_open_it_thanks(language: str, sms_text: str) -> None:
    assert write_reply(Line("MM", (language,)), sms_text, arrival=NOW) == thanks(language)


def thanks(language: str) -> str:
    return text(language, load_dialogue().reply)


def test_a_reply_is_in_the_lines_first_language() -> None:
    assert write_reply(Line("MM", ("ru", "en")), "", arrival=NOW) == thanks("ru")


@pytest.mark.parametrize("language", languages())
def test_what_the_reply_offers_is_understood_when_it_is_texted_back(language: str) -> None:
    line = Line("MM", (language,))
    reply = write_reply(line, "no internet", arrival=NOW)
    offered = [words.split(" ")[0] for words in reply.splitlines() if words[:1].isdigit()]
    assert len(offered) == len(questions()[1].options)
    for digits, option in zip(offered, questions()[1].options, strict=True):
        choice = read_choice(digits, arrival=NOW, country="MM")
        by_menu = take_turn(("1", option.digit), line, arrival=NOW).report
        assert choice
        assert by_menu
        for name in ("since", "since_precision"):
            assert choice[name] == by_menu[name]
        assert "since" not in read_text(digits, arrival=NOW)  # where nobody asked, it says nothing


@given(st.text(max_size=300))
def test_whatever_was_sent_the_reply_is_one_short_text(sms_text: str) -> None:
    reply = write_reply(MM, sms_text, arrival=NOW)
    assert fits_sms(reply)
    assert reply.startswith("Thank you")
