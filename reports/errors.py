"""What can go wrong with a report. Each error has a stable code and a sentence for the person."""

SENTENCES = {
    "report-too-large": "The report is too large for one envelope. Shorten the free text.",
    "report-truncated": "The report ends too early. Ask for it again.",
    "report-trailing": "Bytes follow the report. It was not made by this program.",
    "report-not-map": "The report is not a map of fields. It was not made by this program.",
    "report-key": "A field's key is not a small whole number. It was not made by this program.",
    "report-float": "The report holds a floating point number. It was not made by this program.",
    "report-tag": "The report holds a CBOR tag. It was not made by this program.",
    "report-simple": "The report holds a CBOR simple value that is not allowed.",
    "report-indefinite": "The report holds a part of open length. It was not made by this program.",
    "report-not-shortest": "A number in the report is not in its shortest form.",
    "report-order": "The report's fields are out of order, or one comes twice.",
    "report-too-deep": "The report is nested too deeply. It may be hostile; keep the envelope.",
    "report-too-many": "The report holds too many items. It may be hostile; keep the envelope.",
    "report-text": "A text in the report is not valid UTF-8.",
    "field-unknown": "A field has a name that the table does not hold. Check its spelling.",
    "field-value": "A field holds a value that the table does not allow. Check the value.",
    "field-too-large": "A field is larger than the table allows. Shorten it.",
    "field-too-many": "A field holds more items than the table allows. Take some out.",
    "time-not-quarter": "A time is not a whole quarter of an hour. Round it down to 900 seconds.",
    "time-out-of-range": "A time lies before 1970 or after the year 9999. Check the date.",
    "stop-row": "The row does not have STOP's columns. Check the file's header.",
}


class ReportError(Exception):
    """A report cannot be written or read. `code` is stable; the sentence never holds input."""

    def __init__(self, code: str) -> None:
        super().__init__(SENTENCES[code])
        self.code = code
