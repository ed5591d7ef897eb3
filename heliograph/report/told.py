"""What `heliograph report` tells the person, or a program by `--json`."""

import json
from collections.abc import Iterator
from typing import Any

from heliograph.report.carrying import Carried
from heliograph.report.delivery import Delivery
from heliograph.report.errors import describe_item, describe_row
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
SHOWN_ITEMS = 10
"""So many refused items are told line by line; a program gets all of them."""
SEND = "run `heliograph report --send` when a network returns"


def is_success(result: Result, *, sending: bool) -> bool:
    """Whether to exit 0. A report that waits in the outbox is kept, which is success; but where
    sending was all that was asked for (`sending`), nothing may be left."""
    delivery, carried = result.delivery, result.carried
    if result.sealed.bad or (carried and (carried.refused or carried.blobs_waiting)):
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
    if result.carried is not None:
        told["carried"] = {
            "envelopes": result.carried.envelopes,
            "blobs": len(result.carried.blobs),
            "blobs_sent": result.carried.blobs_sent,
            "blobs_stopped": result.carried.blobs_stopped,
            "refused": [
                {"file": file, "item": item, "code": code}
                for file, item, code in result.carried.refused
            ],
        }
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
    elif result.carried is not None and result.delivery is not None:
        out = [_write_carried(result.carried, result.delivery)]
    elif result.delivery is not None:
        out = [f"Sealed {result.sealed.count}, sent {result.delivery.sent}."]
    return out, list(_write_trouble(result))


def _write_carried(carried: Carried, delivery: Delivery) -> str:
    return (
        f"Reports: carried {carried.envelopes}, sent {delivery.sent}, {delivery.known} of them "
        f"known before. Attachments: carried {len(carried.blobs)}, sent {carried.blobs_sent}."
    )


def _write_carried_trouble(carried: Carried) -> Iterator[str]:
    for file, item, code in carried.refused[:SHOWN_ITEMS]:
        yield f"File {file}, item {item}: {code}. {describe_item(code)}"
    if len(carried.refused) > SHOWN_ITEMS:
        yield f"Items that were not taken, in all: {len(carried.refused)}; --json lists them."
    if carried.blobs_waiting:
        reason = carried.blobs_stopped or "network-down"
        yield (
            f"Attachments that are not sent ({reason}): {carried.blobs_waiting}. Keep the file, "
            "and run the same command again: it goes on where it ended."
        )


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
        bad, count = len(result.sealed.bad), result.sealed.count
        lines.append(
            f"Rows that were not sealed: {bad}; reports that were: {count}. Give only the mended "
            "rows again."
            if count
            else f"Nothing was sealed. Bad rows: {bad}. Mend what is bad, and try again."
        )
    if result.carried is not None:
        lines += _write_carried_trouble(result.carried)
    delivery = result.delivery
    if delivery is None:
        return lines
    if delivery.damaged:
        lines.append(
            f"Files in the outbox that are damaged and cannot be sent: {delivery.damaged}."
        )
    for code, count in delivery.refused.items():
        lines.append(f"Refused by the service for good ({code}), and left in the outbox: {count}.")
    if delivery.stopped:
        reason = _STOPPED.get(delivery.stopped)
        lines.append(reason or f"The service takes no more now: {delivery.stopped}.")
    if delivery.waiting and not delivery.refused:
        lines.append(f"{delivery.waiting} waiting; {SEND}.")
    return lines
