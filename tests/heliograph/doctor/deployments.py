"""A good deployment for the doctor's tests, and ways to spoil it."""

from dataclasses import replace
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Executable, create_engine, make_url
from sqlalchemy.pool import NullPool

from app.databases import choose_database
from app.keyrings import Keyrings
from app.store import Store
from crypto.checkpoints import make_log_signer
from crypto.notes import write_key
from heliograph.doctor.checks import CHECKS
from heliograph.doctor.deployment import Deployment
from heliograph.private_files import write_private
from heliograph.settings import ProviderSettings, Settings
from tests.app.running import LOG_SEED, NOW, PUBLIC, Place, make_envelope, make_log
from tests.coalition import Coalition, make_coalition

COUNT = 600
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"
COALITION = make_coalition(development=False, epochs=3, fallback=True, addresses=[PUBLIC]).next(
    log_keys=[write_key(make_log_signer(LOG_SEED).key)]
)


def build_deployment(place: Place, coalition: Coalition = COALITION) -> Deployment:
    """A store with a signed log of COUNT envelopes and one keyring, some pending, and settings."""
    folder = place.folder / "var"
    folder.mkdir()
    write_private(folder / "log.key", LOG_SEED)
    root = place.folder / "root.json"
    root.write_bytes(coalition.root)

    async def fill(store: Store) -> None:
        await store.put([make_envelope(number) for number in range(COUNT // 2)])
        await make_log(store).advance()
        await store.put([make_envelope(number) for number in range(COUNT // 2, COUNT)])
        await Keyrings(store, coalition.root).accept(coalition.bundle)
        await make_log(store).advance()
        await store.put([make_envelope(number) for number in range(COUNT, COUNT + 5)])

    place.run(fill)
    if place.database:
        set_up_database(place.url, log_min_error_statement="panic")
        set_up_database(place.url, log_parameter_max_length_on_error="0")
    settings = Settings(
        data_dir=folder,
        database_url=SecretStr(place.url),
        root_file=root,
        public_urls=(PUBLIC,),
        providers=(ProviderSettings(name="africastalking-sms", path_secret=SecretStr(SECRET)),),
    )
    return Deployment(settings, NOW)


def set_up_database(url: str, **settings: str) -> None:
    """Give a PostgreSQL database settings of its own, which new sessions have."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        for name, value in settings.items():
            database = make_url(url).database
            connection.exec_driver_sql(f"ALTER DATABASE {database} SET {name} = '{value}'")


def find_codes(deployment: Deployment, check: str) -> list[str]:
    """The codes of what one check finds; a good deployment has none.

    Our tests' role is a superuser, and nothing is to be done about it.
    """
    codes = [finding.code for finding in CHECKS[check](deployment) if finding.code]
    return [code for code in codes if code != "pg-superuser"]


def change(deployment: Deployment, **given: Any) -> Deployment:
    """The same deployment with other settings."""
    return replace(deployment, settings=deployment.settings.model_copy(update=given))


def spoil(place: Place, *statements: Executable) -> None:
    """Change the store behind the service's back."""
    engine = choose_database(place.url).open_engine(place.url, writes=True)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)
    engine.dispose()
