"""STOP's rows: every real one through a report and back, and the dirt that an importer meets."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.codec import decode, encode
from reports.errors import ReportError
from reports.report import Report
from reports.stop import COLUMNS, NOT_SHARED, SHARED, from_row, normalise, to_row
from reports.stop_cells import (
    read_day,
    read_operators,
    read_other_platforms,
    split_links,
    write_day,
)
from reports.table import load_table

EPOCH = 1_780_272_000
AUGUST = 1_564_963_200  # 2019-08-05

ROW = {
    "start_date_type": "Actual", "start_date": "2019-08-05", "country": "Testland",
    "geo_scope": "It only affected one city, county, or village", "area_name": "Sittwe",
    "shutdown_type": "Shutdown", "affected_network": "Broadband, Mobile",
    "shutdown_extent": "Full network", "actual_cause": "Conflict",
    "info_source": "News media article", "shutdown_status": "Ended", "end_date": "2019-08-07",
    "duration": "-44138", "event": "A synthetic row.\n",
}  # fmt: skip


def one(**cells: str) -> Report:
    (report,) = from_row({**ROW, "country": "Myanmar", **cells})
    return report


def back(report: Report) -> dict[str, str]:
    data = encode(report, EPOCH)
    assert decode(data, EPOCH) == report
    return to_row(report)


def test_every_real_row_comes_back(shared: Path) -> None:
    path = shared / "data" / "stop-2016-2023.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert tuple(reader.fieldnames or ()) == COLUMNS
    equal: Counter[str] = Counter()
    different: list[tuple[int, str]] = []
    derived: Counter[str] = Counter()
    sizes, held, regions, whole = [], Counter[str](), 0, 0
    for number, row in enumerate(rows):
        (report,) = from_row(row)
        data = encode(report, EPOCH)
        again = decode(data, EPOCH)
        assert again == report
        sizes.append(len(data))
        regions += "region" in report
        whole += "op" in report and "op_other" not in report
        written = to_row(again)
        for column in SHARED:
            if written[column] == normalise(column, row[column]):
                equal[column] += 1
                held[column] += bool(written[column])
            else:
                different.append((number, column))
        for column in ("duration", "region", "count_year"):
            derived[column] += written[column] == row[column].strip()
    cells = len(rows) * len(SHARED)
    print(
        f"\n{len(rows)} rows, {len(SHARED)} shared columns: {equal.total()} of {cells} cells equal"
    )
    print(f"cells that say something: {held.total()}; regions found: {regions}")
    print(f"operators whole in `op`: {whole}; worked out on export and equal: {dict(derived)}")
    print(f"bytes of CBOR: median {sorted(sizes)[len(sizes) // 2]}, largest {max(sizes)}")
    for column, reason in NOT_SHARED.items():
        filled = sum(bool(row[column].strip()) for row in rows)
        print(f"  not shared: {column} ({filled} rows filled): {reason}")
    assert different == []
    assert len(rows) == 1_485


def test_columns() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 47
    assert set(SHARED) | set(NOT_SHARED) == set(COLUMNS)
    assert not set(SHARED) & set(NOT_SHARED)
    names = {field.name for field in load_table().fields}
    for column, fields in SHARED.items():
        assert set(fields) <= names
        for field in fields:
            assert column in load_table().by_name[field].stop, (column, field)
    for reason in NOT_SHARED.values():
        assert len(reason) > 10


def test_a_row() -> None:
    report = one()
    assert report == {
        "chan": "import", "lang": "en", "cc": "MM", "since_precision": "day", "scope": "town",
        "cause": "conflict", "relation": "news", "status": "ended", "since": AUGUST,
        "until": AUGUST + 2 * 86_400, "until_precision": "day", "kind": ["full"],
        "net": {"data": "down", "fixed": "down"}, "area": "Sittwe", "text": "A synthetic row.",
    }  # fmt: skip
    row = back(report)
    assert row["duration"] == "3"
    assert row["region"] == "APAC"
    assert row["count_year"] == "2019"
    for column in SHARED:
        if column != "country":
            assert row[column] == normalise(column, ROW.get(column))


def test_countries_in_one_cell_are_several_reports() -> None:
    reports = from_row({**ROW, "country": "Iran (Islamic Republic of); Turkey;Somaliland ; Yemen;"})
    assert [report["cc"] for report in reports] == ["IR", "TR", "XS", "YE"]
    assert [to_row(report)["country"] for report in reports] == [
        "Iran (Islamic Republic of)", "Turkey", "Somaliland", "Yemen",
    ]  # fmt: skip
    assert normalise("country", "Türkiye;Viet Nam") == "Turkey; Viet Nam"


def test_an_unknown_country_is_not_lost() -> None:
    (report,) = from_row(ROW)
    assert "cc" not in report
    assert report["area"] == "Sittwe, Testland"
    (bare,) = from_row({"country": "Testland"})
    assert bare["area"] == "Testland"
    assert from_row({"country": ""}) == [{"chan": "import", "lang": "en"}]


@pytest.mark.parametrize(
    "area", ["nationwide", "Nationwide", "National ", "NATIONAL", "Entire country"]
)
def test_nationwide(area: str) -> None:
    regions = "It affected locations in more than one state, province, or region"
    report = one(area_name=area, geo_scope=regions)
    assert report["scope"] == "nation"
    row = back(report)
    assert (row["area_name"], row["geo_scope"]) == (area.strip(), regions)
    assert back(one(area_name="Kachin, Chin", geo_scope=regions))["geo_scope"] == regions
    assert one(area_name=area)["scope"] == "town"


def test_regions_are_found_where_one_is_named() -> None:
    assert one(area_name="Sittwe, Rakhine State")["region"] == "MM-16"
    assert "region" not in one(area_name="Kachin and Rakhine")
    assert "region" not in one(area_name="")


@pytest.mark.parametrize("word", ["Yes", "No", "Unknown", ""])
def test_blank_no_and_unknown_are_three_things(word: str) -> None:
    columns = [
        "facebook_affected", "twitter_affected", "whatsapp_affected", "instagram_affected",
        "telegram_affected", "sms_affected", "phonecall_affected", "election", "violence",
        "hr_abuse_reported", "users_notified", "gov_ack",
    ]  # fmt: skip
    row = back(one(**dict.fromkeys(columns, word)))
    assert {row[column] for column in columns} == {word}


@pytest.mark.parametrize("extent", ["Full network", "Service-based", "Full network, Service-based"])
@pytest.mark.parametrize("type_of", ["Shutdown", "Throttle", "Shutdown, Throttle"])
@pytest.mark.parametrize("network", ["Broadband", "Mobile", "Broadband, Mobile", "Unknown"])
def test_kinds_and_networks(type_of: str, extent: str, network: str) -> None:
    row = back(one(shutdown_type=type_of, shutdown_extent=extent, affected_network=network))
    assert row["shutdown_type"] == type_of
    assert row["shutdown_extent"] == extent
    assert row["affected_network"] == network


def test_an_unknown_type() -> None:
    unknown = {"shutdown_type": "Unknown", "affected_network": "Unknown"}
    row = back(one(**unknown, shutdown_extent="Service-based", facebook_affected="Yes"))
    assert (row["shutdown_type"], row["shutdown_extent"]) == ("Unknown", "Service-based")
    row = back(one(**unknown, shutdown_extent=""))
    assert (row["shutdown_type"], row["shutdown_extent"]) == ("Unknown", "")


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2019-08-05", "2019-08-05", "1"), ("2019-08-05", "2019-08-04", ""),
        ("2019-08-05", "", ""), ("", "2019-08-05", ""), ("5 August", "2019-08-05", ""),
        ("2019-02-30", "", ""), ("1969-12-31", "", ""),
    ],
)  # fmt: skip
def test_odd_dates(start: str, end: str, days: str) -> None:
    report = one(start_date=start, end_date=end, duration="Curfew Style")
    assert back(report)["duration"] == days


def test_words_of_no_column_are_left_out() -> None:
    report = one(geo_scope="Somewhere", actual_cause="?", gov_ack="Yess", sms_affected="maybe")
    assert not {"scope", "cause", "gov"} & set(report)
    assert "sms" not in report["net"]
    assert one(gov_ack="YES")["gov"] == "yes"


def test_missing_columns_and_none() -> None:
    assert from_row({"country": "Chad", "event": None}) == [
        {"chan": "import", "lang": "en", "cc": "TD"}
    ]
    with pytest.raises(ReportError) as caught:
        from_row({"Country": "Chad"})
    assert caught.value.code == "stop-row"


def test_operators() -> None:
    assert read_operators("", "IN") == {}
    assert read_operators("MPT, Ooredoo", "MM") == {"op": ["MPT", "Ooredoo"]}
    assert read_operators("India: BSNL,  India: Airtel", "IN") == {
        "op": ["BSNL", "Airtel"], "op_other": "India: BSNL, India: Airtel",
    }  # fmt: skip
    assert read_operators("a, b, c, d", "MM") == {"op": ["a", "b", "c"], "op_other": "a, b, c, d"}
    assert read_operators("x" * 60, None) == {"op_other": "x" * 60}
    assert to_row({"op": ["41401", "Frontiir"]})["telcos_involved"] == "MPT, Frontiir"
    row = back(one(telcos_involved="Pakistan Telecom\nand Ministry "))
    assert row["telcos_involved"] == "Pakistan Telecom and Ministry"


def test_links() -> None:
    assert split_links("https://a.example/?x=1;y=2; https://b.example\n\nA  report;") == [
        "https://a.example/?x=1;y=2", "https://b.example", "A report",
    ]  # fmt: skip
    many = "; ".join(f"https://{n}.example" for n in range(30)) + "; " + "x" * 800
    assert len(one(info_source_link=many)["evidence"]["links"]) == 12


def test_other_platforms() -> None:
    assert read_other_platforms("YouTube, VPN services & Grindr; Facebook Messenger ,") == [
        "youtube", "vpn", "other", "messenger",
    ]  # fmt: skip
    report = one(other_affected="Facebook Livestream, TikTok", facebook_affected="No")
    assert report["plat"] == ["tiktok", "other"]
    row = back(report)
    assert row["other_affected"] == "Facebook Livestream, TikTok"
    assert row["facebook_affected"] == "No"
    assert to_row({"plat": ["tiktok", "other", "x"]})["other_affected"] == "TikTok"
    assert to_row({"plat_works": {"x": "no"}})["twitter_affected"] == "Yes"


def test_too_large_texts_are_cut() -> None:
    report = one(event="ü" * 9_000, area_name="a" * 600, other_affected="b" * 600)
    assert len(report["text"].encode()) == 8_192
    back(report)


def test_a_report_that_a_person_sent() -> None:
    row = to_row({
        "chan": "sms", "cc": "UG", "region": "UG-102", "cause": "election", "relation": "saw",
        "net": {"data": "slow", "fixed": "ok", "sms": "slow"}, "kind": ["throttled"],
        "since": AUGUST + 3_600, "since_precision": "hour", "status": "intermittent",
    })  # fmt: skip
    said = {column: cell for column, cell in row.items() if cell}
    assert said == {
        "start_date_type": "Actual", "start_date": "2019-08-05", "country": "Uganda",
        "area_name": "Kampala", "shutdown_type": "Throttle", "affected_network": "Mobile",
        "shutdown_extent": "Full network", "actual_cause": "Elections",
        "info_source": "Confidential", "shutdown_status": "Ongoing", "sms_affected": "Yes",
        "election": "Yes", "region": "Africa", "count_year": "2019",
    }  # fmt: skip
    assert to_row({"chan": "app", "cause": "exam", "relation": "monitors"})["info_source"] == (
        "CSO KIO partners"
    )
    assert to_row({"scope": "nation"})["area_name"] == "Nationwide"
    assert tuple(to_row({})) == COLUMNS


def test_days() -> None:
    assert read_day("2019-08-05") == AUGUST
    assert write_day(AUGUST) == "2019-08-05"
    assert write_day(None) == ""


CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["Yes", "No", "Unknown", "Myanmar; India", "2019-08-05", "; ;", "Shutdown", "Full network"]
    ),
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(COLUMNS), CELLS, min_size=1))
def test_any_row_gives_reports(row: dict[str, str]) -> None:
    for report in from_row(row):
        assert tuple(back(report)) == COLUMNS


@pytest.mark.parametrize(
    "report",
    [
        {"cc": "MM", "net": {"data": "down", "sms": "ok"}},
        {"cc": "MM", "net": {"data": "down"}, "kind": ["full"]},
        {"cc": "MM", "net": {"data": "slow"}, "kind": ["throttled"]},
        {"cc": "MM", "net": {"data": "ok"}, "kind": ["apps"]},
        {"cc": "MM", "net": {"data": "ok"}, "plat": ["facebook"]},
    ],
)
def test_a_networks_level_comes_back_from_an_export(report: Report) -> None:
    (back,) = from_row(to_row(report))
    assert back["net"] == report["net"]
