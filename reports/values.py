"""One field's value, to the wire and back. Everything comes from the table.

A reader takes a wire value as a field's value only if writing it again gives the same value. What
fails that test is kept as it came under `unknown`, so no report is lost for one odd field.
"""

from typing import Any

from reports.errors import ReportError
from reports.report import LATEST, QUARTER, Report
from reports.table import Field, load_table, name_number, number_name

_NIBBLES = 15
_BITS = 64


def write_value(field: Field, value: Any, epoch_start: int, cc: object) -> Any:
    """The wire form of a readable value. Raises ReportError (field-…, time-…)."""
    match field.type:
        case "enum":
            return _number(field.numbers, value)
        case "enum-list":
            return sum({1 << _bit(field.numbers, one) for one in _items(value)})
        case "enum-map":
            return _write_nibbles(field, value)
        case "int":
            return _whole(value, field.min, field.max)
        case "time":
            return _write_time(value, epoch_start)
        case "text":
            return _text(value, field)
        case "text-list":
            return [_text(one, field) for one in _count(value, field)]
        case "operators":
            return [_write_operator(one, field) for one in _count(value, field)]
        case "country" | "language":
            return _letters(value, upper=field.type == "country")
        case "region":
            return _write_region(value, cc, field)
        case "bytes":
            return _bytes(value, field)
        case "record":
            return write_fields(field.fields, value, epoch_start)
        case "record-list":
            return [write_fields(field.fields, one, epoch_start) for one in _count(value, field)]
        case _:
            return _write_names(value, field)


def read_value(field: Field, wire: Any, epoch_start: int, cc: object) -> Any:
    """The readable value of a wire form, or None where it is not one."""
    try:
        value = _read(field, wire, epoch_start, cc)
        same = write_value(field, value, epoch_start, cc)
    except ReportError:
        return None
    # bool is an int in Python: True must not pass for 1.
    return value if same == wire and type(same) is type(wire) else None


def write_fields(fields: tuple[Field, ...], record: Any, epoch_start: int) -> dict[int, Any]:
    """A record (or a whole report) as a map of wire values, its `unknown` keys among them."""
    if not isinstance(record, dict):
        raise ReportError("field-value")
    by_name = {field.name: field for field in fields}
    unknown = record.get("unknown", {})
    if not isinstance(unknown, dict):
        raise ReportError("field-value")
    content: dict[int, Any] = {}
    for key, value in unknown.items():
        content[_whole(key, 0, (1 << 64) - 1)] = value
    for name, value in record.items():
        if name == "unknown":
            continue
        field = by_name.get(name)
        if field is None:
            raise ReportError("field-unknown")
        if field.key in content:
            raise ReportError("field-value")
        content[field.key] = write_value(field, value, epoch_start, record.get("cc"))
    return content


def read_fields(fields: tuple[Field, ...], content: dict[int, Any], epoch_start: int) -> Report:
    """The record that a map of wire values holds; what the table does not know is in `unknown`."""
    record: Report = {}
    unknown: dict[int, Any] = {}
    by_key = {field.key: field for field in fields}
    for key, wire in content.items():
        field = by_key.get(key)
        value = None if field is None else read_value(field, wire, epoch_start, record.get("cc"))
        if field is None or value is None:
            unknown[key] = wire
        else:
            record[field.name] = value
    if unknown:
        record["unknown"] = unknown
    return record


