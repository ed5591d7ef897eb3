"""What `heliograph report` says when it cannot go on. No error carries what came in."""

from crypto.errors import CarriedError, EnvelopeError
from heliograph.errors import OperatorError
from reports.errors import SENTENCES

ROW_CAUSES = {
    "line-too-long": "The line is too long for a report. Shorten it.",
    "line-not-json": "The line is not a JSON object. Write one report a line.",
    "row-not-csv": "The file cannot be read as CSV from here on. Check its quotes.",
    "row-cells": "The row and the header have not as many cells. Check commas and quotes.",
    "row-not-utf8": "The row is not UTF-8. Save the file as UTF-8.",
    "row-value": "A cell holds a value that its column does not take. Check it.",
    "time-invalid": "A time is not understood. Write 2026-01-31, 2026-01-31T14:30, 6h or 2d.",
    "report-empty": "The report says nothing. Give it a text or any other field.",
    "flag-value": "A flag holds a value that the table does not allow. See --help.",
}
"""Why one row of a file cannot be read, by code."""


CARRIED_CAUSES = {
    "blob-in-pipe": "An attachment came through a pipe and cannot be sent from there. "
    "Give the file by its name.",
    "blob-unreadable": "The file of an attachment cannot be read any more as it was. "
    "Put it back and run the command again.",
}
"""Why something of a file that was carried here cannot be sent, by code."""


class ReportCommandError(OperatorError):
    """The command cannot start, seal or send; the outbox is as it was."""


class RowError(Exception):
    """One row of a file cannot be read. The rows beside it are not touched by that."""

    def __init__(self, code: str) -> None:
        super().__init__(describe_row(code))
        self.code = code


def describe_row(code: str) -> str:
    """Why a row was not sealed, as a sentence: this room's codes, a report's and an envelope's."""
    return (ROW_CAUSES | SENTENCES | dict(EnvelopeError.CAUSES))[code]


def describe_item(code: str) -> str:
    """Why an item of a file is not sent, as a sentence."""
    return (CARRIED_CAUSES | dict(CarriedError.CAUSES) | dict(EnvelopeError.CAUSES))[code]
