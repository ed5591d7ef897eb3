"""Countries and regions: ISO 3166-1 (with XK, and XS for Somaliland) and ISO 3166-2.

The data are read at first use: the countries when a name is asked for, each country's regions when
that country is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reports.folding import fold_name

DATA = Path(__file__).resolve().parent / "data"

# Words that say what sort of place a name belongs to, folded; they may stand or be left out.
_SORT_WORDS = (
    "state province region governorate oblast oblasti krai kray district division county prefecture"
    " department wilaya wilayat muhafazat muhafazah ostan republic respublika territory city raion"
    " rayon the of al as ash ar an at ad az el estado provincia departamento distrito departement"
    " de du des la le il ili mkoa jimbo provinsi voblasc viloyati oblysy municipality novads"
    " область обл край республика вобласць محافظه استان ولايه صوبه ظله राज्य प्रदेश বিভাগ ክልል"
    " ပြည်နယ် တိုင်း တိုင်းဒေသကြီး"
)
SORT_WORDS = frozenset(_SORT_WORDS.split())


@dataclass(frozen=True, slots=True)
class Region:
    """A subdivision: its code, its name, all its names, and its middle in degrees."""

    code: str
    names: tuple[str, ...]
    latitude: float
    longitude: float


def find_country(name: str) -> str | None:
    """The alpha-2 code of a country's name or code: any of 17 languages, STOP's spellings."""
    plain = name.strip()
    if len(plain) == 2 and plain.upper() in _countries():
        return plain.upper()
    return country_names().get(fold_name(plain[:200]))


def country_name(cc: str, lang: str = "en") -> str:
    """The country's name in that language, else in English, else the code itself."""
    names = _countries().get(cc, {}).get("names", {})
    return str(names.get(lang) or names.get("en") or cc)


def stop_name(cc: str) -> str:
    """The country as STOP spells it; an unknown code comes back as it is."""
    return str(_countries().get(cc, {}).get("stop", cc))


def stop_region(cc: str) -> str:
    """STOP's region of the world (APAC, MENA, Africa, EECA, LAC, Europe, NA), or nothing."""
    return str(_countries().get(cc, {}).get("stop_region", ""))


def is_country(cc: str) -> bool:
    """Whether this is an alpha-2 code that we know (upper case)."""
    return cc in _countries()


def find_region(cc: str, name: str) -> str | None:
    """The ISO 3166-2 code of a region of that country, by its name or code.

    A name counts when it is the same but for case, accents and words such as "province"; there is
    no guessing at misspelt names. A name that two regions share gives None.
    """
    plain = name.strip()[:200]
    code = plain.upper()
    if is_region(code) and code.startswith(f"{_regions_of(cc)}-"):
        return code
    exact, loose = region_names(cc)
    folded = fold_name(plain)
    return (exact.get(folded) or loose.get(_strip_sorts(folded))) if folded else None


def is_region(code: str) -> bool:
    """Whether this is an ISO 3166-2 code that we know, such as `MM-13`."""
    return code in _regions(code[:2])


def region_name(code: str) -> str:
    """The region's name, or the code itself where it is not known."""
    region = _regions(code[:2]).get(code)
    return region.names[0] if region else code


def centroid(code: str) -> tuple[float, float] | None:
    """(latitude, longitude) in degrees of a region's middle, or of a country's."""
    if region := _regions(code[:2]).get(code):
        return region.latitude, region.longitude
    middle = _countries().get(code, {}).get("centroid")
    return (middle[0], middle[1]) if middle else None


@cache
def country_names() -> Mapping[str, str]:
    """Folded name (or alpha-3 code) -> alpha-2 code. No two countries share one: a test says so."""
    found = {fold_name(name): cc for name, cc in country_spellings()}
    for cc, entry in _countries().items():
        found.update({code.lower(): cc for code in entry["alpha3"]})
    return found


def country_spellings() -> Iterator[tuple[str, str]]:
    """(name as written, alpha-2 code) for every name of every country."""
    for cc, entry in _countries().items():
        for name in (*entry["names"].values(), *entry["others"], entry["stop"]):
            yield name, cc


def region_spellings(cc: str) -> Iterator[tuple[str, str]]:
    """(name as written, code) for every name that means one region of the country alone; each
    also without words such as "province"."""
    exact, loose = region_names(cc)
    for region in _regions(_regions_of(cc)).values():
        for name in region.names:
            folded = fold_name(name.split(",")[0])
            stripped = _strip_sorts(folded)
            if exact.get(folded) == region.code:
                yield name.split(",")[0], region.code
            if loose.get(stripped) == region.code:
                yield stripped, region.code


@lru_cache(maxsize=64)
def region_names(cc: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """(folded name -> code, the same without words such as "province"). A main name beats another
    region's other name; among equals a shared name is left out."""
    exact: dict[str, str] = {}
    loose: dict[str, str] = {}
    shared: set[str] = set()
    vague: set[str] = set()
    regions = _regions(_regions_of(cc))
    listed = _countries().get(cc, {}).get("regions")
    chosen = [one for code, one in regions.items() if listed is None or code in listed]
    for main in (True, False):
        tier_exact: dict[str, str | None] = {}
        tier_loose: dict[str, str | None] = {}
        for region in chosen:
            names = region.names[:1] if main else region.names[1:]
            spelled = [*names, *(name.split(",")[0] for name in names if "," in name)]
            for folded in {fold_name(name) for name in spelled}:
                _claim(tier_exact, folded, region.code)
                _claim(tier_loose, _strip_sorts(folded), region.code)
        for tier, names_of, taken in ((tier_exact, exact, shared), (tier_loose, loose, vague)):
            for folded, code in tier.items():
                if code is None:
                    taken.add(folded)
                elif folded not in taken:
                    names_of.setdefault(folded, code)
    return exact, loose


def _claim(tier: dict[str, str | None], folded: str, code: str) -> None:
    if tier.setdefault(folded, code) != code:
        tier[folded] = None


def _strip_sorts(folded: str) -> str:
    words = folded.split()
    kept = [word for word in words if word not in SORT_WORDS]
    return " ".join(kept or words)


def _regions_of(cc: str) -> str:
    return str(_countries().get(cc, {}).get("regions_of", cc))


@cache
def _countries() -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = json.loads(
        (DATA / "countries.json").read_text(encoding="utf-8")
    )
    return content


@cache
def _region_lines() -> Mapping[str, str]:
    """Country -> its lines of the file, not yet taken apart: most are never asked for."""
    text = (DATA / "regions.tsv").read_text(encoding="utf-8")
    blocks: dict[str, list[str]] = {}
    for line in text.splitlines():
        blocks.setdefault(line[:2], []).append(line)
    return {cc: "\n".join(lines) for cc, lines in blocks.items()}


@lru_cache(maxsize=64)
def _regions(cc: str) -> Mapping[str, Region]:
    found = {}
    for line in _region_lines().get(cc, "").splitlines():
        code, latitude, longitude, *names = line.split("\t")
        found[code] = Region(code, tuple(names), float(latitude), float(longitude))
    return found
