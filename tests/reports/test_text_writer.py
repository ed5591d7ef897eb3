"""A report as a message of keywords, and read again."""

import csv
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.folding import translate_digits
from reports.places import is_country, is_region
from reports.report import Report
from reports.stop import from_row
from reports.table import load_table
from reports.text_writer import write_text
from reports.texts import read_text

ARRIVAL = 1_700_000_000
TABLE = load_table()


def test_a_message() -> None:
    report: Report = {
        "cc": "MM", "region": "MM-13", "net": {"data": "down", "sms": "ok"}, "kind": ["full"],
        "since": 1_564_963_200, "since_precision": "day", "status": "ongoing", "op": ["MPT"],
        "text": "Soldiers at the exchange.",
    }  # fmt: skip
    assert write_text(report) == (
        'NET MM-13 D3 S1 FULL ON 2019-08-05 OP:"MPT" // Soldiers at the exchange.'
    )


def test_what_a_phone_company_must_not_read_is_left_out() -> None:
    secret: Report = {
        "violence": "yes", "abuse": "yes", "contact": "+15550100", "consent": "court",
        "evidence": {"links": ["link"]}, "tag": b"\x01", "cc": "ZZ", "region": "ZZ-1",
        "net": {"data": "?9", "?9": "ok"}, "until": 900,
    }  # fmt: skip
    assert write_text(secret) == "NET ..1970-01-01T00:15Z"
    assert write_text({}) == ""
    assert write_text({"text": " hello "}) == "// hello"


def keyworded(name: str) -> list[str]:
    return [value.name for value in TABLE.by_name[name].values if value.keywords]


def several(name: str) -> st.SearchStrategy[list[str]]:
    order = TABLE.by_name[name].numbers
    return st.lists(st.sampled_from(keyworded(name)), min_size=1, unique=True).map(
        lambda chosen: sorted(chosen, key=order.__getitem__)
    )


COUNTRIES = [cc for cc in ("MM", "UG", "IN", "NO", "XS", "XK", "TG", "AR") if is_country(cc)]
PLACES = st.one_of(
    st.sampled_from(COUNTRIES).map(lambda cc: {"cc": cc}),
    st.sampled_from(["MM-13", "IN-BR", "UG-102", "TG-C", "GB-ABC", "AR-E"]).map(
        lambda code: {"cc": code[:2], "region": code}
    ),
    st.just({"cc": "XS", "region": "SO-AW"}),
)
DAYS = st.integers(0, 30_000).map(lambda days: days * 86_400)
HOURS = st.integers(0, 700_000).map(lambda hours: hours * 3_600)
QUARTERS = st.integers(0, 2_800_000).map(lambda quarters: quarters * 900)
TIMES = {
    "day": DAYS, "about": DAYS, "hour": HOURS, "part": HOURS, "exact": QUARTERS,
}  # fmt: skip


def moments(name: str) -> st.SearchStrategy[Report]:
    return st.sampled_from(sorted(TIMES)).flatmap(
        lambda precision: TIMES[precision].map(
            lambda seconds: {name: seconds, f"{name}_precision": precision}
        )
    )


# A text's digits are read as ASCII, whatever script they are of (reports/folding.py).
NAMES = st.text(
    st.characters(categories=["L", "N", "P"], exclude_characters='"'), min_size=1, max_size=10
).filter(lambda name: len(name.encode()) <= 48 and translate_digits(name) == name)
LEVELS = [value.name for value in TABLE.by_name["net"].values]
FREE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    str.strip
)
PARTS = [
    PLACES,
    moments("since"),
    moments("until"),
    st.fixed_dictionaries({"net": st.dictionaries(
        st.sampled_from([member.name for member in TABLE.by_name["net"].members]),
        st.sampled_from(LEVELS), min_size=1)}),
    st.fixed_dictionaries({"op": st.lists(NAMES, min_size=1, max_size=3, unique=True)}),
    st.fixed_dictionaries({"area": NAMES}),
    st.fixed_dictionaries({"text": FREE_TEXT.map(str.strip)}),
    *(st.fixed_dictionaries({name: st.sampled_from(keyworded(name))})
      for name in ("scope", "status", "cause", "notified", "gov", "relation")),
    *(st.fixed_dictionaries({name: several(name)})
      for name in ("kind", "plat", "impact", "safety")),
]  # fmt: skip


def merge(chosen: list[Report | None]) -> Report:
    return {name: value for part in chosen if part for name, value in part.items()}


@settings(max_examples=120, deadline=None)
@given(st.tuples(*(st.one_of(st.none(), part) for part in PARTS)).map(list).map(merge))
def test_what_has_a_keyword_is_read_again(report: Report) -> None:
    again = read_text(write_text(report), arrival=ARRIVAL)
    del again["raw"], again["parsed"]
    assert again == report


def test_every_keyword_is_read_in_capitals_and_in_small_letters() -> None:
    for field in TABLE.fields:
        for value in field.values if field.type in ("enum", "enum-list") else ():
            for keyword in value.keywords:
                expected = [value.name] if field.type == "enum-list" else value.name
                for text in (keyword, keyword.lower(), f"D3 {keyword}", f"d3 {keyword.lower()}"):
                    assert read_text(text, arrival=ARRIVAL)[field.name] == expected, text


def test_every_region_is_read_by_its_code() -> None:
    assert is_region("MM-13")
    assert not is_region("MM-99")
    for code in ("MM-13", "IN-BR", "GB-ABC", "SO-AW", "UA-30"):
        assert read_text(f"NET {code} D3", arrival=ARRIVAL)["region"] == code


def test_real_records_are_read_again(shared: Path) -> None:
    """Every STOP row as a text message: the fields with keywords come back. White space in a place
    or a name becomes single spaces, and double quotes single ones."""
    with (shared / "data" / "stop-2016-2023.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fields: Counter[str] = Counter()
    for row in rows:
        (report,) = from_row(row)
        again = read_text(write_text(report), arrival=ARRIVAL)
        for name, value in keep_keyworded(report).items():
            assert again[name] == value, (row["country"], name)
            fields[name] += 1
    print(f"\n{len(rows)} rows as text messages: {fields.total()} fields equal: {dict(fields)}")


def keep_keyworded(report: Report) -> Report:
    kept: Report = {}
    for name, value in report.items():
        field = TABLE.by_name[name]
        if name in ("op", "area"):
            kept[name] = [tidy(one) for one in value] if name == "op" else tidy(value)
        elif name in ("cc", "region", "net", "since", "until", "text") or (
            field.type == "enum" and value in keyworded(name)
        ):
            kept[name] = value
        elif field.type == "enum-list":
            kept[name] = [one for one in value if one in keyworded(name)]
        elif name == "since_precision" and "since" in report:
            kept[name] = value
    return kept


def tidy(text: str) -> str:
    return " ".join(text.replace('"', "'").split())
