"""What a phone shows: a question as a USSD screen, and as the reply to a text.

Each fits its message in the encoding that it is sent in: one letter outside GSM-7 makes all of it
UCS-2, which holds half as much. docs/screens.html shows all of them.
"""

from reports.catalogue import text
from reports.gsm7 import fits_screen, fits_sms
from reports.questions import Question, load_dialogue


def screen_text(lang: str, question: Question, other_language: str | None = None) -> str:
    """A question as a screen: its words, then a line for each option. On the first screen the
    warning stands first and `0` offers the other language, by the best of its names that fits: one
    in another script makes a GSM-7 screen UCS-2, where it is too long."""
    dialogue = load_dialogue()
    screen = "\n".join([text(lang, question.key), *_list_options(lang, question)])
    if question is not dialogue.questions[0]:
        return screen
    screen = f"{text(lang, dialogue.warning)}\n{screen}"
    if other_language is None:
        return screen
    offers = (f"{screen}\n{dialogue.language_digit} {name}" for name in _names(other_language))
    return next(filter(fits_screen, offers), screen)


def thanks_text(lang: str) -> str:
    """The last screen."""
    return text(lang, load_dialogue().thanks)


def reply_text(lang: str, question: Question | None = None) -> str:
    """The reply to a text: thanks, and a question where it may be asked by text and fits.

    Nothing remembers what was asked, so that each option's number says it: `23` is the third option
    of the second question. Where thanks and question are too long, the question stands alone.
    """
    dialogue = load_dialogue()
    if question is None or not question.text_digit:
        return text(lang, dialogue.reply)
    options = _list_options(lang, question, question.text_digit)
    asked = "\n".join([text(lang, question.key), *options])
    longer = (f"{text(lang, key)}\n{asked}" for key in (dialogue.reply, dialogue.thanks))
    return next(filter(fits_sms, (*longer, asked)), text(lang, dialogue.reply))


def _list_options(lang: str, question: Question, before: str = "") -> list[str]:
    return [f"{before}{option.digit} {text(lang, option.key)}" for option in question.options]


def _names(lang: str) -> list[str]:
    """A language's names, best first: in its own letters, in Latin letters, its code."""
    dialogue = load_dialogue()
    latin = dialogue.latin_names.get(lang)
    return [text(lang, dialogue.language_key), *([latin] if latin else []), lang.upper()]
