"""Every limit of the service, with its unit."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one client, and all clients together, may use. All are settings."""

    header_seconds: float = 5.0
    """From the first byte of a request to the end of its headers, absolute."""
    header_bytes: int = 16 * KIB
    """All header lines of one request."""
    body_seconds: float = 120.0
    """From the end of the headers to the end of the body, absolute."""
    batch_items: int = 256
    """Envelopes of one batch."""
    batch_bytes: int = 4 * MIB
    """Bytes of one batch."""
    keyring_bytes: int = 1 * MIB
    """Bytes of one keyring bundle."""
    keyring_waiting: int = 4
    """Keyring bundles that come in or are held in memory at once while one is being verified."""
    keyring_seconds: float = 15.0
    """From the end of the headers to the end of a keyring bundle, absolute."""
    cosignature_bytes: int = 4 * KIB
    """Cosignature lines brought in one request; one line has under 200 bytes."""
    log_waiting: int = 64
    """Requests of /v1/log that wait while another one reads; they are answered one at a time."""
    reserve_requests: int = 32
    """Requests in flight, and connections, beyond the service's `connections`: the requests are for
    downloads that a keyholder signed (GET /v1/envelopes and /v1/blobs/…) alone."""
    queue_requests: int = 4096
    """Requests that wait for the writer, those of the running commit included."""
    queue_bytes: int = 48 * MIB
    """Sealed bytes that wait for the writer, those of the running commit included."""
    commit_envelopes: int = 2048
    """About so many envelopes share a commit at most."""
    pending_envelopes: int = 200_000
    """Sequencing runs before its time when so many wait: about 130 bytes of memory are each one's.
    It takes so many at once at most; a crowd like that hides who is in it."""
    sequence_rows: int = 1000
    """As `sequence_bytes`."""
    sequence_bytes: int = 4 * MIB
    """One step of sequencing moves so many rows or bytes; intake runs between two steps. As many
    times that as `pending_envelopes` wait, four at most."""
    purge_rows: int = 64
    """One step of purging deletes so many envelopes; intake runs between two steps."""
    part_bytes: int = 64 * MIB
    """Slices of sealed-SMS parts that wait for the rest of their envelope."""
    part_alternatives: int = 4
    """Different slices kept for one index of a group of parts."""
    part_days: int = 14
    """Days of 24 hours that a slice of a sealed SMS is kept at least; it goes in the next one."""
    message_key_days: int = 8
    """Days of 24 hours that a message key is kept at most, and one fewer at least."""
    reserve_bytes: int = 64 * MIB
    """Intake stops while the disk has less free, so that checkpoints and sequencing can run."""
    blob_bytes: int = 256 * MIB
    """Bytes of one blob, as it is sent: sealed and padded."""
    blob_unfinished_bytes: int = 16 * GIB
    """Bytes of all unfinished uploads together, by the lengths that they declared."""
    blob_total_bytes: int = 64 * GIB
    """Bytes of all blobs together, unfinished uploads by their declared lengths."""
    blob_days: int = 7
    """Days of 24 hours that an unfinished upload is kept at least; it goes in the next one."""
    blob_requests: int = 128
    """PATCH requests to uploads at once. Each may hold `blob_piece_bytes` in memory."""
    blob_piece_bytes: int = 512 * KIB
    """Blobs are kept in pieces of so many bytes; the last one of each is shorter."""
    blob_flush_seconds: float = 5.0
    """What came of an upload is made durable after so long, though its piece is not full."""
    blob_reserve_bytes: int = 512 * MIB
    """Blobs are refused while the disk has less free than this and `reserve_bytes`: reports come
    first."""
    download_rows: int = 256
    """Rows of one page that a download holds in memory."""
    retry_after_seconds: int = 10
    """What Retry-After says on 429 and 503."""
