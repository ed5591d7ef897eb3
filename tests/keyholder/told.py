"""Reports and incidents made without envelopes, for exports."""

from collections.abc import Sequence

from keyholder.incidents.incident import Incident, summarise
from keyholder.merge import Merged, Source
from keyholder.records.replay import Annotations
from reports.report import Report
from tests.keyholder.fake_service import DAY
from tests.keyholder.homes import EMPTY


def tell(report: Report, number: int = 1, day: int = DAY) -> Merged:
    """A report that came in one envelope."""
    chan = str(report.get("chan", "app"))
    source = Source(number, number.to_bytes(32, "big"), day, 2, 1, chan, None, None, None)
    return Merged(number.to_bytes(8, "big"), report, (source,), (), ())


def sum_up(reports: Sequence[Merged], annotations: Annotations = EMPTY) -> Incident:
    """The incident that these reports make."""
    first = reports[0].report_id
    return summarise(reports, id=first, confirmed=len(reports) > 1, annotations=annotations)
