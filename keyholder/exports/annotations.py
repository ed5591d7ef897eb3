"""What keyholders said about reports and incidents, as JSON values."""

from typing import Any

from keyholder.moments import write_moment
from keyholder.records.replay import Annotations


def make_annotations(id: bytes, annotations: Annotations) -> dict[str, Any]:
    """Tags, notes, translations and grade of a report or incident (8 bytes); all may be empty."""
    return {
        "tags": sorted(annotations.tags.get(id, frozenset())),
        "notes": [
            {
                "holder": note.holder_id,
                "counter": note.counter,
                "time": write_moment(note.time),
                "text": note.text,
            }
            for note in annotations.notes.get(id, ())
        ],
        "translations": [
            {
                "holder": told.holder_id,
                "counter": told.counter,
                "time": write_moment(told.time),
                "lang": told.lang,
                "text": told.text,
            }
            for told in annotations.translations.get(id, ())
        ],
        "grade": annotations.grades.get(id),
    }


def add_annotations(
    document: dict[str, Any], id: bytes, annotations: Annotations
) -> dict[str, Any]:
    """The document of a report, with what keyholders said of it, if anything."""
    made = make_annotations(id, annotations)
    return {**document, "annotations": made} if any(made.values()) else document
