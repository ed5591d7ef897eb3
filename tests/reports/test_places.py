"""Countries and regions by name, in many languages and spellings."""

import json
from importlib.resources import files

import pytest

from reports.folding import fold_name, fold_word
from reports.places import (
    DATA,
    centroid,
    country_name,
    country_spellings,
    find_country,
    find_region,
    is_country,
    is_region,
    region_name,
    region_spellings,
    stop_name,
    stop_region,
)
from tools.make_places import make_countries, make_regions

COUNTRIES = {
    "MM": ["MM", "mm", "MMR", "Myanmar", "Burma", "MYANMAR", " myanmar ", "မြန်မာ", "Birmanie",
           "Мьянма (Бирма)", "म्यांमार (बर्मा)", "Myanmar (Burma)"],
    "IR": ["Iran", "Iran (Islamic Republic of)", "ایران", "إيران", "Иран", "İran", "ईरान"],
    "TR": ["Turkey", "Türkiye", "Turkiye", "Turquie", "Турция", "تركيا"],
    "PS": ["Palestine, State of", "Palestine", "فلسطين", "Territoires palestiniens"],
    "KP": ["North Korea", "DPRK", "Korea (Democratic People's Republic of)"],
    "KR": ["South Korea", "Korea (Republic of)"],
    "CG": ["Congo", "Congo Brazzaville", "Republic of the Congo"],
    "CD": ["Congo (Democratic Republic of the)", "DRC", "RDC", "Congo-Kinshasa", "COD",
           "République démocratique du Congo"],
    "CI": ["Côte d'Ivoire", "Côte d’Ivoire", "Cote d'Ivoire", "Ivory Coast", "ساحل العاج"],
    "XS": ["Somaliland", "XS", "Soomaaliland"],
    "XK": ["Kosovo", "XK", "Kosova"],
    "VN": ["Viet Nam", "Vietnam"],
    "SZ": ["Eswatini", "Swaziland"],
    "RU": ["Russian Federation", "Россия", "Russie"],
    "SY": ["Syrian Arab Republic", "سوريا"],
    "TZ": ["Tanzania, United Republic of"],
    "VE": ["Venezuela (Bolivarian Republic of)", "Venezuela"],
    "UA": ["Україна", "Украина", "یوکرین"],
    "IN": ["भारत", "India", "ভারত"],
    "ET": ["ኢትዮጵያ"],
    "BY": ["Беларусь", "Belarus"],
}  # fmt: skip
REGIONS = [
    ("MM", "Rakhine", "MM-16"), ("MM", "Rakhine State", "MM-16"), ("MM", "ရခိုင်ပြည်နယ်", "MM-16"),
    ("MM", "MM-16", "MM-16"), ("MM", "mm-16", "MM-16"),
    ("UA", "Kyiv", "UA-30"), ("UA", "Київ", "UA-30"), ("UA", "Kyivska oblast", "UA-32"),
    ("UA", "Харківська область", "UA-63"), ("UA", "Kharkiv Oblast", "UA-63"),
    ("IN", "Jammu & Kashmir", "IN-JK"), ("IN", "jammu and kashmir", "IN-JK"),
    ("IN", "बिहार", "IN-BR"), ("IN", "State of Bihar", "IN-BR"),
    ("YE", "Aden", "YE-AD"), ("YE", "عدن", "YE-AD"), ("SY", "Aleppo Governorate", "SY-HL"),
    ("IQ", "السليمانية", "IQ-SU"), ("IQ", "Sulaymaniyah", "IQ-SU"),
    ("TR", "ISTANBUL", "TR-34"), ("TR", "İstanbul", "TR-34"), ("TR", "istanbul", "TR-34"),
    ("CD", "Nord-Kivu", "CD-NK"), ("CD", "North Kivu Province", "CD-NK"),
    ("ET", "Tigray", "ET-TI"), ("ET", "ትግራይ", "ET-TI"),
    ("XS", "Awdal", "SO-AW"), ("XS", "SO-AW", "SO-AW"), ("SO", "Awdal", "SO-AW"),
    ("RU", "Ingushetia", "RU-IN"), ("RU", "Республика Ингушетия", "RU-IN"),
    ("ID", "Papua", "ID-PA"), ("PK", "Khyber Pakhtunkhwa", "PK-KP"),
    ("IR", "Sistan and Baluchestan", "IR-11"),
    # Not a region, or of no one region, or of another country.
    ("MM", "Bihar", None), ("MM", "", None), ("MM", "IN-BR", None), ("MM", "!", None),
    ("ZZ", "Bihar", None), ("XS", "Bay", None), ("MM", "MM-99", None), ("", "", None),
    ("BD", "Dhaka", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cc", "name"), [(cc, name) for cc, names in COUNTRIES.items() for name in names]
)
def test_country(cc: str, name: str) -> None:
    assert find_country(name) == cc


@pytest.mark.parametrize("name", ["", "Nowhere", "ZZ", "zzz", "Гондор", "x" * 100_000])
def test_no_country(name: str) -> None:
    assert find_country(name) is None


@pytest.mark.parametrize(("cc", "name", "code"), REGIONS)
def test_region(cc: str, name: str, code: str | None) -> None:
    assert find_region(cc, name) == code


def test_names() -> None:
    assert country_name("MM") == "Myanmar (Burma)"
    assert country_name("MM", "fr") == "Myanmar (Birmanie)"
    assert country_name("MM", "xx") == "Myanmar (Burma)"
    assert country_name("ZZ") == "ZZ"
    assert region_name("MM-16") == "Rakhine"
    assert region_name("MM-99") == "MM-99"
    assert stop_name("TR") == "Turkey"
    assert stop_name("ZZ") == "ZZ"
    assert stop_region("MM") == "APAC"
    assert stop_region("ZZ") == ""


def test_every_country_finds_itself_by_what_stop_and_english_call_it() -> None:
    for cc in {cc for _, cc in country_spellings()}:
        assert is_country(cc)
        assert find_country(stop_name(cc)) == cc
        assert find_country(country_name(cc)) == cc
        assert stop_region(cc), cc


def test_every_region_finds_itself() -> None:
    for cc in {cc for _, cc in country_spellings()}:
        for name, code in region_spellings(cc):
            assert is_region(code)
            assert find_region(cc, name) == code


def test_centroids() -> None:
    latitude, longitude = centroid("MM-16") or (0.0, 0.0)
    assert (round(latitude), round(longitude)) == (20, 94)
    # Fiji lies on both sides of the date line; its middle must not be in Africa.
    assert abs((centroid("FJ") or (0.0, 0.0))[1]) > 170
    assert centroid("ZZ") is None
    assert centroid("VA") is None
    for code in ("XK", "XS", "IN"):
        assert centroid(code) is not None


def test_data_are_small() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 1_500_000


def test_folding() -> None:
    assert fold_name("  Côte d’Ivoire ") == "cote divoire"
    assert fold_name("Sud-Kivu/Nord_Kivu & Co.") == "sud kivu nord kivu and co"
    assert fold_word("İZMİR") == "izmir"
    assert fold_word("ISPARTA") == fold_word("ısparta") == "isparta"
    assert fold_word("Łódź") == "lodz"
    assert fold_word("٣४၅৫") == "3455"
    assert fold_word("إيران") == fold_word("ایران")
    assert fold_word("\u200d\u0301") == ""
    assert fold_word("e\u0301" * 1_000) == "e" * 32


def test_the_files_are_what_the_generator_makes() -> None:
    source = files("iso3166_2") / "iso3166-2.json"
    subdivisions = json.loads(source.read_text(encoding="utf-8"))
    assert (DATA / "regions.tsv").read_text(encoding="utf-8") == make_regions(subdivisions)
    made = json.loads((DATA / "countries.json").read_text(encoding="utf-8"))
    assert made == json.loads(json.dumps(make_countries(subdivisions)))
