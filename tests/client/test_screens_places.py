"""The app's list of places is what reports/data has."""

import json

from reports.lexicon import load_operators
from tools.make_app_places import TARGET, make_places


def test_it_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == make_places(), "python -m tools.make_app_places"


def test_every_operator_and_region_is_there_once() -> None:
    places = json.loads(TARGET.read_text(encoding="utf-8"))
    expected = sorted((cc, name) for name, one in load_operators().items() for cc in one.countries)
    found = sorted((cc, op[0]) for cc, one in places.items() for op in one["operators"])
    assert found == expected
    assert places["XS"]["regions"]["SO-AW"].startswith("Awdal")
    # The source calls Khartoum by its neighbour's Arabic name.
    assert places["SD"]["regions"]["KH"] == "Khartoum"
