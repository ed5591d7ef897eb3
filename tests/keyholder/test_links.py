"""Links to OONI and IODA: right, bounded, and never made of what a stranger wrote."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyholder.links import make_links

SINCE = 1_790_000_100  # 2026-09-21


def test_a_country_and_a_time() -> None:
    links = make_links("MM", SINCE, SINCE + 86_400)
    ooni, ioda = urlsplit(links["ooni"]), urlsplit(links["ioda"])
    assert (ooni.scheme, ooni.netloc, ooni.path) == ("https", "explorer.ooni.org", "/chart/mat")
    assert parse_qs(ooni.query) == {
        "probe_cc": ["MM"],
        "since": ["2026-09-19"],
        "until": ["2026-09-24"],
        "time_grain": ["hour"],
        "axis_x": ["measurement_start_day"],
        "test_name": ["web_connectivity"],
    }
    assert ioda.path == "/country/MM"
    asked = {name: int(value[0]) for name, value in parse_qs(ioda.query).items()}
    assert asked == {"from": SINCE - 172_800, "until": SINCE + 86_400 + 172_800}


def test_a_network() -> None:
    links = make_links("MM", SINCE, asn=132_167)
    assert "probe_asn=AS132167" in links["ooni"]
    assert "/asn/132167?" in links["ioda"]


@pytest.mark.parametrize("country", [None, "XS", "ZZ", "", "mm", "MM&x=1", "../x"])
def test_no_country_no_link(country: str | None) -> None:
    assert make_links(country, SINCE) == {}


@given(
    st.one_of(st.none(), st.integers(-(10**15), 10**15)),
    st.one_of(st.none(), st.integers(-(10**15), 10**15)),
    st.one_of(st.none(), st.integers(-(10**15), 10**15)),
)
def test_any_numbers_give_bounded_links_or_none(
    since: int | None, until: int | None, asn: int | None
) -> None:
    for link in make_links("IR", since, until, asn).values():
        assert link.startswith(
            ("https://explorer.ooni.org/chart/mat?", "https://ioda.inetintel.cc.gatech.edu/")
        )
        assert len(link) < 250
        asked = parse_qs(urlsplit(link).query)
        if "from" in asked:
            assert 0 < int(asked["until"][0]) - int(asked["from"][0]) <= 94 * 86_400
