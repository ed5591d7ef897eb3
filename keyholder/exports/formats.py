"""The formats of an export, and what one line of each can be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from keyholder.counts import write_count
from keyholder.documents import make_document, write_list
from keyholder.exports.annotations import add_annotations
from keyholder.exports.geojson import write_geojson
from keyholder.exports.incidents import (
    COLUMNS,
    make_incident_cells,
    write_incidents_csv,
    write_incidents_json,
)
from keyholder.exports.stop import write_stop, write_stop_incidents
from keyholder.exports.table import list_columns, make_cells, write_csv
from keyholder.exports.uwazi import write_uwazi
from keyholder.exports.workbook import Sheets
from keyholder.incidents.incident import Incident, build_incidents, summarise
from keyholder.merge import Merged
from keyholder.records.replay import Annotations


class Format(StrEnum):
    """What the file is for."""

    CSV = "csv"
    JSON = "json"
    STOP = "stop"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    UWAZI = "uwazi"


class Unit(StrEnum):
    """What one line, or one point on a map, is."""

    REPORT = "report"
    INCIDENT = "incident"


_UNITS = {Format.CSV: Unit.REPORT, Format.JSON: Unit.REPORT}  # the others: incidents


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be written. `about` are lines for people who find the file, `rest` is for JSON."""

    form: Format
    unit: Unit
    reports: Sequence[Merged]
    incidents: Sequence[Incident]
    annotations: Annotations
    about: Sequence[str]
    rest: dict[str, Any]


def choose_unit(form: Format, wanted: Unit | None) -> Unit:
    """The unit of a format, unless another was asked for. XLSX has both, each on its sheet."""
    return wanted or _UNITS.get(form, Unit.INCIDENT)


def list_incidents(
    form: Format, unit: Unit, reports: Sequence[Merged], annotations: Annotations
) -> Sequence[Incident]:
    """The incidents that the export needs; on a map of reports each report is one of its own."""
    if unit is Unit.INCIDENT or form is Format.XLSX:
        return build_incidents(reports, annotations)
    if form in (Format.GEOJSON, Format.UWAZI):
        return [
            summarise([one], id=one.report_id, confirmed=False, annotations=annotations)
            for one in reports
        ]
    return ()


def count_lines(export: Export) -> int | None:
    """How many lines will be written, about; None where all is written at once."""
    if export.form is Format.XLSX:
        return None
    by_report = export.unit is Unit.REPORT
    return len(export.reports if by_report else export.incidents)


def write_export(export: Export) -> Iterator[bytes]:
    """The file's bytes. ExportError rows-over-sheet."""
    by_report = export.unit is Unit.REPORT
    incidents, annotations = export.incidents, export.annotations
    match export.form:
        case Format.CSV if by_report:
            yield from write_csv(export.reports)
        case Format.CSV:
            yield from write_incidents_csv(incidents, annotations)
        case Format.STOP if by_report:
            yield from write_stop(export.reports)
        case Format.STOP:
            yield from write_stop_incidents(incidents, annotations)
        case Format.JSON if by_report:
            documents = (
                add_annotations(make_document(one), one.report_id, annotations)
                for one in export.reports
            )
            for line in write_list(documents, export.rest):
                yield f"{line}\n".encode()
        case Format.JSON:
            yield from write_incidents_json(incidents, annotations, export.rest)
        case Format.GEOJSON:
            yield from write_geojson(incidents, export.unit.value)
        case Format.UWAZI:
            yield from write_uwazi(incidents, annotations)
        case Format.XLSX:
            yield _write_sheets(export)


def _write_sheets(export: Export) -> bytes:
    sheets = Sheets()
    sheets.add("reports", list_columns(), map(make_cells, export.reports))
    cells = (make_incident_cells(one, export.annotations) for one in export.incidents)
    sheets.add("incidents", COLUMNS, cells)
    shortened = write_count(sheets.shortened, "cell")
    cut = [f"{shortened} held more than a cell can: each says so at its end."]
    sheets.add_about([*export.about, *(cut if sheets.shortened else ())])
    return sheets.close()
