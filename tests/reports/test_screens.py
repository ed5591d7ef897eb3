"""Every screen and reply of every language and pair of languages, measured as it will be sent."""

from itertools import permutations

import gsm0338
import pytest

from reports.catalogue import languages, load_catalogue, text
from reports.questions import load_dialogue, questions
from reports.screens import reply_text, screen_text, thanks_text

SCREEN = {"gsm": 160 - len("CON "), "ucs2": 80}
SMS = {"gsm": 160, "ucs2": 70}
PAIRS = list(permutations(languages(), 2))

# What no phone may show: our names, and promises, whatever the ending of the word.
NAMES = ("heliograph", "гелиограф", "геліограф", "keepiton", "access now", "shutdown")
NOT_SAID = {
    "en": ("coalition", "secur", "safe", "secret", "anonym", "report"),
    "fr": ("coalition", "sécuris", "secret", "anonym", "signalement"),
    "ar": ("تحالف", "ائتلاف", "آمن", "سري", "مجهول", "بلاغ"),
    "ur": ("اتحاد", "محفوظ", "خفیہ", "گمنام", "رپورٹ"),
    "fa": ("ائتلاف", "امن", "محرمانه", "ناشناس", "گزارش"),
    "hi": ("गठबंधन", "सुरक्षित", "गुप्त", "गुमनाम", "रिपोर्ट"),
    "my": ("မဟာမိတ်", "လုံခြုံ", "လျှို့ဝှက်", "အမည်မသိ", "သတင်းပို့"),
    "ru": ("коалици", "безопас", "защищ", "секрет", "аноним", "донес", "шатдаун"),
    "uk": ("коаліці", "безпеч", "захищ", "секрет", "анонім", "донес", "шатдаун"),
    "be": ("кааліцы", "бяспеч", "абарон", "сакрэт", "ананім", "данос", "шатдаўн"),
    "am": ("ጥምረት", "ደህንነ", "አስተማማኝ", "ሚስጥር", "ሪፖርት"),
    "bn": ("জোট", "নিরাপদ", "গোপন", "রিপোর্ট"),
    "es": ("coalici", "segur", "anónim", "denuncia"),
    "tr": ("koalisyon", "güven", "guven", "gizli", "rapor"),
    "sw": ("muungano", "salama", "siri", "ripoti"),
    "id": ("koalisi", "aman", "rahasia", "lapor"),
    "pt": ("coaliz", "segur", "sigil", "anónim", "anônim", "denúncia"),
}
# What a reply to a text may not even hint at: the network, and that it is cut.
NOT_REPLIED = {
    "en": ("internet", "network", "mobile", "sms", "cut", "down"),
    "fr": ("internet", "réseau", "mobile", "sms", "coup", "panne"),
    "ar": ("نت", "شبك", "موبايل", "قطع", "حجب"),
    "ur": ("نیٹ", "ڈیٹا", "موبائل", "بند"),
    "fa": ("نت ", "اینترنت", "شبکه", "قطع", "فیلتر"),
    "hi": ("नेट", "डेटा", "मोबाइल", "बंद"),
    "my": ("အင်တာနက်", "ဒေတာ", "လိုင်း", "ပြတ်"),
    "ru": ("инет", "интернет", "связ", "отключ", "нет"),
    "uk": ("інет", "інтернет", "зв'яз", "вимкн", "зник"),
    "be": ("інэт", "інтэрнэт", "сувяз", "адключ", "няма"),
    "am": ("ኢንተርኔት", "ኔትወርክ", "ዳታ", "ተቋር"),
    "bn": ("নেট", "ডাটা", "ডেটা", "মোবাইল", "বন্ধ"),
    "es": ("datos", "cort", "caíd"),
    "tr": ("şebeke", "sebeke", "mobil", "kesi"),
    "sw": ("intaneti", "mtandao", "imekat", "zimekat"),
    "id": ("jaringan", "seluler", "putus", "mati"),
    "pt": ("dados", "cort", "caiu"),
}


def measure(shown: str) -> tuple[str, int]:
    """The encoding that a text is sent in, and its length there."""
    try:
        return "gsm", len(gsm0338.Codec().encode(shown)[0])
    except UnicodeEncodeError:
        return "ucs2", len(shown.encode("utf-16-be")) // 2


