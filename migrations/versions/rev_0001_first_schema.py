"""The first schema: intake, log, message keys, SMS parts, state, keyrings. See app/tables.py."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pending",
        sa.Column("seq", ROW_NUMBER, primary_key=True),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "leaf",
        sa.Column("log_index", ROW_NUMBER, primary_key=True, autoincrement=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "body",
        sa.Column("log_index", ROW_NUMBER, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "leaf_id",
        sa.Column("id_prefix", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("log_index", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "message_key",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sms_part",
        sa.Column("ref", sa.LargeBinary, primary_key=True),
        sa.Column("count", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("slice", sa.LargeBinary, primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("joined", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    state = op.create_table(
        "state",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("beat", sa.SmallInteger, nullable=False),
        sa.Column("swept_day", sa.Integer),
    )
    op.bulk_insert(state, [{"id": 0, "beat": 0}])
    op.create_table(
        "keyring",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("root_version", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_table(
        "keyring_file",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "keyring_file",
        "keyring",
        "state",
        "sms_part",
        "message_key",
        "leaf_id",
        "body",
        "leaf",
        "pending",
    ):
        op.drop_table(table)
