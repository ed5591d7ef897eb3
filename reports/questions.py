"""The dialogue's questions, from the table's `dialogue`: what to ask, and what an answer says.

Nothing here knows USSD or SMS. `violence` and `abuse` are never asked here: a phone company reads
these answers.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from reports.codec import cap_text
from reports.report import Report
from reports.since import civil_midnight, round_down
from reports.table import load_table
from reports.texts import read_text

_HOUR, _DAY = 3_600, 86_400
_DIGITS_MOST = 16


@dataclass(frozen=True, slots=True)
class Option:
    """One numbered answer. `sets`: field values. `hours` or `days`: how long before arrival it
    began, with `precision`."""

    digit: str
    key: str
    sets: Report = field(default_factory=dict)
    hours: int | None = None
    days: int | None = None
    precision: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: options to choose from, or (`free`) words that fill that field.

    asks: fields of which one answers it. text_digit: where the reply to an SMS may ask it, the
    digit before the option's; empty where no text may: its words would say what is cut.
    """

    id: str
    key: str
    asks: tuple[str, ...]
    text_digit: str = ""
    options: tuple[Option, ...] = ()
    free: str = ""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """`warning` stands before the first question; `language_digit` on that screen changes the
    language (`language_key`, in the other language's words); `thanks` ends it; `reply` is the
    neutral answer to a plain SMS. All are catalogue keys but the digit. latin_names: language to
    its own name in letters of GSM-7."""

    warning: str
    language_digit: str
    language_key: str
    latin_names: Mapping[str, str]
    thanks: str
    reply: str
    questions: tuple[Question, ...]


@cache
def load_dialogue() -> Dialogue:
    """The dialogue of the table."""
    raw = load_table().dialogue
    questions = tuple(
        Question(
            one["id"], one["key"], tuple(one["asks"]), one.get("text_digit", ""),
            tuple(map(_read_option, one.get("options", ()))), one.get("free", ""),
        )
        for one in raw["questions"]
    )  # fmt: skip
    return Dialogue(
        raw["warning"], raw["language_digit"], raw["language_key"], raw["latin_names"],
        raw["thanks"], raw["reply"], questions,
    )  # fmt: skip


def _read_option(raw: Report) -> Option:
    since = raw.get("since", {})
    return Option(
        raw["digit"], raw["key"], raw.get("sets", {}), since.get("hours"), since.get("days"),
        since.get("precision", ""),
    )  # fmt: skip


def questions() -> tuple[Question, ...]:
    """The questions in their order."""
    return load_dialogue().questions


def read_digits(answer: str) -> str:
    """An answer with the digits of every script as ASCII, without spaces around it and without the
    marks of direction that keyboards add; what is longer than a few characters comes as it is."""
    if len(answer) > _DIGITS_MOST:
        return answer
    shown = (char for char in answer if unicodedata.category(char) != "Cf")
    return "".join(str(unicodedata.digit(char, char)) for char in shown).strip()


def find_option(question: Question, answer: str) -> Option | None:
    """The option that an answer chooses, whatever the digits' script; None where it is none."""
    digit = read_digits(answer)
    return next((option for option in question.options if option.digit == digit), None)


def option_fields(option: Option, *, arrival: int, country: str | None = None) -> Report:
    """The fields that an option sets. `arrival` is Unix seconds; `country` (alpha-2) says which
    civil day it is there."""
    fields = {name: _copy(value) for name, value in option.sets.items()}
    if option.hours is not None:
        fields["since"] = round_down(arrival - option.hours * _HOUR)
    elif option.days is not None:
        fields["since"] = civil_midnight(arrival, country) - option.days * _DAY
    else:
        return fields
    fields["since_precision"] = option.precision
    return fields


def answer_fields(
    question: Question,
    answer: str,
    *,
    arrival: int,
    country: str | None = None,
    language: str | None = None,
) -> Report | None:
    """The fields that an answer to a question sets; None where it chooses no option.

    A free answer is read like a text message: what is understood becomes fields, the rest goes into
    the question's field, and `raw` holds the answer. An empty answer, or `0`, sets nothing.
    """
    if not question.free:
        option = find_option(question, answer)
        return option_fields(option, arrival=arrival, country=country) if option else None
    if read_digits(answer) in ("", "0"):
        return {}
    fields = read_text(answer, arrival=arrival, country=country, language=language)
    rest = fields.get("text", "")
    if rest and question.free not in fields:
        fields[question.free] = cap_text(rest, load_table().by_name[question.free].max_bytes)
        if fields[question.free] == rest:
            del fields["text"]
    return fields


def find_open_question(report: Report) -> Question | None:
    """The first question that a report leaves open; None also where it tells that all is over."""
    if report.get("status") == "ended":
        return None
    return next((one for one in questions() if not _is_answered(one, report)), None)


def _is_answered(question: Question, report: Report) -> bool:
    said = {name: report[name] for name in question.asks if name in report}
    if "net" in said and not {"down", "slow"} & set(said["net"].values()):
        del said["net"]  # what works is no answer to "what is cut?"
    return bool(said)


def read_choice(message: str, *, arrival: int, country: str | None = None) -> Report | None:
    """The report of a text that is nothing but an answer's two digits, such as `23`: the question's
    and the option's. None for every other text."""
    digits = read_digits(message)
    asked = (one for one in questions() if one.text_digit and one.text_digit == digits[:1])
    option = next((find_option(one, digits[1:]) for one in asked), None)
    if option is None or len(digits) > 2:  # `2 3` is two answers, or none
        return None
    fields = option_fields(option, arrival=arrival, country=country)
    fields["parsed"] = [one.name for one in load_table().fields if one.name in fields]
    fields["raw"] = message
    if country:
        fields["cc"] = country
    return fields


def _copy(value: object) -> object:
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else value