def check(shown: str, limits: dict[str, int]) -> str:
    encoding, length = measure(shown)
    assert length <= limits[encoding], f"{length} in {encoding}: {shown}"
    assert not any(name in shown.lower() for name in NAMES)
    return encoding


@pytest.mark.parametrize("lang", languages())
def test_every_screen_fits(lang: str) -> None:
    assert len(questions()) <= 4
    encodings = {check(screen_text(lang, question), SCREEN) for question in questions()}
    check(thanks_text(lang), SCREEN)
    if lang in ("en", "fr"):
        assert encodings == {"gsm"}


@pytest.mark.parametrize(("lang", "other"), PAIRS)
def test_the_first_screen_fits_with_every_other_language(lang: str, other: str) -> None:
    alone = screen_text(lang, questions()[0])
    first = screen_text(lang, questions()[0], other)
    check(first, SCREEN)
    *lines, last = first.splitlines()
    assert "\n".join(lines) == alone
    digit, _, name = last.partition(" ")
    dialogue = load_dialogue()
    known = {text(other, dialogue.language_key), other.upper(), dialogue.latin_names.get(other)}
    assert (digit, name in known) == (dialogue.language_digit, True), last


@pytest.mark.parametrize("lang", languages())
def test_the_first_screen_warns_asks_and_lists_in_this_order(lang: str) -> None:
    first, *others = questions()
    lines = screen_text(lang, first).splitlines()
    assert lines[0] == text(lang, load_dialogue().warning)
    assert lines[1] == text(lang, first.key)
    assert [line[:2] for line in lines[2:]] == ["1 ", "2 ", "3 ", "4 ", "5 "]
    for question in others:
        assert lines[0] not in screen_text(lang, question)


@pytest.mark.parametrize("lang", languages())
def test_options_of_one_question_are_different_words(lang: str) -> None:
    for question in questions():
        words = [text(lang, option.key) for option in question.options]
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("lang", languages())
def test_every_reply_fits_one_text(lang: str) -> None:
    for question in (None, *questions()):
        reply = reply_text(lang, question)
        check(reply, SMS)
        asks = question is not None and question.text_digit
        if not asks:
            assert reply == text(lang, load_dialogue().reply)
            continue
        assert text(lang, question.key) in reply.splitlines()
        for option in question.options:
            number = f"{question.text_digit}{option.digit}"
            assert f"{number} {text(lang, option.key)}" in reply.splitlines()


def test_where_thanks_and_question_are_too_long_thanks_alone_are_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reports.screens.fits_sms", lambda shown: "21" not in shown)
    assert reply_text("en", questions()[1]) == "Thank you. Your message has arrived."


def test_where_no_name_fits_the_warning_stays_and_the_offer_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reports.screens.fits_screen", lambda shown: "\n0 " not in shown)
    assert screen_text("ru", questions()[0], "en") == screen_text("ru", questions()[0])


@pytest.mark.parametrize("lang", languages())
def test_nothing_on_a_phone_names_us_or_promises_safety(lang: str) -> None:
    for key, message in load_catalogue(lang).items():
        if key.startswith(("ussd.", "sms.")):
            plain = message.text.lower()
            for word in (*NAMES, *NOT_SAID["en"], *NOT_SAID[lang]):
                assert word not in plain, key


@pytest.mark.parametrize("lang", languages())
def test_no_reply_says_what_it_answers(lang: str) -> None:
    for question in (None, *questions()):
        plain = reply_text(lang, question).lower()
        for word in ("internet", "network", *NOT_REPLIED[lang]):
            assert word not in plain, question


def test_screen() -> None:
    assert screen_text("en", questions()[1]) == (
        "Since when?\n1 Just now\n2 Today\n3 Yesterday\n4 2 to 6 days ago\n5 A week or more ago"
    )
    assert screen_text("en", questions()[0]).splitlines()[-1] == "5 Only apps or sites"
    assert screen_text("en", questions()[0], "ar").splitlines()[-1] == "0 Arabi"
    assert screen_text("ur", questions()[0], "en").splitlines()[-1] == "0 English"
    assert screen_text("ru", questions()[0], "en").splitlines()[-1] == "0 EN"
