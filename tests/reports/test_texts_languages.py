"""Texts in many languages and in Latin letters, and how times are said in them."""

from typing import Any

import pytest

from reports.since import day_of_month, hour_of_day, written_day
from reports.stems import find_stem
from reports.texts import read_text

ARRIVAL = 1_789_999_200  # Monday 2026-09-21 14:00 UTC
DAY, HOUR = 86_400, 3_600
TODAY = ARRIVAL // DAY * DAY


def read(text: str, country: str | None = None) -> dict[str, Any]:
    report = read_text(text, arrival=ARRIVAL, country=country)
    return {name: report[name] for name in report["parsed"] if name != "region"}


def day(before: int, precision: str = "day") -> dict[str, Any]:
    return {"since": TODAY - before * DAY, "since_precision": precision}


FULL = {"kind": ["full"]}
ALL_DOWN = {"data": "down", "sms": "down", "voice": "down"}
MESSAGES = [
    ("pas de réseau depuis 3j a bamenda mtn", {"cc": "CM", **FULL, "op": ["62401"], **day(3)}),
    ("slt a conakry facebook et whatsapp bloqués depuis vendredi", {
        "cc": "GN", "plat": ["facebook", "whatsapp"], **day(3)}),
    ("النت في غزة مقطوع منذ يومين واوريدو", {"cc": "PS", **FULL, "op": ["42506"], **day(2)}),
    ("el net fasel bi homs mn mbare7 mtn w syriatel", {
        "cc": "SY", **FULL, "op": ["41702", "41701"], **day(1)}),
    ("کراچی میں واٹس ایپ نہیں چل رہا صبح سے", {"cc": "PK", "plat": ["whatsapp"], **day(0)}),
    ("पटना में जियो नेट कल रात से बंद है परीक्षा के कारण", {
        "cc": "IN", **FULL, "cause": "exam", "op": ["Jio"], **day(1)}),
    ("srinagar me net band h subah se jio airtel", {
        "cc": "IN", **FULL, "op": ["Jio", "Airtel"], **day(0)}),
    ("Guwahati me net band tha, ab ok", {"cc": "IN", **FULL, "net": {"data": "ok"}}),
    ("ရန်ကုန်မှာ အင်တာနက်နှေးတယ် မနေ့ကတည်းက အူရီဒူး", {
        "cc": "MM", "kind": ["throttled"], "op": ["41405"], **day(1)}),
    ("yangon mhar net ma ya bu ma nay ka tae ka, phone khaw lo ya tal", {
        "cc": "MM", **FULL, "net": {"voice": "ok"}, **day(1)}),
    ("تهران اینترنت موبایل قطعه از صبح، وای فای ضعیف", {
        "cc": "IR", "net": {"data": "down", "fixed": "slow"}, **day(0)}),
    ("sanandaj net ghate az dishab irancell, tamas vasle", {
        "cc": "IR", **FULL, "net": {"voice": "ok"}, "op": ["43235"], **day(1)}),
    ("в махачкале не работает мобильный интернет со вчерашнего дня, вайфай есть", {
        "cc": "RU", "net": {"data": "down", "fixed": "ok"}, **day(1)}),
    ("Херсон без связи вторые сутки киевстар", {
        "cc": "UA", "net": ALL_DOWN, "op": ["25503"], **day(1)}),
    ("svet i internet otkluchili, Dushanbe, so vcherashnego vechera", {
        "cc": "TJ", **FULL, "net": {"power": "down"}, **day(1)}),
    ("в Харкові немає інтернету з учора", {"cc": "UA", **FULL, **day(1)}),
    ("sin luz ni internet en Maracaibo desde ayer", {
        "cc": "VE", **FULL, "net": {"power": "down"}, **day(1)}),
    ("a internet voltou, maputo", {"cc": "MZ", "status": "ended"}),
    ("hakuna mtandao Goma tangu juzi", {"cc": "CD", **FULL, **day(2)}),
    ("the net came back this morning in Lagos after 2 days", {
        "cc": "NG", "status": "ended", "until": TODAY, "until_precision": "day", **day(2)}),
    ("data is back but slow", {"net": {"data": "slow"}}),
    ("insta signal telegram band", {"plat": ["instagram", "telegram", "signal"]}),
    ("signal is gone", {"net": ALL_DOWN, "kind": ["jamming"]}),
    ("no internet in 2 days", {"kind": ["full"]}),
    ("VODACOM ET AIRTEL DATA COUPE", {"net": {"data": "down"}, "op": ["Vodacom", "Airtel"]}),
    ("4g closed, 2g works", {"net": {"data": "slow"}}),
    ("power gone. power is back, data no", {"net": {"power": "ok", "data": "down"}}),
    ("no internet on the phone", {"net": {"data": "down"}}),
    ("plus de connexion sur nos téléphones", {"kind": ["full"]}),
    ("hier ils ont coupé la 4g, aujourd'hui ca remarche", {
        "net": {"data": "ok"}, "status": "ended", **day(1)}),
    ("sms arrive very slow", {"net": {"sms": "slow"}}),
    ("calls ok slow internet", {"net": {"voice": "ok"}, "kind": ["throttled"]}),
    ("النت مقطوع من امبارح المغرب", {"kind": ["full"], **day(1)}),
    ("internet coupé dimanche 13 septembre", {"kind": ["full"], **day(8)}),
    ("no signal in Gulu", {"cc": "UG", "kind": ["jamming"], "net": ALL_DOWN}),
    ("coverage is down in Gulu", {"cc": "UG", "net": ALL_DOWN, "kind": ["jamming"]}),
    ("ростов, вотсап не грузит без впн", {"cc": "RU", "plat": ["whatsapp"]}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MESSAGES)
def test_message(text: str, expected: dict[str, Any]) -> None:
    found = read(text)
    assert {name: found.get(name) for name in expected} == expected
    assert set(found) <= set(expected) | {"plat_works"}


def part(hour: int, before: int = 0) -> dict[str, Any]:
    since = TODAY - before * DAY + hour * HOUR
    return {"since": since, "since_precision": "part"}


TIMES = {
    "since thursday": day(4), "since monday": {}, "since 17/9": day(4), "since 17.09": day(4),
    "since september 15": day(6), "since 15 september": day(6), "since 17th": day(4),
    "since 9am": part(6), "since 12 midnight": part(0), "since 14:00": part(12),
    "since 7pm": part(18, 1), "10 baje se": part(6), "с 12 дня": part(12), "с 3 ночи": part(0),
    "2 дня": day(2), "третий день": day(2), "уже неделю": day(7, "about"),
    "از ۲۵ شهریور": {"since": TODAY - 5 * DAY, "since_precision": "day"},
    "من الساعة ١١ الصبح": part(6), "18 tarikh se": day(3), "18 تاریخ سے": day(3),
    "for 2 months": day(60, "about"), "for 30 minutes": {
        "since": ARRIVAL - HOUR // 2, "since_precision": "hour"},
    "on sunday": {}, "after 2 days": {}, "3 days of food": {}, "since 45/9": {}, "since 99:00": {},
}  # fmt: skip


@pytest.mark.parametrize("said", TIMES)
def test_time(said: str) -> None:
    found = read(f"no internet {said}")
    assert found.pop("kind") == ["full"]
    assert found == TIMES[said]


def test_days_and_hours_of_the_calendar() -> None:
    assert written_day(31, 2, ARRIVAL) == {}
    assert written_day(31, 13, ARRIVAL, persian=True) == {}
    assert written_day(1, 10, ARRIVAL)["since"] == 1_759_276_800  # last year's
    assert day_of_month(25, ARRIVAL)["since"] == TODAY - 27 * DAY
    assert hour_of_day(30, True, ARRIVAL, None) == {}
    assert written_day(5, 1, 86_400 * 2) == {}


KNOWN = {"البصره", "نت", "انترنت", "гомель", "москва", "ঢাকা", "ጎንደር", "لبصره"}


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("بالبصره", "البصره"), ("وبالبصره", "البصره"), ("ببصره", "البصره"), ("وانترنت", "انترنت"),
        ("الانترنت", "انترنت"), ("гомеле", "гомель"), ("москве", "москва"), ("ঢাকায়", "ঢাকা"),
        ("በጎንደር", "ጎንደር"), ("ونت", None), ("و", None), ("و" * 60, None), ("привет", None),
        ("नेट", None), ("ال", None),
    ],
)  # fmt: skip
def test_stem(word: str, stem: str | None) -> None:
    assert find_stem(word, KNOWN) == stem


def test_operators_tell_the_country_and_the_country_operators() -> None:
    assert read("ایرانسل نتش خیلی ضعیفه") == {
        "cc": "IR", "op": ["43235"], "kind": ["throttled"],
    }  # fmt: skip
    assert read("MTN no internet") == {"op": ["MTN"], **FULL}
    assert "op" not in read("free internet is down", "SN")
    assert read("no internet, orange", "SN")["op"] == ["60801"]
    assert read("zain and asiacell internet down", "IQ")["op"] == ["41820", "41805"]
