"""What `heliograph report` tells the person, or a program by `--json`."""

import json
from typing import Any

from heliograph.report.errors import describe_row
from heliograph.report.work import Result

_WARNINGS = {
    "keyring-expired": "The keyring has expired. It still seals; a newer one should be published.",
    "epoch-past": "No epoch is current, so an old or a fallback epoch was used.",
    "clock-behind": "This machine's clock is behind the keyring's signature: it is wrong.",
    "network-down": "The service cannot be reached; the last good keyring was used.",
}
_STOPPED = {
    "network-down": "The service cannot be reached.",
    "answer-strange": "Something answered that is not the service (a network's sign-in page?).",
    "service-unknown": "No service is named: give --service or HELIOGRAPH_SERVICE.",
    "offline": "The network was not used.",
}
SEND = "run `heliograph report --send` when a network returns"


def is_success(result: Result, *, sending: bool) -> bool:
    """Whether to exit 0. A report that waits in the outbox is kept, which is success; but where
    sending was all that was asked for (`sending`), nothing may be left."""
    delivery = result.delivery
    if result.sealed.bad:
        return False
    if delivery is None:
        return True
    return not (delivery.refused or delivery.damaged or (sending and delivery.waiting))


def describe(result: Result) -> dict[str, Any]:
    """The result as one JSON object."""
    told: dict[str, Any] = {
        "sealed": result.sealed.count,
        "bad_rows": [{"row": row, "code": code} for row, code in result.sealed.bad],
        "warnings": result.warnings,
    }
    if result.texts:
        told["texts"] = result.texts
    if result.delivery is not None:
        told |= {
            "stored": result.delivery.stored,
            "known": result.delivery.known,
            "waiting": result.delivery.waiting,
            "damaged": result.delivery.damaged,
            "refused": dict(result.delivery.refused),
            "stopped": result.delivery.stopped,
        }
    return told


def write_result(result: Result, *, as_json: bool) -> tuple[list[str], list[str]]:
    """Lines for standard output, and lines for standard error."""
    out = [text for texts in result.texts for text in texts]
    if as_json:
        out = [json.dumps(describe(result))]
    elif result.delivery is not None:
        out = [f"Sealed {result.sealed.count}, sent {result.delivery.sent}."]
    return out, list(_write_trouble(result))


def _write_trouble(result: Result) -> list[str]:
    lines = [
        _WARNINGS.get(
            code, f"The service's keyring was refused ({code}); the last good one was used."
        )
        for code in result.warnings
    ]
    lines += [
        f"Row {row} was not sealed: {code}. {describe_row(code)}" for row, code in result.sealed.bad
    ]
    if result.sealed.bad:
        lines.append(
            f"{len(result.sealed.bad)} rows were not sealed; {result.sealed.count} reports were."
        )
    delivery = result.delivery
    if delivery is None:
        return lines
    if delivery.damaged:
        lines.append(f"{delivery.damaged} files in the outbox are damaged and cannot be sent.")
    for code, count in delivery.refused.items():
        lines.append(f"The service refused {count} for good: {code}. They stay in the outbox.")
    if delivery.stopped:
        reason = _STOPPED.get(delivery.stopped)
        lines.append(reason or f"The service takes no more now: {delivery.stopped}.")
    if delivery.waiting and not delivery.refused:
        lines.append(f"{delivery.waiting} waiting; {SEND}.")
    return lines
