"""The schema. One for SQLite and PostgreSQL alike; migrations/ makes it.

Work per envelope must not grow with the store. So intake only appends to `pending`, which is
short-lived and has no index: with a random key, each row would dirty a page of its own. Sequencing
moves what is there, sorted by id, to the big tables: `leaf` and `body` are only ever appended to,
and `leaf_id` finds an envelope by its id.

Nothing finer than a day is kept, and no address. Bodies have the lengths of their size classes.
"""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, SmallInteger, String
from sqlmodel import Field, SQLModel

METADATA = SQLModel.metadata

SCHEMA_REVISION = "0005"
"""The migration that this code needs (a test compares it with the head of migrations/)."""

# In SQLite only a column declared INTEGER is the row id itself; any other key is a second tree.
ROW_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class Pending(SQLModel, table=True):
    """Committed and acknowledged, not yet in the log."""

    seq: int | None = Field(default=None, sa_column=Column(ROW_NUMBER, primary_key=True))
    leaf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogLeaf(SQLModel, table=True):
    """The log: leaf bytes (crypto/leaves.py) by rising index from 0. Append only."""

    __tablename__ = "leaf"

    log_index: int = Field(sa_column=Column(ROW_NUMBER, primary_key=True, autoincrement=False))
    leaf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogBody(SQLModel, table=True):
    """The envelope of a leaf. A purge deletes this row and keeps the leaf."""

    __tablename__ = "body"

    log_index: int = Field(sa_column=Column(ROW_NUMBER, primary_key=True, autoincrement=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LeafId(SQLModel, table=True):
    """Finds the leaf of an envelope id. Eight bytes of the id are kept here: the leaf has all 32.

    Random keys are what costs at millions of rows, so this tree is as narrow as it can be.
    """

    __tablename__ = "leaf_id"
    __table_args__ = {"sqlite_with_rowid": False}

    id_prefix: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    log_index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class LogTile(SQLModel, table=True):
    """Hashes of complete groups of leaves, at levels 8, 16, 24, … alone (crypto/log.py): one for
    256 leaves. The hashes between are computed again where a proof needs them.
    """

    __tablename__ = "log_tile"
    __table_args__ = {"sqlite_with_rowid": False}

    level: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogCheckpoint(SQLModel, table=True):
    """What the log signed of itself, by size. The note takes up cosignatures while it is the
    newest.
    """

    __tablename__ = "checkpoint"

    size: int = Field(sa_column=Column(ROW_NUMBER, primary_key=True, autoincrement=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    note: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    day: int = Field(sa_column=Column(Integer, nullable=False))


class Purge(SQLModel, table=True):
    """Ids that a keyring has listed as purged, for good (app/purges.py)."""

    __table_args__ = {"sqlite_with_rowid": False}

    kind: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    id: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    state: int = Field(sa_column=Column(SmallInteger, nullable=False))


class MessageKey(SQLModel, table=True):
    """Keyed provider message ids, against replay. Point at no envelope; go after 7 to 8 days."""

    __tablename__ = "message_key"
    __table_args__ = {"sqlite_with_rowid": False}

    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    day: int = Field(sa_column=Column(Integer, nullable=False))


class SmsPart(SQLModel, table=True):
    """Slices of sealed-SMS envelopes. Swept after 14 days, joined or not (docs/adr/0014)."""

    __tablename__ = "sms_part"
    __table_args__ = {"sqlite_with_rowid": False}

    ref: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    count: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    position: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    slice: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    day: int = Field(sa_column=Column(Integer, nullable=False))
    joined: bool = Field(sa_column=Column(Boolean, nullable=False))


class State(SQLModel, table=True):
    """One row: what the store knows of itself. The migration puts it there."""

    id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    beat: int = Field(sa_column=Column(SmallInteger, nullable=False))
    """0 or 1. In SQLite each shared commit turns it, to have something to write and to sync."""
    swept_day: int | None = Field(default=None, sa_column=Column(Integer))
    """Day of the last sweep, by the clock as it was then."""


class KeyringVersion(SQLModel, table=True):
    """Every keyring that was accepted, in order."""

    __tablename__ = "keyring"

    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    root_version: int = Field(sa_column=Column(Integer, nullable=False))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    day: int = Field(sa_column=Column(Integer, nullable=False))


class KeyringFile(SQLModel, table=True):
    """The files of each accepted keyring, by their TUF names."""

    __tablename__ = "keyring_file"

    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(String(255), primary_key=True))
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class BlobUpload(SQLModel, table=True):
    """One tus upload, finished or not. It goes when its days are over, and leaves its blob."""

    __tablename__ = "blob_upload"
    __table_args__ = {"sqlite_with_rowid": False}

    address: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """SHA-256 of the 32 random bytes in the upload's address. Those are kept nowhere."""
    stem: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    """16 random bytes that the names of its pieces begin with."""
    length: int = Field(sa_column=Column(BigInteger, nullable=False))
    received: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Bytes that are durable: tus's offset. Equal to `length` when, and only when, it is a blob."""
    turn: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """16 random bytes of the last PATCH: nobody else may add pieces."""
    day: int = Field(sa_column=Column(Integer, nullable=False))


class BlobPiece(SQLModel, table=True):
    """A piece of an upload or of a blob, by its place in there. Its bytes lie elsewhere
    (app/pieces.py).
    """

    __tablename__ = "blob_piece"
    __table_args__ = {"sqlite_with_rowid": False}

    stem: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    start: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    length: int = Field(sa_column=Column(Integer, nullable=False))
    turn: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Blob(SQLModel, table=True):
    """A finished blob: SHA-256 of its bytes, and where its pieces are. No day: nothing needs it."""

    __tablename__ = "blob"
    __table_args__ = {"sqlite_with_rowid": False}

    id: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    stem: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    length: int = Field(sa_column=Column(BigInteger, nullable=False))


class BlobRoom(SQLModel, table=True):
    """One row: bytes that blobs take, so that nobody need add them up. The migration puts it
    there.
    """

    __tablename__ = "blob_room"

    id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    unfinished: int = Field(sa_column=Column(BigInteger, nullable=False))
    """By declared lengths."""
    kept: int = Field(sa_column=Column(BigInteger, nullable=False))
