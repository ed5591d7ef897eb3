"""The schema's history (Alembic): one history for SQLite and PostgreSQL."""
