"""How PostgreSQL keeps sealed bytes and tidies up after intake. SQLite has nothing of it.

Sealed bytes do not compress, so it need not try. `pending` is short-lived: without this its dead
rows would wait until they are a fifth of the table.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("pending", "body")


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN body SET STORAGE EXTERNAL")
    op.execute(
        "ALTER TABLE pending SET"
        " (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"
    )


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    op.execute(
        "ALTER TABLE pending RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)"
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN body SET STORAGE EXTENDED")
