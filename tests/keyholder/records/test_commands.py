"""tag, note, translate, grade, merge, split, undo and history, as a holder types them."""

import pytest

from keyholder import vault
from keyholder.records.composing import compose_merge, compose_split
from keyholder.records.operations import MAX_REPORTS, MAX_TEXT, Comment, Merge, Record, Tag, Undo
from keyholder.records.replay import replay
from tests.keyholder.conftest import PASSPHRASE, Result
from tests.keyholder.records.circle import OTHER, REPORT, THIRD, Circle, type_text

ESCAPE = "\x1b[2J‮"


def run(circle: Circle, *arguments: object) -> Result:
    return circle.desks[0].done(*arguments)


def test_tags_are_tidied_and_shown(circle: Circle) -> None:
    out = run(circle, "tag", REPORT.hex(), "  Fibre   CUT ", "exam").out
    assert f"tagged {REPORT.hex()}: fibre cut" in out
    assert "next `keyholder sync`" in out
    assert "exam,fibre…" in run(circle, "list").out
    assert "exam, fibre cut" in run(circle, "show", REPORT.hex()).out
    (told,) = [one for one in run(circle, "list", "--json").json["reports"] if "annotations" in one]
    assert told["annotations"]["tags"] == ["exam", "fibre cut"]
    run(circle, "untag", REPORT.hex(), "EXAM")
    assert circle.read(0).tags == {REPORT: {"fibre cut"}}
    told = run(circle, "tag", REPORT.hex(), "exam", "--json").json
    assert told["accepted"] is True
    assert [one["holder"] for one in told["records"]] == [circle.identities[0].holder_id]


