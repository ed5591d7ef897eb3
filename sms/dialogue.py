"""The USSD menu: from all that was typed so far to the next screen and the report so far. Pure.

The questions, options and words are reports/'s. An answer that chooses no option is kept as free
text, never refused and never asked again: the person may have no second try.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.lexicon import load_lexicon
from reports.places import find_country
from reports.questions import (
    answer_fields,
    find_open_question,
    load_dialogue,
    questions,
    read_choice,
    read_digits,
)
from reports.report import Report
from reports.screens import reply_text, screen_text, thanks_text
from reports.texts import read_text
from sms.contract import Line

JOINER = "*"
"""Between answers, where a provider sends all of them; and a person may type it too."""

MAX_CHANGES = 32
"""Inputs that can change language or country; so many that nobody types them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """text: the screen. ends: it is the last one. report: what was said so far, with `seq` the
    number of answers and without `raw`; None while nothing was answered."""

    text: str
    ends: bool
    report: Report | None


def split_typed(typed: str, line: Line) -> tuple[str, ...]:
    """All that was typed, joined by `*`, as inputs. The last question's answer takes what is left,
    with every `*` in it."""
    if not typed:
        return ()
    changes, _ = _change_line(typed.split(JOINER), line)
    return tuple(typed.split(JOINER, changes + len(questions()) - 1))


def take_turn(inputs: Sequence[str], line: Line, *, arrival: int) -> Turn:
    """The next screen after these inputs: first what changes the line, then answers.

    On the first screen `0` goes to the line's next language, and a country's name or code changes
    the country; the screen comes again. arrival: Unix seconds, from which "since yesterday" counts.
    """
    changes, line = _change_line(inputs, line)
    language, *others = line.languages
    answers = _join_rest(inputs[changes:])
    report = _tell(answers, line, language, arrival) if answers else None
    if len(answers) == len(questions()):
        return Turn(thanks_text(language), ends=True, report=report)
    other = others[0] if others and others[0] != language else None
    screen = screen_text(language, questions()[len(answers)], other)
    return Turn(screen, ends=False, report=report)


def write_reply(line: Line, sms_text: str, *, arrival: int) -> str:
    """The one text that may answer an SMS: thanks, and the next question where it may be asked.

    It repeats nothing of what was said. The questions come after what is cut, which no reply may
    name: a text in which nothing of it was understood is only thanked for, and so is an answer to
    such a question. sms_text: the whole text; empty where only a part of it is known.
    """
    language = line.languages[0]
    if read_choice(sms_text, arrival=arrival):
        return reply_text(language)
    said = read_text(sms_text, arrival=arrival, country=line.country)
    return reply_text(language, find_open_question(said))


def _change_line(inputs: Sequence[str], line: Line) -> tuple[int, Line]:
    """How many inputs at the start change the line, and the line that they make: its first language
    is the one to speak."""
    changed = line
    for number, one in enumerate(inputs[:MAX_CHANGES]):
        country = _find_country(one)
        if country:
            changed = replace(changed, country=country)
        elif len(line.languages) > 1 and read_digits(one) == load_dialogue().language_digit:
            first, *others = changed.languages
            changed = replace(changed, languages=(*others, first))
        else:
            return number, changed
    return len(inputs[:MAX_CHANGES]), changed


def _find_country(answer: str) -> str | None:
    """The country that an answer names; `NO`, `IN` and the like are rather words than codes."""
    is_word = answer.strip().upper() in load_lexicon().country_words
    return None if is_word else find_country(answer)


def _join_rest(answers: Sequence[str]) -> tuple[str, ...]:
    last = len(questions()) - 1
    return (*answers[:last], JOINER.join(answers[last:])) if len(answers) > last else tuple(answers)


def _tell(answers: Sequence[str], line: Line, language: str, arrival: int) -> Report:
    """The report of these answers. What was chosen stands; what was only read fills gaps."""
    chosen: Report = {}
    read: Report = {}
    parsed: set[str] = set()
    words: list[str] = []
    for question, answer in zip(questions(), answers, strict=False):
        if question.free and _is_nothing(answer):
            continue
        fields = answer_fields(question, answer, arrival=arrival, country=line.country)
        if fields is not None and not question.free:
            chosen |= fields
            continue
        if fields is None:
            fields = read_text(answer, arrival=arrival, country=line.country)
        understood = set(fields.get("parsed", ())) & fields.keys() - {"raw"}
        parsed |= understood
        words.append(fields.get("text", ""))
        read |= {name: fields[name] for name in (*understood, question.free) if name in fields}
    report = {**read, **chosen, "lang": language, "seq": len(answers)}
    if line.country:
        report.setdefault("cc", line.country)
    if any(words):
        report["text"] = "\n".join(filter(None, words))
    if parsed - chosen.keys():
        report["parsed"] = sorted(parsed - chosen.keys())
    return report


def _is_nothing(answer: str) -> bool:
    """`0` ends the menu without a word, as its last screen says; so does an empty answer."""
    return read_digits(answer) in ("", load_dialogue().language_digit)
