"""The reader of text messages: a table of messages, what it must leave alone, and properties."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.codec import cap, decode, encode
from reports.lexicon import operator_name
from reports.report import Report
from reports.texts import READ_CHARACTERS, read_text
from reports.zawgyi import is_zawgyi, read_zawgyi

ARRIVAL = 1_699_963_300  # Tuesday 2023-11-14 12:01:40 UTC
TODAY = 1_699_920_000
DAY, HOUR = 86_400, 3_600
QUARTER = ARRIVAL // 900 * 900


def read(text: str, country: str | None = None) -> Report:
    """What was understood, and `text`; without the original and the list of names."""
    report = read_text(text, arrival=ARRIVAL, country=country)
    assert report.pop("raw") == text
    parsed = report.pop("parsed")
    said = set(report) - {"text"}
    assert set(parsed) == said - ({"cc"} if country and "cc" not in parsed else set())
    return report


def day(before: int, precision: str = "day") -> Report:
    return {"since": TODAY - before * DAY, "since_precision": precision}


def hours(before: int) -> Report:
    return {"since": QUARTER - before * HOUR, "since_precision": "hour"}


EXAMPLE = {
    "cc": "MM", "region": "MM-13", "op": ["41401"], "kind": ["full"], **hours(6),
    "net": {"data": "down", "sms": "ok", "voice": "ok"},
}  # fmt: skip

MESSAGES: list[tuple[str, str | None, Report]] = [
    # Messages of keywords.
    ("NET MM13 D3 S1 V1 FULL 6H MPT", None, EXAMPLE),
    ("net mm13 d3 s1 v1 full 6h mpt", None, EXAMPLE),
    ("MPT 6H FULL V1 S1 D3 MM-13", None, EXAMPLE),
    ("Net: MM13, D3/S1/V1, Full... 6H + MPT!", None, EXAMPLE),
    ("NET MM١٣ D٣ S١ V١ FULL ٦H MPT", None, EXAMPLE),
    ("NET MM۱۳ D۳ S۱ V۱ FULL ۶H MPT", None, EXAMPLE),
    ("NET MM१३ D३ S१ V१ FULL ६H MPT", None, EXAMPLE),
    ("NET MM১৩ D৩ S১ V১ FULL ৬H MPT", None, EXAMPLE),
    ("NET MM၁၃ D၃ S၁ V၁ FULL ၆H MPT", None, EXAMPLE),
    ("\u202bNET MM13 D3 S1 V1 FULL 6H MPT\u202c", None, EXAMPLE),
    # Everyday words in the codes after NET, whatever the place's letters are.
    ("NET D3 FULL 6H Kampala MTN", "UG", {
        "cc": "UG", "region": "UG-102", "op": ["64110"], "kind": ["full"], **hours(6),
        "net": {"data": "down"}}),
    ("NET D3 BACK GULU", "UG", {
        "cc": "UG", "region": "UG-304", "net": {"data": "down"}, "status": "ended"}),
    ("NET D3 FULL ရန်ကုန်", "MM", {
        "cc": "MM", "net": {"data": "down"}, "kind": ["full"], "text": "ရန်ကုန်"}),
    ("net d3 s3 on mtn in gulu", "UG", {
        "cc": "UG", "region": "UG-304", "op": ["64110"], "net": {"data": "down", "sms": "down"},
        "text": "on in"}),
    ("NET D3 ARE WE ALONE", None, {"net": {"data": "down"}, "text": "ARE WE ALONE"}),
    ("NET D3 CALL ME BACK", None, {"net": {"data": "down"}, "text": "CALL ME BACK"}),
    ("D3 S1 BACK GULU", "UG", {
        "cc": "UG", "region": "UG-304", "net": {"data": "down", "sms": "ok"}, "text": "BACK"}),
    ("D3 B2 S1 V0 T1 P3", None, {"net": {
        "data": "down", "fixed": "slow", "sms": "ok", "voice": "unknown", "satellite": "ok",
        "power": "down"}}),
    ("B3", None, {"net": {"fixed": "down"}}),
    ("ON", None, {"status": "ongoing"}),
    ("back", None, {"status": "ended"}),
    ("FB WA TG D2 BACK", None, {
        "plat": ["facebook", "whatsapp", "telegram"], "net": {"data": "slow"}, "status": "ended"}),
    ("NET D3 Facebook WhatsApp", None, {
        "plat": ["facebook", "whatsapp"], "net": {"data": "down"}}),
    ("NET D3 2D VOTE ONETOWN", None, {
        "net": {"data": "down"}, "cause": "election", "scope": "town", **day(2)}),
    ("NOCONTACT RISK D3", None, {"safety": ["risk", "nocontact"], "net": {"data": "down"}}),
    ("NET IN D3", None, {"cc": "IN", "net": {"data": "down"}}),
    ("NET D3 IN GOMA CC:CD", None, {
        "cc": "CD", "net": {"data": "down"}, "text": "IN GOMA"}),
    ("UG D3", None, {"cc": "UG", "net": {"data": "down"}}),
    ("SD D3", None, {"cc": "SD", "net": {"data": "down"}}),
    ("NET IN-BR D3 2019-08-05..2019-08-07 EXAM", None, {
        "cc": "IN", "region": "IN-BR", "net": {"data": "down"}, "cause": "exam",
        "since": 1_564_963_200, "since_precision": "day",
        "until": 1_565_136_000, "until_precision": "day"}),
    ('D3 OP:"Ethio Telecom" cc=et', None, {
        "net": {"data": "down"}, "op": ["Ethio Telecom"], "cc": "ET"}),
    ("D3 op: Frontiir AREA:Hlaing", None, {
        "net": {"data": "down"}, "op": ["Frontiir"], "area": "Hlaing"}),
    ("OP:a OP:b OP:c OP:d", None, {"op": ["a", "b", "c"], "text": "OP:d"}),
    ("CC:ZZ D3", None, {"text": "CC:ZZ D3"}),
    ("NET D3 D1", None, {"net": {"data": "down"}, "text": "D1"}),
    ("NET D3 ON BACK", None, {"net": {"data": "down"}, "status": "ongoing", "text": "BACK"}),
    ("NET D3 ON people are afraid", None, {
        "net": {"data": "down"}, "status": "ongoing", "text": "people are afraid"}),
    ("net d3 s3 on airtel since the war", "UG", {
        "net": {"data": "down", "sms": "down"}, "op": ["64101"], "cc": "UG",
        "text": "on since the war"}),
    ("NET D3 // ON S3 is text", None, {"net": {"data": "down"}, "text": "ON S3 is text"}),
    ("// NET D3", None, {"text": "NET D3"}),
    ("NET", None, {"text": "NET"}),
    ("NET D3 are we alone", None, {"net": {"data": "down"}, "text": "are we alone"}),
    ("NET CC:XS SO-AW D3", None, {"cc": "XS", "region": "SO-AW", "net": {"data": "down"}}),
    ("mm-13 d3", None, {"cc": "MM", "region": "MM-13", "net": {"data": "down"}}),
    ("INBR D3 S3", None, {
        "cc": "IN", "region": "IN-BR", "net": {"data": "down", "sms": "down"}}),
    # English.
    ("no internet since yesterday in Goma, Airtel", "CD", {
        "kind": ["full"], "op": ["63002"], "cc": "CD", "text": "in Goma", **day(1)}),
    ("We have had no internet for 3 days in Kachin state", "MM", {
        "kind": ["full"], "cc": "MM", "region": "MM-11", "text": "We have had in state",
        **day(3)}),
    ("NO INTERNET IN MYANMAR", None, {"kind": ["full"], "cc": "MM", "text": "IN"}),
    ("Facebook, WhatsApp and Telegram are blocked in Uganda since two weeks, MTN works", None, {
        "plat": ["facebook", "whatsapp", "telegram"], "cc": "UG", "text": "in MTN works",
        **day(14, "about")}),
    ("Whatsapp is not working but telegram still works", None, {
        "plat": ["whatsapp"], "plat_works": {"telegram": "yes"}, "text": "but"}),
    ("No sms, calls ok", None, {"net": {"sms": "down", "voice": "ok"}}),
    ("No sms and no calls", None, {"net": {"sms": "down", "voice": "down"}, "text": "and"}),
    ("slow wifi, mobile data off", None, {"net": {"fixed": "slow", "data": "down"}}),
    ("internet is very slow since this morning", None, {"kind": ["throttled"], **day(0)}),
    ("they cut the internet because of the election in Uganda", None, {
        "kind": ["full"], "cause": "election", "cc": "UG", "text": "they in"}),
    ("no internet 6 hours", None, {"kind": ["full"], **hours(6)}),
    ("no internet, started 6 hours ago", None, {
        "kind": ["full"], **hours(6)}),
    ("no internet since 5hrs", None, {"kind": ["full"], **hours(5)}),
    ("no internet since 6h", None, {"kind": ["full"], **hours(6)}),
    ("internet cut just now", None, {
        "kind": ["full"], "since": QUARTER, "since_precision": "hour"}),
    ("Internet is back since today. Thanks", None, {
        "status": "ended", "until": TODAY, "until_precision": "day", "text": "Thanks"}),
    ("still no internet, also calls not working", None, {
        "kind": ["full"], "status": "ongoing", "net": {"voice": "down"}, "text": "also"}),
    ("they shut down the internet nationwide", None, {
        "kind": ["full"], "scope": "nation", "text": "they"}),
    ("do not contact me", None, {"safety": ["nocontact"]}),
    ("I live in Turkey and the internet is cut", None, {
        "cc": "TR", "kind": ["full"], "text": "I live in and the"}),
    ("no internet here, Orange is bad, in Dakar", "SN", {
        "kind": ["full"], "op": ["60801"], "cc": "SN", "region": "SN-DK",
        "text": "here is bad, in"}),
    ("Airtel works, MTN no internet", "UG", {
        "kind": ["full"], "op": ["64110"], "cc": "UG", "text": "Airtel works"}),
    ("no internet here, 3 days of food left", None, {
        "kind": ["full"], "text": "here, 3 days of food left"}),
    ("no sms works", None, {"net": {"sms": "down"}, "text": "works"}),
    ("no internet for 3 sms", None, {"kind": ["full"], "text": "for 3 sms"}),
    ("no internet, and in 3 days we vote", None, {
        "kind": ["full"], "text": "and in 3 days we vote"}),
    ("no internet, the cut may be because of the election", None, {
        "kind": ["full"], "text": "the cut may be because of the election"}),
    ("no internet because of the internet", None, {
        "kind": ["full"], "text": "because of the internet"}),
    ("no internet because of sms election", None, {
        "kind": ["full"], "text": "because of sms election"}),
    ("NET TG D3", None, {"plat": ["telegram"], "net": {"data": "down"}}),
    ("snake_case no_internet", None, {"kind": ["full"], "text": "snake_case"}),
    # French.
    ("pas d'internet depuis 3 jours", None, {"kind": ["full"], **day(3)}),
    ("Pas de réseau depuis hier à cause des élections, Orange", "CM", {
        "kind": ["full"], "cause": "election", "op": ["62402"], "cc": "CM", **day(1)}),
    ("les SMS ne marchent pas, appels ok", None, {
        "net": {"sms": "down", "voice": "ok"}, "text": "les"}),
    ("L’internet est coupé dans tout le pays", None, {
        "kind": ["full"], "scope": "nation"}),
    ("On a coupé internet il y a 2 heures", None, {"kind": ["full"], "text": "On", **hours(2)}),
    ("Facebook et WhatsApp bloqués au Tchad", None, {
        "plat": ["facebook", "whatsapp"], "cc": "TD", "text": "au"}),
    ("internet est revenu ce matin", None, {
        "status": "ended", "until": TODAY, "until_precision": "day"}),
    # Arabic, Persian, Urdu: right to left, with Latin codes and digits inside.
    ("انقطاع الإنترنت منذ أمس في السودان", None, {
        "kind": ["full"], "cc": "SD", "text": "في", **day(1)}),
    ("لا يوجد إنترنت منذ ٣ أيام D3 FB", None, {
        "kind": ["full"], "net": {"data": "down"}, "plat": ["facebook"], **day(3)}),
    ("NET SD D3 السودان سوداني", None, {
        "net": {"data": "down"}, "cc": "SD", "op": ["63407"]}),
    ("\u200fNET IQ D3 S1 العراق\u200f", None, {
        "net": {"data": "down", "sms": "ok"}, "cc": "IQ"}),
    ("اینترنت قطع شده از دیروز ایرانسل", "IR", {
        "kind": ["full"], "op": ["43235"], "cc": "IR", **day(1)}),
    ("انٹرنیٹ بند ہے 5 دن سے", None, {"kind": ["full"], **day(5)}),
    # Burmese has no spaces between words.
    ("အင်တာနက်ပြတ်နေတယ် ၃ ရက်ရှိပြီ", None, {
        "kind": ["full"], **day(3)}),
    ("ရခိုင်ပြည်နယ် အင်တာနက်မရ", "MM", {
        "kind": ["full"], "cc": "MM", "region": "MM-16"}),
    ("မြန်မာ D3 S1", None, {"cc": "MM", "net": {"data": "down", "sms": "ok"}}),
    # Others.
    ("बिहार में इंटरनेट बंद है 2 दिन से, जियो", "IN", {
        "kind": ["full"], "cc": "IN", "region": "IN-BR", "text": "में", "op": ["Jio"],
        **day(2)}),
    ("нет интернета 2 дня, Билайн, Ингушетия", "RU", {
        "kind": ["full"], "op": ["25099"], "cc": "RU", "region": "RU-IN",
        **day(2)}),
    ("ኢንተርኔት የለም ከትናንት ጀምሮ ትግራይ ኢትዮ ቴሌኮም", "ET", {
        "kind": ["full"], "cc": "ET", "region": "ET-TI", "op": ["63601"],
        **day(1)}),
    ("ইন্টারনেট নেই গতকাল থেকে, গ্রামীণফোন", None, {
        "kind": ["full"], "cc": "BD", "op": ["47001"], **day(1)}),
    ("hakuna intaneti tangu jana Safaricom", None, {
        "kind": ["full"], "op": ["Safaricom"], **day(1)}),
    ("internet yok dünden beri", None, {"kind": ["full"], **day(1)}),
]  # fmt: skip

LEFT_ALONE = [
    "",
    "   ",
    "😡😡",
    "?!",
    "hello how are you",
    "I will be in the office today",
    "I live in flat B3 next to my friend",
    "meet me at 6H IN the market",
    "flight at 6H IN TV show US PM",
    "CALL ME BACK ON SUNDAY",
    "My name is Jordan",
    "5 GB left",
    "is the internet back?",
    "when internet is back I will call",
    "if they cut the internet please call me",
    "tell me if WhatsApp is blocked",
    "the internet is not back",
    "we need money and food, the school is closed, no news",
    "il ira demain à la réunion",
    "no problem",
    "IN", "NO", "IT", "SO", "ME", "TO", "AM", "BY", "IS",
    "because of my work",
    "in 3 days we vote",
    "Free for all",
    "2019-13-45",
    "1969-01-01",
    "OP:",
    "CC:",
    "Ça va, et toi?",
]  # fmt: skip


@pytest.mark.parametrize(("text", "country", "expected"), MESSAGES)
def test_message(text: str, country: str | None, expected: Report) -> None:
    assert read(text, country) == expected


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone(text: str) -> None:
    kept = text.strip()
    assert read(text) == ({"text": kept} if kept else {})


def test_two_countries_or_two_regions_are_none() -> None:
    assert "cc" not in read("no internet in Uganda and Kenya")
    report = read("no internet in Kachin and Chin", "MM")
    assert report["cc"] == "MM"
    assert "region" not in report
    assert "Kachin and Chin" in report["text"]


def test_what_the_gateway_knows_is_no_part_of_what_was_read() -> None:
    report = read_text("hello", arrival=ARRIVAL, country="UG", language="en")
    assert report == {
        "raw": "hello", "text": "hello", "parsed": [], "cc": "UG", "lang": "en",
    }  # fmt: skip
    assert read("hello Kenya", "UG")["cc"] == "KE"


def test_a_civil_day_is_that_of_the_country() -> None:
    """22:00 UTC on the 14th is the 15th in Myanmar, and still the 14th in Venezuela."""
    for country, expected in (("MM", TODAY + DAY), ("VE", TODAY), (None, TODAY)):
        report = read_text("no internet since today", arrival=TODAY + 22 * HOUR, country=country)
        assert report["since"] == expected


def test_times_before_1970_are_not_times() -> None:
    for text in ("no internet since 5 hours", "no internet since yesterday", "D3 6H"):
        report = read_text(text, arrival=3_600)
        assert "since" not in report
        assert report["raw"] == text


def test_surrogates_are_mended_or_replaced() -> None:
    assert read_text("\ud83d\ude21 D3", arrival=ARRIVAL)["raw"] == "😡 D3"
    report = read_text("\ud800 no internet", arrival=ARRIVAL)
    assert report["raw"] == "\ufffd no internet"
    assert report["kind"] == ["full"]
    assert decode(encode(report, ARRIVAL), ARRIVAL) == report


def test_a_long_message_is_kept_whole() -> None:
    text = "no internet " + "x" * READ_CHARACTERS + " D3"
    report = read(text)
    assert report["kind"] == ["full"]
    assert report["text"].endswith("D3")
    assert "net" not in report
    long = cap(read_text("က" * 9_000, arrival=ARRIVAL))
    assert len(long["raw"].encode()) <= 8_192


def test_operators_have_names() -> None:
    assert operator_name("41401") == "MPT"
    assert operator_name("99999") == "99999"
    assert operator_name("Frontiir") == "Frontiir"


ANYTHING = st.text(max_size=200)
SAID = (
    'NET D3 S1 6H MM13 MM-13 FULL ON BACK no internet since yesterday 3 days in Myanmar OP: OP:" '
    "CC: AREA: // .. ~2019-08-05 2019-08-05.. pas d' depuis ? . , and sms calls down ok is not if "
    "because of the election အင်တာနက်ပြတ် ရက် منذ \u202e \u200d \ud800 Airtel Orange FB whatsapp "
    "Kachin Chin က ٣ النت مقطوع بالبصرة زين el net ma2tou3 mn ams net band hai kal se नेट बंद था अब "
    "ठीक २ दिन से کال چل رہی ہے ၿမိဳ႕ လိုင္း မရဘူး ကတည်းက az dishab ghate از ۲۵ شهریور не работает "
    "с 12 дня в Гомеле третий день 17/9 9am 14:30 5h since thursday but slow signal Starlink ዛሬ "
    "কলকাতায় \u064b \ufdfa \u1031 \u1039"
)
FRAGMENTS = st.lists(
    st.one_of(st.sampled_from(SAID.split(" ")), st.text(max_size=4)), max_size=40
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(ANYTHING, FRAGMENTS),
    st.sampled_from([None, "MM", "XS", "XK", "ZZ", "IN"]),
    st.integers(0, 1 << 33),
)
def test_any_text_gives_a_report_that_can_be_sealed(
    text: str, country: str | None, arrival: int
) -> None:
    report = read_text(text, arrival=arrival, country=country)
    assert report["raw"] == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert set(report["parsed"]) <= set(report)
    again = decode(encode(cap(report), arrival), arrival)
    assert again == cap(report)


@settings(max_examples=150, deadline=None)
@given(FRAGMENTS)
def test_every_word_is_understood_or_kept(text: str) -> None:
    """Letters and digits of the text are in order a part of the message."""
    report: dict[str, Any] = read_text(text, arrival=ARRIVAL)
    kept = [char for char in report.get("text", "") if char.isalnum()]
    # Burmese in Zawgyi is kept as Unicode: other letters, in another order.
    rest = iter(read_zawgyi(report["raw"]) if is_zawgyi(report["raw"]) else report["raw"])
    assert all(char in rest for char in kept)
    if not report["parsed"] and not is_zawgyi(report["raw"]):
        assert kept == [char for char in report["raw"].partition("//")[0] + report["raw"].partition(
            "//")[2] if char.isalnum()]  # fmt: skip


HOSTILE = [
    "d3 ", "no internet and ", "မ", "အင်တာနက်", "OP:", 'OP:"', "~2019-", "2019-08-05..", "if ",
    "\u202e", "ﷺ", "e\u0301", "because of the ", "sms, ", "in ", "MM-", "//", "? ", "१", "A1",
    "net ", "النت ", "و", "بالبصرة ", "नेट बंद था ", "စာ ", "\u1031က ", "လိုင္း", "since ", "17/9 ",
    "zain w ", "Гомеле ", "not ok ", "internet was down but ", "net band 2 din ", "\u200d", "😡",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_reading_is_linear(piece: str) -> None:
    """Four times the message is not sixteen times the steps: the whole is bounded all the same."""
    text = (piece * 1_600)[:1_600]
    read_text(text, arrival=ARRIVAL, country="MM")
    steps = [count_steps(text[:size]) for size in (400, 1_600)]
    assert steps[1] <= 6 * steps[0] + 2_000


def count_steps(text: str) -> int:
    """Python calls made while reading: a measure of work that no busy machine can shake."""
    import sys

    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        read_text(text, arrival=ARRIVAL, country="MM")
    finally:
        sys.setprofile(None)
    return calls


def test_how_long_reading_takes() -> None:
    """Printed, never asserted: the machine may be busy."""
    sentence = MESSAGES[41][0] + ", people are afraid and nobody can call the hospital, please help"
    for name, text in (("keywords", MESSAGES[0][0]), ("160 letters", (sentence * 3)[:160])):
        read_text(text, arrival=ARRIVAL, country="CD")
        before = time.process_time()
        for _ in range(200):
            read_text(text, arrival=ARRIVAL, country="CD")
        print(f"\n{name}: {(time.process_time() - before) / 200 * 1e6:.0f} µs", end="")