def _read(field: Field, wire: Any, epoch_start: int, cc: object) -> Any:
    match field.type:
        case "enum":
            return name_number(field.names, _whole(wire, 1, 1 << 16))
        case "enum-list":
            bits = _whole(wire, 0, (1 << _BITS) - 1)
            set_bits = (n for n in range(1, _BITS + 1) if bits >> (n - 1) & 1)
            return [name_number(field.names, n) for n in set_bits]
        case "enum-map":
            return _read_nibbles(field, wire)
        case "time":
            quarters = _whole(wire, -(1 << 40), 1 << 40)
            return (epoch_start // QUARTER + quarters) * QUARTER
        case "operators":
            return [str(one) if type(one) is int else one for one in _items(wire)]
        case "region":
            return wire if isinstance(wire, str) and "-" in wire else f"{cc}-{wire}"
        case "record":
            return read_fields(field.fields, _map(wire), epoch_start)
        case "record-list":
            return [read_fields(field.fields, _map(one), epoch_start) for one in _items(wire)]
        case "field-list":
            return _read_names(wire)
        case _:
            return wire


def _whole(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ReportError("field-value")
    return value


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ReportError("field-value")
    return value


def _map(value: Any) -> dict[int, Any]:
    if not isinstance(value, dict) or not all(type(key) is int and key >= 0 for key in value):
        raise ReportError("field-value")
    return value


def _count(value: Any, field: Field) -> list[Any]:
    if len(_items(value)) > field.max_items:
        raise ReportError("field-too-many")
    return _items(value)


def _number(numbers: Any, name: Any) -> int:
    number = number_name(numbers, name)
    if number is None or not 1 <= number <= 1 << 16:
        raise ReportError("field-value")
    return number


def _bit(numbers: Any, name: Any) -> int:
    return _whole(_number(numbers, name) - 1, 0, _BITS - 1)


def _write_nibbles(field: Field, value: Any) -> bytes:
    """Half a byte per member in the order of their numbers, high half first; 0 is "not said"."""
    if not isinstance(value, dict):
        raise ReportError("field-value")
    pairs = bytearray(128)
    for member, level in value.items():
        place = _whole(_number(field.member_numbers, member), 1, 256) - 1
        half = _whole(_number(field.numbers, level), 1, _NIBBLES)
        pairs[place // 2] |= half if place % 2 else half << 4
    return bytes(pairs.rstrip(b"\0"))


def _read_nibbles(field: Field, wire: Any) -> dict[str, str]:
    if not isinstance(wire, bytes):
        raise ReportError("field-value")
    halves = [half for byte in wire for half in (byte >> 4, byte & 15)]
    return {
        name_number(field.member_names, n): name_number(field.names, half)
        for n, half in enumerate(halves, start=1)
        if half
    }


def _write_time(value: Any, epoch_start: int) -> int:
    if type(value) is not int or not 0 <= value < LATEST:
        raise ReportError("time-out-of-range")
    if value % QUARTER:
        raise ReportError("time-not-quarter")
    return value // QUARTER - epoch_start // QUARTER


def _text(value: Any, field: Field) -> str:
    if not isinstance(value, str):
        raise ReportError("field-value")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:  # half of a surrogate pair
        raise ReportError("report-text") from None
    if size > field.max_bytes:
        raise ReportError("field-too-large")
    return value


def _bytes(value: Any, field: Field) -> bytes:
    if not isinstance(value, bytes):
        raise ReportError("field-value")
    if not field.min_bytes <= len(value) <= field.max_bytes:
        raise ReportError("field-too-large")
    return value


def _letters(value: Any, *, upper: bool) -> str:
    wanted = str.isupper if upper else str.islower
    if not (isinstance(value, str) and len(value) in (2, 3) and value.isascii()):
        raise ReportError("field-value")
    if not (value.isalpha() and wanted(value)) or (upper and len(value) == 3):
        raise ReportError("field-value")
    return value


def _write_region(value: Any, cc: object, field: Field) -> str:
    """ISO 3166-2; the part before the hyphen is left out where the report's country says it."""
    code = _text(value, field)
    country, hyphen, rest = code.partition("-")
    if not (hyphen and len(country) == 2 and 1 <= len(rest) <= 3 and code.isascii()):
        raise ReportError("field-value")
    if not (country.isalpha() and rest.isalnum() and code.isprintable() and code.upper() == code):
        raise ReportError("field-value")
    return rest if country == cc else code


def _write_operator(value: Any, field: Field) -> int | str:
    """MCC and MNC are five or six digits and travel as a number; anything else is a name."""
    name = _text(value, field)
    digits = name.isascii() and name.isdigit() and len(name) in (5, 6) and name[0] != "0"
    return int(name) if digits else name


def _write_names(value: Any, field: Field) -> list[int]:
    keys = load_table().keys
    return sorted({_whole(number_name(keys, one), 0, 1 << 16) for one in _count(value, field)})


def _read_names(wire: Any) -> list[str]:
    by_key = load_table().by_key
    keys = [_whole(one, 0, 1 << 16) for one in _items(wire)]
    return [by_key[key].name if key in by_key else f"?{key}" for key in keys]
