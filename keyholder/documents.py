"""Reports as JSON documents: what `--json` prints and `export --format json` writes.

spec/exports/report-export-v1.schema.json describes them. Bytes are lower-case hex, times are
ISO 8601 in UTC, days are dates; what the table of fields does not know stands under `unknown`.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from keyholder.merge import Merged, Source
from keyholder.moments import write_day, write_moment
from reports.table import load_table

FORMAT = "heliograph/report-export/v1"
SCHEMA = "report-export-v1.schema.json"


def make_document(merged: Merged) -> dict[str, Any]:
    """One report with where it came from."""
    return {
        "id": merged.report_id.hex(),
        "received": write_day(merged.day),
        "channels": list(merged.channels),
        "report": make_report(merged.report),
        "conflicts": list(merged.conflicts),
        "missing_parts": list(merged.missing_parts),
        "envelopes": [_make_source(source) for source in merged.sources],
    }


def make_report(report: dict[str, Any]) -> dict[str, Any]:
    """A report's fields as plain JSON values."""
    fields = load_table().by_name
    return {
        name: write_moment(value)
        if name in fields and fields[name].type == "time" and isinstance(value, int)
        else make_plain(value)
        for name, value in report.items()
    }


def make_plain(value: Any) -> Any:
    """Anything that a report may hold as JSON: bytes as hex, keys of maps as text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {
            key.hex() if isinstance(key, bytes) else str(key): make_plain(one)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [make_plain(one) for one in value]
    return value


def write_json(document: Any, indent: int | None = None) -> str:
    """JSON in ASCII alone: no control or bidirectional character reaches a terminal."""
    return json.dumps(document, ensure_ascii=True, indent=indent).replace("\x7f", "\\u007f")


def write_list(documents: Iterable[dict[str, Any]], rest: dict[str, Any]) -> Iterator[str]:
    """One JSON object as lines: schema, format, `rest`, then a line a report."""
    yield f'{{"$schema": "{SCHEMA}",'
    yield f' "format": "{FORMAT}",'
    for name, value in rest.items():
        yield f" {write_json(name)}: {write_json(value)},"
    yield ' "reports": ['
    waiting = None
    for document in documents:
        if waiting is not None:
            yield waiting + ","
        waiting = write_json(document)
    if waiting is not None:
        yield waiting
    yield "]}"


def _make_source(source: Source) -> dict[str, Any]:
    return {
        "index": source.index,
        "id": source.envelope_id.hex(),
        "received": write_day(source.day),
        "suite": f"{source.suite:02x}",
        "epoch": source.epoch,
        "channel": source.channel,
        "seq": source.seq,
        "part": source.part,
        "auth": source.auth,
    }
