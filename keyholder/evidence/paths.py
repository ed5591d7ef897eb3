"""Where each thing lies in a bundle. See spec/evidence-v1.md."""

README = "readme.txt"
CUSTODY = "custody.jsonl"
ROOT = "keyring/root.json"
KEYRING = "keyring/keyring.bundle"
CHECKPOINT = "log/checkpoint.txt"


def name_envelope(envelope_id: str) -> str:
    """The original, as the phone or gateway sealed it: the evidentiary copy."""
    return f"originals/{envelope_id}.envelope"


def name_leaf(envelope_id: str) -> str:
    """What the log says of it."""
    return f"originals/{envelope_id}.leaf"


def name_proof(envelope_id: str) -> str:
    """A C2SP tlog-proof: that the leaf is in the log."""
    return f"originals/{envelope_id}.tlog-proof"


def name_blob(id: str) -> str:
    """An attachment, sealed as its sender's phone sealed it."""
    return f"attachments/{id}.blob"


def name_content(envelope_id: str) -> str:
    """The bytes that the envelope opened to, as they are: CBOR, spec/report-v1.md."""
    return f"working/contents/{envelope_id}.cbor"


def name_report(report_id: str, number: int) -> str:
    """A report as JSON, as `keyholder show --json` prints it."""
    return f"working/reports/{report_id}{f'-{number}' if number > 1 else ''}.json"
