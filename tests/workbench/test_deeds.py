"""What a person does on the page, and what is true afterwards."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyholder.errors import HomeError
from keyholder.incidents.incident import build_incidents
from keyholder.workbench.answers import Refusal
from keyholder.workbench.routes import answer_get, answer_post
from keyholder.workbench.sitting import Sitting
from keyholder.workbench.standing import settle
from tests.workbench.sittings import HOLDER, make_opened, make_sitting


@pytest.fixture
def sitting() -> Sitting:
    """Over reports that are in incidents already."""
    return _make(80)


def _make(number: int) -> Sitting:
    sitting = make_sitting(make_opened(number))
    sitting._standing = settle(sitting.standing)
    return sitting


def _do(sitting: Sitting, **told: Any) -> dict[str, Any]:
    return answer_post(sitting, "/api/operations", json.dumps(told).encode())


def _list(sitting: Sitting, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = answer_get(sitting, "/api/reports", query)["rows"]
    return rows


def _show(sitting: Sitting, id: str) -> dict[str, Any]:
    return answer_get(sitting, f"/api/reports/{id}", "")


def test_tags_are_tidied_found_and_taken_away(sitting: Sitting) -> None:
    id = _list(sitting)[3]["id"]
    _do(sitting, op="tag", report=id, target=id, tag="  Needs\tA  call ")
    assert [row["id"] for row in _list(sitting, "tag=needs+a+call")] == [id]
    assert _show(sitting, id)["annotations"]["tags"] == ["needs a call"]
    _do(sitting, op="untag", report=id, tag="needs a call")
    assert _list(sitting, "tag=needs+a+call") == []


def test_notes_and_translations_are_shown_and_searched(sitting: Sitting) -> None:
    first, second = (row["id"] for row in _list(sitting)[:2])
    _do(sitting, op="comment", target=first, text="Called BACK")
    _do(sitting, op="translate", report=second, lang="en", text="The net is gone")
    assert [row["id"] for row in _list(sitting, "text=called+back")] == [first]
    assert [row["id"] for row in _list(sitting, "text=net+is+gone")] == [second]
    told = _show(sitting, second)["annotations"]["translations"]
    assert [(one["holder"], one["lang"], one["text"]) for one in told] == [
        (HOLDER, "en", "The net is gone")
    ]


def test_grades_of_a_report_and_of_an_incident(sitting: Sitting) -> None:
    row = _list(sitting)[0]
    _do(sitting, op="grade", target=row["incident"], level="measured")
    assert answer_get(sitting, f"/api/incidents/{row['incident']}", "")["grade"] == "measured"
    found = answer_get(sitting, "/api/incidents", "grade=measured")["rows"]
    assert [one["id"] for one in found] == [row["incident"]]
    _do(sitting, op="grade", target=row["id"], level="doubted")
    assert [one["id"] for one in _list(sitting, "grade=doubted")] == [row["id"]]


def test_merge_split_and_undo(sitting: Sitting) -> None:
    rows = _list(sitting)
    one, other = rows[0], next(row for row in rows if row["incident"] != rows[0]["incident"])
    merged = _do(sitting, op="merge", reports=[one["id"], other["id"]])
    assert merged["accepted"] is True
    shown = answer_get(sitting, f"/api/incidents/{merged['incident']}", "")
    assert (shown["confirmed"], shown["reports"]) == (True, 2)
    assert {row["id"] for row in shown["rows"]} == {one["id"], other["id"]}
    _do(sitting, op="split", incident=merged["incident"], reports=[other["id"]])
    assert _show(sitting, other["id"])["incident"] != merged["incident"]
    _do(sitting, op="undo", holder=HOLDER, counter=merged["counter"])
    assert _show(sitting, one["id"])["incident"] != merged["incident"]
    told = answer_get(sitting, "/api/history", "")["entries"]
    assert [(entry["op"], entry["undone"]) for entry in told] == [
        ("undo", False),
        ("split", False),
        ("merge", True),
    ]


def test_a_whole_suggestion_is_confirmed_by_its_id(sitting: Sitting) -> None:
    rows = answer_get(sitting, "/api/incidents", "sort=reports")["rows"]
    merged = _do(sitting, op="merge", incidents=[rows[0]["id"]])
    shown = answer_get(sitting, f"/api/incidents/{merged['incident']}", "")
    assert (shown["confirmed"], shown["reports"]) == (True, rows[0]["reports"])


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_after_deeds_every_report_is_in_one_incident_and_people_have_their_way(
    data: st.DataObject,
) -> None:
    sitting = _make(40)
    ids = [row["id"] for row in _list(sitting)]
    for _ in range(data.draw(st.integers(1, 4))):
        some = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True))
        match data.draw(st.sampled_from(["merge", "split", "undo"])):
            case "merge":
                _try(sitting, op="merge", reports=some)
            case "split":
                incident = _show(sitting, some[0])["incident"]
                _try(sitting, op="split", incident=incident, reports=some[:1])
            case "undo":
                history = answer_get(sitting, "/api/history", "")["entries"]
                if history:
                    counter = data.draw(st.sampled_from(history))["counter"]
                    _do(sitting, op="undo", holder=HOLDER, counter=counter)
        _check(sitting)
    quick = {one.id: one for one in sitting.standing.incidents or () if one.confirmed}
    full = build_incidents(sitting.standing.collection.reports, sitting.standing.annotations)
    assert quick.keys() == {one.id for one in full if one.confirmed}
    for one in full:
        if one.confirmed:
            assert {each.report_id for each in one.reports} == {
                each.report_id for each in quick[one.id].reports
            }


def _try(sitting: Sitting, **told: Any) -> None:
    with suppress(Refusal):  # it is so already
        _do(sitting, **told)


def _check(sitting: Sitting) -> None:
    standing = sitting.standing
    held = [each.report_id for one in standing.incidents or () for each in one.reports]
    assert sorted(held) == sorted(standing.collection.by_id)
    for incident, reports in standing.annotations.merged.items():
        assert reports == {each.report_id for each in standing.by_incident[incident].reports}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b'{"op": "nuke"}',
        b'{"op": ["tag"]}',
        b'{"op": "tag", "report": "00", "tag": "x"}',
        b'{"op": "tag", "report": "0000000000000000", "tag": ""}',
        b'{"op": "tag", "report": "0000000000000000", "tag": 5}',
        b'{"op": "tag", "report": 5, "tag": "x"}',
        b'{"op": "comment", "target": "0000000000000000", "text": ""}',
        b'{"op": "comment", "target": "0000000000000000", "text": "\\ud800"}',
        b'{"op": "grade", "target": "0000000000000000", "level": "sure"}',
        b'{"op": "merge", "reports": []}',
        b'{"op": "merge", "reports": "0000000000000000"}',
        b'{"op": "merge", "reports": ["0000000000000000", "0000000000000001"]}',
        b'{"op": "merge", "incidents": ["0000000000000000"]}',
        b'{"op": "split", "incident": "0000000000000000", "reports": []}',
        b'{"op": "undo", "holder": "00", "counter": "1"}',
        b'{"op": "undo", "holder": "00", "counter": "x"}',
        b'{"op":' * 20_000,
        b"[" * 60_000,
    ],
    ids=range(23),
)
def test_odd_operations_are_refused_and_nothing_is_kept(sitting: Sitting, body: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        answer_post(sitting, "/api/operations", body)
    assert caught.value.code in ("operation", "unknown")
    assert sitting.standing.annotations.history == ()


def test_what_could_not_be_kept_is_not_shown(sitting: Sitting) -> None:
    def fail(*_: object) -> Any:
        raise HomeError("home-unwritable")

    sitting.keep = fail
    id = _list(sitting)[0]["id"]
    with pytest.raises(Refusal) as caught:
        _do(sitting, op="tag", report=id, tag="x")
    assert caught.value.code == "unwritten"
    assert _show(sitting, id)["annotations"]["tags"] == []


def test_before_incidents_are_found_deeds_count_all_the_same() -> None:
    sitting = make_sitting(make_opened(20))
    ids = [row["id"] for row in _list(sitting)[:2]]
    for room in ("incidents", "floods"):
        with pytest.raises(Refusal):
            answer_get(sitting, f"/api/{room}", "")
    merged = _do(sitting, op="merge", reports=ids)
    sitting._standing = settle(sitting.standing)
    assert _show(sitting, ids[0])["incident"] == merged["incident"]
