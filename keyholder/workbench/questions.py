"""What a request asks for: its query, read strictly. Anything odd is a Refusal, never a guess."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from keyholder.filters import Filter
from keyholder.incidents.incident import GRADES
from keyholder.moments import DAY, read_day
from keyholder.records.operations import LEVELS
from keyholder.workbench.answers import Refusal
from reports.table import load_table

MOST_ROWS = 500
_MOST_FIELDS = 32
_LONGEST = 200  # characters of one value
_FIRST, _LAST = 0, 253_402_300_799  # Unix seconds, to the end of 9999
_FILTERS = (
    "text", "country", "region", "channel", "status", "kind", "net", "since", "until", "tag",
    "incident", "grade", "operator", "lang",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """`filter` is about what reports say; `tag`, `grade` and `incident` (an id of 8 bytes) about
    what people and the rule of incidents say of them. `after`: rows to leave out. `sort`: a
    column's name, with `-` in front for falling. `sought`: a report of which the answer tells at
    which row it is."""

    filter: Filter
    tag: str | None
    grade: str | None
    incident: bytes | None
    after: int
    limit: int
    sort: str | None
    sought: bytes = b""

    @property
    def asks_nothing(self) -> bool:
        """Whether every report is meant; grades, which incidents have as well, are left out."""
        return self.filter == Filter() and self.tag is None and self.incident is None


def list_values() -> dict[str, list[str]]:
    """What filters take that go by a list."""
    fields = load_table().by_name
    return {
        "channel": list(fields["chan"].numbers),
        "status": list(fields["status"].numbers),
        "kind": list(fields["kind"].numbers),
        "net": list(fields["net"].member_numbers),
        "level": list(fields["net"].numbers),
        "grade": list(dict.fromkeys((*GRADES, *LEVELS))),
    }


def read_question(query: str) -> Question:
    """A query string of filters, `after`, `limit`, `sort` and `row_of`. Refusal: question."""
    fields, net = _read_fields(query)
    after, limit = fields.pop("after", "0"), fields.pop("limit", "100")
    sort, incident = fields.pop("sort", None), fields.get("incident")
    sought = fields.pop("row_of", None)
    return Question(
        Filter(
            country=fields.get("country"),
            region=fields.get("region"),
            since=_read_time(fields.get("since"), 0),
            until=_read_time(fields.get("until"), DAY),
            channel=_check("chan", fields.get("channel")),
            status=_check("status", fields.get("status")),
            kind=_check("kind", fields.get("kind")),
            net=net,
            text=fields.get("text") or None,
            operator=fields.get("operator"),
            lang=fields.get("lang"),
        ),
        fields.get("tag"),
        fields.get("grade"),
        None if incident is None else read_id(incident),
        _read_number(after, 1 << 30),
        max(1, _read_number(limit, MOST_ROWS)),
        sort,
        b"" if sought is None else read_id(sought),
    )


def read_id(text: str) -> bytes:
    """A report's or incident's id: 16 hex digits. Refusal: unknown."""
    if len(text) != 16 or not set(text) <= set("0123456789abcdef"):
        raise Refusal("unknown")
    return bytes.fromhex(text)


def _read_fields(query: str) -> tuple[dict[str, str], Mapping[str, str]]:
    try:
        pairs = parse_qsl(
            query,
            keep_blank_values=True,
            strict_parsing=bool(query),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Refusal("question") from None
    fields: dict[str, str] = {}
    net: dict[str, str] = {}
    for name, value in pairs:
        if len(value) > _LONGEST or name not in (*_FILTERS, "after", "limit", "sort", "row_of"):
            raise Refusal("question")
        if name == "net":
            network, _, level = value.partition("=")
            net[network] = _check_net(network, level)
        elif name in fields:
            raise Refusal("question")
        else:
            fields[name] = value
    return fields, net


def _check(field: str, value: str | None) -> str | None:
    if value is not None and value not in load_table().by_name[field].numbers:
        raise Refusal("question")
    return value


def _check_net(network: str, level: str) -> str:
    field = load_table().by_name["net"]
    if network not in field.member_numbers or level not in field.numbers:
        raise Refusal("question")
    return level


def _read_number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= most):
        raise Refusal("question")
    return int(text)


def _read_time(text: str | None, add: int) -> int | None:
    """Unix seconds of a day (and `add` more) or of a moment as 2026-01-31T12:15:00Z."""
    if text is None:
        return None
    try:
        if len(text) == 10:
            return read_day(text) + add
        if not (text.isascii() and text.endswith("Z")):
            raise Refusal("question")
        moment = int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        raise Refusal("question") from None
    return min(max(moment, _FIRST), _LAST)
