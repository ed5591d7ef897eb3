"""Blobs: uploads, pieces, what is finished, and the room all of it takes. See app/tables.py."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blob_upload",
        sa.Column("address", sa.LargeBinary, primary_key=True),
        sa.Column("stem", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("turn", sa.LargeBinary),
        sa.Column("day", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "blob_piece",
        sa.Column("stem", sa.LargeBinary, primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("turn", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "blob",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("stem", sa.LargeBinary, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    room = op.create_table(
        "blob_room",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("unfinished", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(room, [{"id": 0, "unfinished": 0, "kept": 0}])


def downgrade() -> None:
    for table in ("blob_room", "blob", "blob_piece", "blob_upload"):
        op.drop_table(table)
