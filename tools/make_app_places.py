"""Make client/web/places.json, what the app asks for places and operators with, from reports/data.

Run by hand when those change: `python -m tools.make_app_places`. Only names to choose from: no
positions, no towns. A region has its Latin name and, where people write another script, one more.
"""

import json
import unicodedata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "reports" / "data"
TARGET = ROOT / "client" / "web" / "places.json"
Names = dict[str, str]
# Chromium leaves these out of its data for names of countries; for all others the browser has them.
NAMED = ("my", "be")


def make_places() -> str:
    """The file: by country, names that browsers lack, regions and operators."""
    countries = json.loads((DATA / "countries.json").read_text(encoding="utf-8"))
    regions = read_regions()
    for cc, country in countries.items():
        if "regions_of" in country:
            known = regions[country["regions_of"]]
            tails = [code.split("-")[1] for code in country["regions"]]
            regions[cc] = {f"{country['regions_of']}-{tail}": known[tail] for tail in tails}
    operators = read_operators()
    rows = {
        cc: {
            "names": {lang: name for lang, name in country["names"].items() if lang in NAMED},
            "regions": regions.get(cc, {}),
            "operators": operators.get(cc, []),
        }
        for cc, country in sorted(countries.items())
    }
    lines = ",\n".join(f'"{cc}":{_short(row)}' for cc, row in rows.items())
    return "{\n" + lines + "\n}\n"


def read_regions() -> dict[str, Names]:
    """{country: {the part of the code after the hyphen: names}}."""
    found: dict[str, Names] = {}
    meant: dict[tuple[str, str], set[str]] = {}  # a local name -> whose it is said to be
    locals_of: dict[tuple[str, str], str] = {}
    for line in (DATA / "regions.tsv").read_text(encoding="utf-8").splitlines():
        code, _, _, name, *others = line.split("\t")
        cc, tail = code.split("-", 1)
        local = next((other for other in others if not _is_latin(other)), "")
        found.setdefault(cc, {})[tail] = name
        if local:
            locals_of[cc, tail] = local
            meant.setdefault((cc, local), set()).add(name)
    for (cc, tail), local in locals_of.items():
        if len(meant[cc, local]) == 1:  # the source gives a few regions their neighbour's name
            found[cc][tail] += f" · {local}"
    return found


def read_operators() -> dict[str, list[list[str]]]:
    """{country: [[name, MCC and MNC where they are known]]}."""
    found: dict[str, list[list[str]]] = {}
    for one in json.loads((DATA / "operators.json").read_text(encoding="utf-8")):
        for cc, code in one["countries"].items():
            found.setdefault(cc, []).append([one["name"], code] if code else [one["name"]])
    return found


def _is_latin(name: str) -> bool:
    letters = [char for char in name if char.isalpha()]
    return all(unicodedata.name(char, "").startswith("LATIN") for char in letters)


def _short(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    TARGET.write_text(make_places(), encoding="utf-8")
