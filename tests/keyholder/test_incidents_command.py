"""keyholder incidents and floods: over sealed envelopes, harmless to look at."""

import pytest

from keyholder.incidents.incident import build_incidents
from keyholder.incidents.lines import write_incident, write_incidents
from tests.keyholder.conftest import NOW, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.hostile import HOSTILE
from tests.keyholder.piles import decide, tell
from tests.keyholder.test_terminal import is_harmless

START = NOW - NOW % 900 - 3600
CUT = {"chan": "sms", "cc": "MM", "region": "MM-01", "area": "Kalay", "since": START}
NATION = {"chan": "app", "cc": "IR", "scope": "nation", "status": "ended", "obs": START}


@pytest.fixture
def stocked(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """Three people about one cut, one about another, and five copies of a text."""
    text = "The whole country is without any internet, tell the world"
    service.store(
        *(coalition.seal({**CUT, "tag": bytes([n])}) for n in range(3)),
        coalition.seal(NATION),
        *(coalition.seal({"chan": "web", "cc": "SD", "text": text, "obs": START - n * 900})
          for n in range(5)),
    )  # fmt: skip
    coalition.run("sync")
    return coalition


def test_incidents_are_listed_and_shown(stocked: DeskForTests) -> None:
    lines = stocked.run("incidents").out.splitlines()
    (cut,) = (line for line in lines if "Kalay" in line)
    assert cut.split()[-4:] == ["3", "3", "three", "suggested"]
    assert "3  incidents, 0 of them put together by people" in lines[-1]
    shown = stocked.run("incidents", "--show", cut.split()[0][:6]).out
    assert "at least 3 (3 by the gateway's tags of one day), if none of them is forged" in shown
    assert "Reports: 3" in shown


def test_json_and_filters(stocked: DeskForTests) -> None:
    told = stocked.run("incidents", "--country", "MM", "--json").json
    (incident,) = told["incidents"]
    assert (incident["independent"], incident["grade"], incident["confirmed"]) == (
        3,
        "three",
        False,
    )
    assert len(incident["reports"]) == 3
    one = stocked.run("incidents", "--show", incident["id"], "--json").json
    assert one == incident
    by_report = stocked.run("incidents", "--show", incident["reports"][1]["id"], "--json").json
    assert by_report == incident, "as docs/keyholder.md shows it, by the id of a report in it"


def test_an_id_that_means_none_or_several(stocked: DeskForTests) -> None:
    for id, words in (("zz", "No incident has this id"), ("", "Several incidents")):
        refused = stocked.run("incidents", "--show", id)
        assert refused.status == 1
        assert words in refused.err


def test_floods(stocked: DeskForTests) -> None:
    assert "one text, sent under different ids" in stocked.run("floods").out
    (suspect,) = stocked.run("floods", "--json").json["suspects"]
    assert (suspect["why"], suspect["reports"], suspect["once"]) == ("same-text", 5, True)
    assert suspect["share"] == round(5 / 9, 4)


def test_what_strangers_wrote_is_harmless() -> None:
    reports = [
        tell(
            {"cc": "MM", "area": text, "op": [text], "text": text, "status": "ended", "obs": START}
        )
        for text in HOSTILE
    ]
    incidents = build_incidents(reports, decide())
    for line in write_incidents(incidents):
        assert is_harmless(line)
    for incident in incidents:
        for line in write_incident(incident, 40):
            assert is_harmless(line)
