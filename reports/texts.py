"""The reader of free text messages. Nothing is ever refused, and nothing is lost.

A message may be keywords (`NET MM13 D3 S1 V1 FULL 6H MPT`), a sentence, or both, in any order and
case. What is understood becomes fields, and `parsed` names them; what is not stays in `text`; the
whole message stays in `raw`. A wrong reading is worse than a missed one: what is unsure is left.

The rules, and which words count when, are in spec/report-v1.md.
"""

from reports.folding import translate_digits
from reports.grammar import read_message
from reports.lexicon import load_lexicon
from reports.reading import Reading
from reports.report import Report
from reports.table import load_table
from reports.words import split_sentences, split_words
from reports.zawgyi import is_zawgyi, read_zawgyi

READ_CHARACTERS = 2000
"""Only so much of a message is searched for words; a text message of ten parts has 1,530."""
_TAIL = " // "


def read_text(
    text: str, *, arrival: int, country: str | None = None, language: str | None = None
) -> Report:
    """The report that a text message makes. Never raises for any text.

    `arrival` is Unix seconds: relative times count from it. `country` (alpha-2) is what the gateway
    knows of its own number: it helps to read names, and it becomes `cc` where the text names no
    country, without being listed in `parsed`. `language` (ISO 639-1) becomes `lang`.

    Burmese in Zawgyi is read, and its `text` kept, as Unicode; `raw` is as it came.
    The result always has `raw`; half surrogate pairs, which no text can hold, become U+FFFD.
    """
    raw = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    spoken, tail = _split_tail(raw)
    if is_zawgyi(spoken[:READ_CHARACTERS]):
        spoken = read_zawgyi(spoken)
    head = translate_digits(spoken[:READ_CHARACTERS])
    lexicon = load_lexicon()
    words = split_words(head, lexicon.runs)
    reading = Reading(head, words, split_sentences(head), lexicon, arrival=arrival, country=country)
    read_message(reading)
    report = dict(reading.found)
    parts = (reading.keep(spoken[: len(head)]), spoken[len(head) :].strip(), tail)
    left = " ".join(part for part in parts if part)
    report["parsed"] = [one.name for one in load_table().fields if one.name in report]
    report["raw"] = raw
    if left:
        report["text"] = left
    if country and "cc" not in report:
        report["cc"] = country
    if language:
        report["lang"] = language
    return report


def _split_tail(raw: str) -> tuple[str, str]:
    """What follows ` // ` is text, whatever it says; `write_text` puts free text there."""
    padded = f" {raw}"
    head, mark, tail = padded.partition(_TAIL)
    return (head[1:], tail.strip()) if mark else (raw, "")
