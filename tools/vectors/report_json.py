"""A report as JSON, for vectors: the form is told in spec/vectors/README.md."""

import json
from typing import Any

from reports.report import Report

_EXACT = (1 << 53) - 1
"""Beyond it JavaScript's numbers are not exact."""


def to_json(report: Report) -> str:
    """One line of ASCII. Records are objects; what stands under `unknown` are maps of the wire."""
    return json.dumps(_write_record(report), separators=(",", ":"))


def from_json(text: str) -> Any:
    """What `to_json` was given, or whatever else a line of JSON says."""
    return _read_record(json.loads(text))


def _write_record(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _write_wire(one) if name == "unknown" else _write_record(one)
            for name, one in value.items()
        }
    return [_write_record(one) for one in value] if isinstance(value, list) else _write_wire(value)


def _write_wire(value: Any) -> Any:
    if isinstance(value, dict):
        return {"map": [[_write_wire(key), _write_wire(one)] for key, one in value.items()]}
    if isinstance(value, list):
        return [_write_wire(one) for one in value]
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if type(value) is int and abs(value) > _EXACT:
        return {"int": str(value)}
    return value


def _read_record(value: Any) -> Any:
    if isinstance(value, list):
        return [_read_record(one) for one in value]
    if not isinstance(value, dict) or value.keys() & {"map", "bytes", "int"}:
        return _read_wire(value)
    return {
        name: _read_wire(one) if name == "unknown" else _read_record(one)
        for name, one in value.items()
    }


def _read_wire(value: Any) -> Any:
    if isinstance(value, list):
        return [_read_wire(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return bytes.fromhex(value["bytes"])
    if "int" in value:
        return int(value["int"])
    return {_read_wire(key): _read_wire(one) for key, one in value["map"]}