def test_a_note_comes_from_standard_input(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    type_text(monkeypatch, f"two lines\nof {ESCAPE} text\n")
    run(circle, "note", REPORT.hex())
    shown = run(circle, "show", REPORT.hex()).out
    assert "    | two lines" in shown
    assert "\x1b" not in shown
    assert "‮" not in shown
    note = run(circle, "show", REPORT.hex(), "--json").json["annotations"]["notes"][0]
    assert note["text"] == f"two lines\nof {ESCAPE} text"
    assert note["holder"] == circle.identities[0].holder_id
    assert "\x1b" not in run(circle, "history").out


def test_a_translation(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    type_text(monkeypatch, "in English")
    run(circle, "translate", REPORT.hex(), "--to", "en")
    assert "In en by" in run(circle, "show", REPORT.hex()).out
    (told,) = circle.read(0).translations[REPORT]
    assert (told.lang, told.text) == ("en", "in English")


@pytest.mark.parametrize(
    ("text", "code"),
    [(b"", "no text"), (b" \n", "no text"), (b"\xff", "no text"), (b"x" * (MAX_TEXT + 1), "long")],
)
def test_texts_that_are_none(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, text: bytes, code: str
) -> None:
    type_text(monkeypatch, text)
    result = circle.desks[0].run("note", REPORT.hex())
    assert result.status == 1
    assert code in result.err


def test_the_longest_text_goes_all_the_way(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "က" * (MAX_TEXT // 3)
    type_text(monkeypatch, text)
    run(circle, "note", REPORT.hex())
    circle.sync()
    assert circle.read(1).notes[REPORT][0].text == text


def test_grades(circle: Circle) -> None:
    run(circle, "grade", REPORT.hex(), "doubted")
    run(circle, "grade", REPORT.hex(), "measured")
    assert "measured" in run(circle, "show", REPORT.hex()).out
    result = circle.desks[0].run("grade", REPORT.hex(), "certain")
    assert (result.status, "not one that this version knows" in result.err) == (1, True)


def test_merge_split_and_merge_again(circle: Circle) -> None:
    told = run(circle, "merge", REPORT.hex(), OTHER.hex(), "--json").json
    (incident,) = told["incidents"]
    assert f"incident          {incident}" in run(circle, "show", REPORT.hex()).out
    assert run(circle, "merge", incident[:10], THIRD.hex(), "--json").json["incidents"] == [
        incident
    ]
    assert circle.read(0).merged == {bytes.fromhex(incident): {REPORT, OTHER, THIRD}}
    run(circle, "split", OTHER.hex())
    state = circle.read(0)
    assert state.merged == {bytes.fromhex(incident): {REPORT, THIRD}}
    assert state.apart == {(REPORT, OTHER), (OTHER, THIRD)}
    result = circle.desks[0].run("split", OTHER.hex())
    assert "not all in one incident" in result.err
    run(circle, "undo")
    assert circle.read(0).merged == {bytes.fromhex(incident): {REPORT, OTHER, THIRD}}


def test_two_incidents_become_one(circle: Circle) -> None:
    first = run(circle, "merge", REPORT.hex(), "--json").json["incidents"][0]
    second = run(circle, "merge", OTHER.hex(), THIRD.hex(), "--json").json["incidents"][0]
    run(circle, "merge", first, second)
    assert circle.read(0).merged == {bytes.fromhex(first): {REPORT, OTHER, THIRD}}
    result = circle.desks[0].run("merge", first, OTHER.hex())
    assert (result.status, "1 to 512" in result.err) == (1, True)


def test_undo_by_handle_and_of_others(circle: Circle) -> None:
    (record,) = circle.write(1, Tag(REPORT, "fibre"))
    circle.sync(1, 0)
    entry = run(circle, "history", "--json").json["records"][0]
    assert entry["handle"] == f"{record.holder_id}:{record.counter}"
    assert entry["operation"] == {"op": "tag", "report": REPORT.hex(), "tag": "fibre"}
    run(circle, "undo", entry["handle"][:4] + entry["handle"][16:])
    undo, tag = run(circle, "history", "--json").json["records"]
    assert tag["undone_by"] == undo["handle"]
    assert undo["holder"] == circle.identities[0].holder_id
    assert "(undone by" in run(circle, "history").out
    run(circle, "undo", undo["handle"])
    assert circle.read(0).tags == {REPORT: {"fibre"}}
    assert len(run(circle, "history", "--limit", 2, "--json").json["records"]) == 2


def test_undo_says_what_it_does_not_find(circle: Circle) -> None:
    assert "Nothing that a keyholder did" in circle.desks[0].run("undo").err
    assert "Nothing that a keyholder did" in circle.desks[0].run("undo", "abcd:12").err
    circle.write(0, Tag(REPORT, "fibre"))
    assert "Nothing that" in circle.desks[0].run("undo", "x").err


def test_ids_that_are_not_there(circle: Circle) -> None:
    desk = circle.desks[0]
    assert "No opened report" in desk.run("tag", "ffffffff", "x").err
    assert desk.run("tag", "abc", "x").status == 2
    assert "begin so" in desk.run("tag", REPORT.hex()[:14], "x").err
    assert "A tag is empty" in desk.run("tag", REPORT.hex(), " ").err
    assert desk.home.records.exists() is False


def test_what_is_sealed_late_is_said(circle: Circle) -> None:
    desk = circle.desks[0]
    desk.now += 400 * 86_400
    result = desk.done("tag", REPORT.hex(), "fibre")
    assert "No epoch is current" in result.err
    assert "past its end" in result.err


def test_records_outlive_their_epoch_but_for_what_was_said_of_the_lost(circle: Circle) -> None:
    """REPORT is of the next epoch; OTHER dies with the first, THIRD is kept."""
    late = b"report-n"
    circle.desks[0].now += 8 * 86_400
    circle.store(late)
    circle.desks[0].now -= 8 * 86_400
    circle.write(0, Tag(late, "mine"), Comment(OTHER, "repeats it"))
    (hers, *_) = circle.write(1, Comment(late, "hers"), Tag(OTHER, "x"), Tag(THIRD, "y"))
    circle.write(1, Merge(b"incident", (late, OTHER)), Undo(hers.holder_id, hers.counter))
    circle.sync()
    circle.sync(0)
    run(circle, "keep", THIRD.hex())
    before = circle.read(0)
    told = run(circle, "epoch", "destroy", 1, "--early", "--yes", "--json").json
    assert (told["lost"], told["kept"], told["closed"], told["records"]) == (2, 1, 0, 7)
    circle.identities[0] = vault.unlock(circle.desks[0].home, PASSPHRASE)  # destroying renews it
    after = circle.read(0)
    assert after.tags == {late: {"mine"}, THIRD: {"y"}}
    assert after.notes == {}
    assert after.merged == before.merged
    assert {one.record for one in before.history} - {one.record for one in after.history} == {
        one.record
        for one in before.history
        if getattr(one.record.operation, "target", None) == OTHER
        or getattr(one.record.operation, "report", None) == OTHER
    }
    circle.desks[0].home.envelopes.unlink()
    assert circle.read(0) == after


def test_many_reports_take_several_operations(circle: Circle) -> None:

    ids = [number.to_bytes(8, "big") for number in range(1, 2 * MAX_REPORTS + 10)]
    incident, merges = compose_merge(circle.read(0), ids)
    splits = compose_split(incident, ids, ids[: MAX_REPORTS + 5])
    assert (len(merges), len(splits)) == (3, 4)
    state = replay(
        Record("aa" * 8, number, 0, one) for number, one in enumerate([*merges, *splits], start=1)
    )
    assert state.merged == {incident: set(ids[MAX_REPORTS + 5 :])}
    assert len(state.apart) == (MAX_REPORTS + 5) * (len(ids) - MAX_REPORTS - 5)
