"""Make reports/data/countries.json and reports/data/regions.tsv from two packages.

Run by hand when the packages change: `python -m tools.make_places`. Needs the development packages
`iso3166-2` (MIT: ISO 3166-2 codes, names, local names, centroids) and `babel` (Unicode CLDR names).
"""

import json
import math
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_global

DATA = Path(__file__).resolve().parent.parent / "reports" / "data"
LANGUAGES = "en ar ur hi my fa ru fr uk am bn es tr sw id pt be"
SOMALILAND = "XS"
SOMALILAND_REGIONS = ("SO-AW", "SO-WO", "SO-TO", "SO-SA", "SO-SO")

# STOP's spelling where it is not CLDR's English name.
STOP_NAMES = {
    "AG": "Antigua and Barbuda", "BA": "Bosnia and Herzegovina",
    "BO": "Bolivia (Plurinational State of)", "CD": "Congo (Democratic Republic of the)",
    "CG": "Congo", "CI": "Côte d'Ivoire", "CV": "Cabo Verde", "CZ": "Czech Republic",
    "HK": "Hong Kong", "IR": "Iran (Islamic Republic of)",
    "KP": "North Korea", "KR": "South Korea", "LA": "Lao People's Democratic Republic",
    "MM": "Myanmar", "MO": "Macao", "PS": "Palestine, State of", "RU": "Russian Federation",
    "ST": "Sao Tome and Principe", "SY": "Syrian Arab Republic", "TR": "Turkey",
    "TT": "Trinidad and Tobago", "TZ": "Tanzania, United Republic of",
    "VE": "Venezuela (Bolivarian Republic of)", "VN": "Viet Nam", "XS": "Somaliland",
}  # fmt: skip
# More names that people and files use, beside CLDR's and STOP's.
OTHER_NAMES = {
    "CD": ["DRC", "RDC", "DR Congo", "Democratic Republic of the Congo", "Congo Kinshasa",
           "République démocratique du Congo", "Congo RDC"],
    "CG": ["Congo Brazzaville", "Republic of the Congo", "Congo-Brazzaville"],
    "CI": ["Ivory Coast", "Cote d Ivoire"], "CV": ["Cape Verde"], "CZ": ["Czechia"],
    "GB": ["UK", "Great Britain", "England", "Britain"],
    "IR": ["Islamic Republic of Iran"], "KP": ["DPRK", "Korea (Democratic People's Republic of)"],
    "KR": ["Korea (Republic of)", "Republic of Korea"], "LA": ["Laos"], "MD": ["Moldova"],
    "MK": ["Macedonia", "North Macedonia"], "MM": ["Burma", "Birmanie", "Myanmar (Burma)"],
    "PS": ["Palestine", "Occupied Palestinian Territory", "State of Palestine", "فلسطين",
           "فلسطین", "Палестина", "Gaza and West Bank"],
    "RU": ["Russia"], "SY": ["Syria"], "SZ": ["Swaziland"], "TL": ["East Timor"],
    "TR": ["Turkey", "Turkiye", "Türkiye"], "TW": ["Taiwan"], "TZ": ["Tanzania"],
    "US": ["USA", "United States of America"], "VE": ["Venezuela"], "VN": ["Vietnam"],
    "AE": ["UAE", "Emirates"], "CF": ["Central African Republic", "RCA"],
    "ET": ["የኢትዮጵያ"], "SS": ["South Sudan"], "BD": ["Bangla desh"],
    "XS": ["Soomaaliland", "أرض الصومال", "صوماليلاند", "Сомалиленд", "Somalilandi"],
    "XK": ["Kosova"],
}  # fmt: skip
OTHER_REGION_NAMES = {
    "IN-JK": ["Jammu & Kashmir", "Kashmir", "J&K"], "IN-OR": ["Odisha"], "IN-OD": ["Odisha"],
    "ET-TI": ["Tigray"], "ET-OR": ["Oromia"], "PK-BA": ["Balochistan"], "PK-KP": ["KPK"],
    "IR-11": ["Sistan and Baluchestan", "Sistan and Balochistan"], "IQ-SU": ["Sulaymaniyah"],
    "CD-NK": ["North Kivu", "Nord-Kivu"], "CD-SK": ["South Kivu", "Sud-Kivu"],
    "CD-HK": ["Haut-Katanga", "Upper Katanga"], "CM-NW": ["Nord-Ouest"], "CM-SW": ["Sud-Ouest"],
    "PS-GZA": ["Gaza City"],
}  # fmt: skip
# STOP's regions of the world. What is not named here is Europe or the part of the map below.
STOP_REGIONS = {
    "MENA": "AE BH DZ EG IL IQ IR JO KW LB LY MA MR OM PS QA SA SD SY TN TR YE EH",
    "EECA": "AM AZ BY GE KG KZ MD RU TJ TM UA UZ",
    "NA": "US CA GL PM BM",
}
_MACRO = {"002": "Africa", "019": "LAC", "142": "APAC", "009": "APAC", "150": "Europe"}
_LOCAL_NAME = re.compile(r"(.+?) \([a-z]{3}\)(?:, |$)")


