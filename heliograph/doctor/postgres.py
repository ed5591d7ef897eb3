"""What a PostgreSQL server was told of durability, and of what it writes down about us."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from heliograph.doctor.findings import Finding, ok, warning, wrong

SETTINGS = (
    "fsync",
    "full_page_writes",
    "is_superuser",
    "log_min_duration_statement",
    "log_min_error_statement",
    "log_parameter_max_length_on_error",
    "log_statement",
    "server_encoding",
    "server_version_num",
    "synchronous_commit",
    "synchronous_standby_names",
    "track_commit_timestamp",
)
OLDEST = 15
"""The oldest release that our tests run on."""
Facts = Mapping[str, str]


def read_facts(connection: Connection) -> Facts:
    """The settings as they are for this role and database, and how we are connected."""
    found = {
        name: connection.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one()
        for name in SETTINGS
    }
    how = connection.execute(
        text(
            "SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),"
            " coalesce(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true),"
            " pg_is_in_recovery()"
        )
    ).one()
    found |= dict(zip(("tls", "local", "standby"), map(str, how), strict=True))
    return found


def judge_facts(facts: Facts) -> Iterator[Finding]:
    """Verdicts on the facts."""
    found = [*_judge_durability(facts), *_judge_logging(facts), *_judge_connection(facts)]
    yield from found
    if not any(finding.verdict == "wrong" for finding in found):
        release = int(facts["server_version_num"]) // 10_000
        named = facts["synchronous_standby_names"]
        where = f"on standbys too ({named})" if named else "on this server alone"
        yield ok(f"PostgreSQL {release} syncs each commit, {where}, and writes down no content.")


def _judge_durability(facts: Facts) -> Iterator[Finding]:
    if facts["fsync"] != "on":
        yield wrong(
            "pg-fsync",
            "PostgreSQL's fsync is off: a power cut loses what was acknowledged. The service "
            "refuses this server.",
            "fsync = on in postgresql.conf.",
        )
    if facts["full_page_writes"] != "on":
        yield wrong(
            "pg-full-page-writes",
            "PostgreSQL's full_page_writes is off: a power cut can tear pages of the store.",
            "full_page_writes = on in postgresql.conf.",
        )
    if facts["standby"] == "True":
        yield wrong(
            "pg-standby",
            "The URL leads to a standby, which takes nothing.",
            "Name the leader, or all servers, in HELIOGRAPH_DATABASE_URL.",
        )
    if int(facts["server_version_num"]) < OLDEST * 10_000:
        yield warning(
            "pg-old",
            f"This PostgreSQL is older than {OLDEST}, with which Heliograph was tried.",
            "Use a newer one.",
        )


def _judge_logging(facts: Facts) -> Iterator[Finding]:
    if facts["log_min_error_statement"] != "panic":
        yield wrong(
            "pg-error-statement",
            "PostgreSQL writes failed statements to its log, with their time.",
            "As a superuser: `ALTER ROLE … SET log_min_error_statement = panic` for our role.",
        )
    if facts["log_parameter_max_length_on_error"] != "0":
        yield wrong(
            "pg-error-parameters",
            "PostgreSQL writes values of failed statements to its log.",
            "As a superuser: `ALTER ROLE … SET log_parameter_max_length_on_error = 0`.",
        )
    if facts["log_statement"] in ("mod", "all"):
        yield wrong(
            "pg-statements",
            "PostgreSQL writes every statement to its log, with values and time.",
            "As a superuser: `ALTER ROLE … SET log_statement = none` for our role.",
        )
    if not facts["log_min_duration_statement"].startswith("-1"):
        yield wrong(
            "pg-slow-statements",
            "PostgreSQL writes slow statements to its log, with values and time.",
            "As a superuser: `ALTER ROLE … SET log_min_duration_statement = -1` for our role.",
        )
    if facts["track_commit_timestamp"] == "on":
        yield wrong(
            "pg-commit-times",
            "PostgreSQL keeps the time of each commit: it tells when each report came.",
            "track_commit_timestamp = off in postgresql.conf.",
        )


def _judge_connection(facts: Facts) -> Iterator[Finding]:
    if facts["local"] != "True" and facts["tls"] != "True":
        yield wrong(
            "pg-no-tls",
            "PostgreSQL is on another machine, and the way there is not encrypted.",
            "Add sslmode=verify-full and sslrootcert to the URL.",
        )
    if facts["is_superuser"] == "on":
        yield warning(
            "pg-superuser",
            "The service connects as a superuser of PostgreSQL.",
            "Give it a role of its own that owns this database and nothing else.",
        )
    if facts["server_encoding"] != "UTF8":
        yield warning(
            "pg-encoding",
            "The database's encoding is not UTF8.",
            "Make a new one with ENCODING 'UTF8', and `heliograph copy` the store into it.",
        )
