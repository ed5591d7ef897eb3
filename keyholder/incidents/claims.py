"""What one report claims: where, when, and what was cut. Nothing of it is believed yet."""

from dataclasses import dataclass

from keyholder.incidents.where import Where, read_where
from keyholder.merge import Merged
from keyholder.moments import DAY
from reports.report import Report

EARLY = 2  # days by which a time may be later than the day of arrival: civil dates, wrong clocks
NETWORK_KINDS = frozenset(("full", "throttled", "jamming", "domestic"))
SERVICE_KINDS = frozenset(("apps", "websites", "dns", "vpn", "app-slow"))


@dataclass(frozen=True, slots=True)
class Claim:
    """Days are counted since 1970-01-01.

    `start` is None where a report gives no start, or one that is later than its arrival. `rough`
    starts are of precision "about". `seen` is the day for which it speaks: observed, else arrived.
    """

    report_id: bytes
    arrival: tuple[int, bytes]
    """The index of its first envelope at the service, and its id: the order of arrival."""
    where: Where
    start: int | None
    rough: bool
    seen: int
    end: int | None
    over: bool
    network: bool
    """The network itself was cut or slowed, `service`: apps or sites were."""
    service: bool
    platforms: frozenset[str]

    @property
    def day(self) -> int:
        """The day on which, as it says, the cut lasted or ended."""
        return self.seen if self.end is None else min(self.seen, self.end)

    @property
    def rank(self) -> int:
        """How exact it is: 0 is a place and a start, 5 nothing that leads anywhere."""
        where = self.where
        placed = bool(where.words or where.nationwide) and not where.loose
        vague = not (placed or where.words or where.regions or where.nationwide)
        return 2 * (0 if placed else 2 if vague else 1) + (self.start is None or self.rough)


def read_claim(one: Merged) -> Claim:
    """The claim of a report, whatever its fields hold."""
    report = one.report
    start = _read_day(report, "since", one.day)
    seen = _read_day(report, "obs", one.day)
    if seen is None:
        seen = _read_day(report, "written", one.day)
    kinds = _read_words(report, "kind")
    end = _read_day(report, "until", one.day)
    return Claim(
        one.report_id,
        (min(source.index for source in one.sources), one.report_id),
        read_where(report),
        start,
        report.get("since_precision") == "about",
        one.day if seen is None else seen,
        end if end is not None and (start is None or end >= start) else None,
        report.get("status") == "ended",
        not kinds.isdisjoint(NETWORK_KINDS),
        not kinds.isdisjoint(SERVICE_KINDS),
        _read_words(report, "plat"),
    )


def _read_day(report: Report, name: str, arrived: int) -> int | None:
    told = report.get(name)
    if not isinstance(told, int) or not 0 <= told < (arrived + EARLY) * DAY:
        return None
    return told // DAY


def _read_words(report: Report, name: str) -> frozenset[str]:
    told = report.get(name)
    return frozenset(told) if isinstance(told, list) else frozenset()
