"""The dialogue's questions, from the table's `dialogue`: what to ask, and what an answer says.

Nothing here knows USSD or SMS. `violence` and `abuse` are never asked here: a phone company reads
these answers.
"""

from dataclasses import dataclass, field
from functools import cache

from reports.catalogue import text
from reports.codec import cap_text
from reports.folding import DIGITS
from reports.report import Report
from reports.since import civil_midnight, round_down
from reports.table import load_table
from reports.texts import read_text

_HOUR, _DAY = 3_600, 86_400


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
    """One question: options to choose from, or (`free`) words that fill that field."""

    id: str
    key: str
    options: tuple[Option, ...] = ()
    free: str = ""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """`warning` stands before the first question; `language_digit` on that screen changes the
    language (`language_key`, in the other language's words); `thanks` ends it; `reply` is the
    neutral answer to a plain SMS. All are catalogue keys but the digit."""

    warning: str
    language_digit: str
    language_key: str
    thanks: str
    reply: str
    questions: tuple[Question, ...]


@cache
def load_dialogue() -> Dialogue:
    """The dialogue of the table."""
    raw = load_table().dialogue
    questions = tuple(
        Question(
            one["id"], one["key"], tuple(map(_read_option, one.get("options", ()))),
            one.get("free", ""),
        )
        for one in raw["questions"]
    )  # fmt: skip
    return Dialogue(
        raw["warning"], raw["language_digit"], raw["language_key"], raw["thanks"], raw["reply"],
        questions,
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


def find_option(question: Question, answer: str) -> Option | None:
    """The option that an answer chooses, whatever the digits' script; None where it is none."""
    digit = answer.strip().translate(DIGITS)
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
    if answer.strip().translate(DIGITS) in ("", "0"):
        return {}
    fields = read_text(answer, arrival=arrival, country=country, language=language)
    rest = fields.get("text", "")
    if rest and question.free not in fields:
        fields[question.free] = cap_text(rest, load_table().by_name[question.free].max_bytes)
        if fields[question.free] == rest:
            del fields["text"]
    return fields


def screen_text(lang: str, question: Question, other_language: str | None = None) -> str:
    """A question as a screen: its words, then a line for each option. On the first screen the
    warning stands first and `0` offers the other language."""
    dialogue = load_dialogue()
    lines = [text(lang, question.key)]
    lines += [f"{option.digit} {text(lang, option.key)}" for option in question.options]
    if question is dialogue.questions[0]:
        lines.insert(0, text(lang, dialogue.warning))
        if other_language:
            lines.append(f"{dialogue.language_digit} {text(other_language, dialogue.language_key)}")
    return "\n".join(lines)


def _copy(value: object) -> object:
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else value