def make_countries(subdivisions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """{cc: names by language, other names, alpha-3, STOP's name and region, centroid}."""
    territories = {language: Locale.parse(language).territories for language in LANGUAGES.split()}
    alpha3: dict[str, list[str]] = {}  # codes no longer in use among them, such as ZAR
    for old, new in get_global("territory_aliases").items():
        if len(old) == 3 and old.isalpha() and len(new) == 1:
            alpha3.setdefault(new[0], []).append(old)
    macro = read_macro_regions()
    countries: dict[str, Any] = {}
    for cc in sorted([*subdivisions, "XK", SOMALILAND]):
        names = {lang: found[cc] for lang, found in territories.items() if cc in found}
        if cc == SOMALILAND:
            names = {"en": "Somaliland"}
        entry: dict[str, Any] = {"names": names}
        others = [STOP_NAMES[cc]] if cc in STOP_NAMES else []
        entry["others"] = [*others, *OTHER_NAMES.get(cc, [])]
        entry["alpha3"] = [] if cc == SOMALILAND else sorted(alpha3.get(cc, []))
        entry["stop"] = STOP_NAMES.get(cc, names["en"].replace("’", "'"))
        entry["stop_region"] = next(
            (name for name, codes in STOP_REGIONS.items() if cc in codes.split()),
            "EECA" if cc == "XK" else macro.get(cc, "Africa" if cc == SOMALILAND else ""),
        )
        regions = subdivisions.get(cc, {})
        if cc == SOMALILAND:
            regions = {code: subdivisions["SO"][code] for code in SOMALILAND_REGIONS}
            entry["regions_of"] = "SO"
            entry["regions"] = list(SOMALILAND_REGIONS)
        middle = (
            (42.58, 20.9)
            if cc == "XK"
            else find_middle([one["latLng"] for one in regions.values() if one["latLng"]])
        )
        if middle:
            entry["centroid"] = [round(middle[0], 2), round(middle[1], 2)]
        countries[cc] = entry
    return countries


def read_macro_regions() -> dict[str, str]:
    """{cc: STOP region} from CLDR's containment of territories."""
    found: dict[str, str] = {}
    for top, name in _MACRO.items():
        waiting = [top]
        while waiting:
            one = waiting.pop()
            found.setdefault(one, name)
            waiting += CONTAINMENT.get(one, "").split()
    return {cc: name for cc, name in found.items() if len(cc) == 2}


# UN M49 as CLDR has it (supplementalData, territoryContainment); babel does not carry this table.
CONTAINMENT = {
    "002": "015 011 017 014 018",
    "015": "DZ EG EH LY MA SD TN EA IC",
    "011": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    "017": "AO CD CF CG CM GA GQ ST TD",
    "014": "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    "018": "BW LS NA SZ ZA",
    "019": "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI "
    "BZ CR GT HN MX NI PA SV AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    "142": "KG KZ TJ TM UZ CN HK JP KP KR MN MO TW AF BD BT IN IR LK MV NP PK BN ID KH LA MM MY PH "
    "SG TH TL VN AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "009": "AU NZ NF CC CX HM FJ NC PG SB VU FM GU KI MH MP NR PW UM AS CK NU PF PN TK TO TV WF WS "
    "AQ",
    "150": "AD AL AT AX BA BE BG CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT "
    "LU LV MC ME MK MT NL NO PL PT RO RS SE SI SJ SK SM VA",
}


def find_middle(points: list[list[float]]) -> tuple[float, float] | None:
    """The mean of points on the globe (degrees), right across the date line too."""
    if not points:
        return None
    x = y = z = 0.0
    for latitude, longitude in points:
        lat, lon = math.radians(latitude), math.radians(longitude)
        x += math.cos(lat) * math.cos(lon)
        y += math.cos(lat) * math.sin(lon)
        z += math.sin(lat)
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def make_regions(subdivisions: dict[str, dict[str, Any]]) -> str:
    """One line a subdivision: code, latitude, longitude, name, other names; split by tabs."""
    lines = []
    for cc in sorted(subdivisions):
        for code, one in sorted(subdivisions[cc].items()):
            names = [one["name"], *_LOCAL_NAME.findall(one["localOtherName"] or "")]
            names = [name.strip("'") for name in names]
            if one["type"] == "Geographical unit":
                names[0] += " (geographical unit)"  # else Indonesia has two Papuas
            names += OTHER_REGION_NAMES.get(code, [])
            unique = list(dict.fromkeys(" ".join(name.split()) for name in names))
            latitude, longitude = one["latLng"]
            lines.append("\t".join([code, f"{latitude:.2f}", f"{longitude:.2f}", *unique]))
    return "\n".join(lines) + "\n"


def main() -> None:
    source = files("iso3166_2") / "iso3166-2.json"
    subdivisions = json.loads(source.read_text(encoding="utf-8"))
    countries = make_countries(subdivisions)
    rows = ",\n".join(
        f"{json.dumps(cc)}: {json.dumps(entry, ensure_ascii=False, separators=(',', ':'))}"
        for cc, entry in countries.items()
    )
    DATA.mkdir(exist_ok=True)
    (DATA / "countries.json").write_text("{\n" + rows + "\n}\n", encoding="utf-8")
    (DATA / "regions.tsv").write_text(make_regions(subdivisions), encoding="utf-8")


if __name__ == "__main__":
    main()
