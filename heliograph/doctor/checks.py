"""Every check by its name, and the round through all of them."""

from collections.abc import Callable, Collection, Iterator

from sqlalchemy.exc import DBAPIError

from heliograph.doctor import (
    address,
    clock,
    disk,
    files,
    keyring,
    log,
    machine,
    providers,
    store,
)
from heliograph.doctor.deployment import Deployment, NotReadable
from heliograph.doctor.findings import Finding, skipped, wrong
from heliograph.errors import describe_fault

Check = Callable[[Deployment], Iterator[Finding]]
CHECKS: dict[str, Check] = {
    "machine.clock": clock.check_clock,
    "machine.swap": machine.check_swap,
    "machine.cores": machine.check_cores,
    "machine.hardening": machine.check_hardening,
    "machine.open-files": machine.check_open_files,
    "files.folder": files.check_folder,
    "files.secrets": files.check_secrets,
    "disk.kind": disk.check_filesystem,
    "disk.room": disk.check_room,
    "store.schema": store.check_schema,
    "store.settings": store.check_settings,
    "store.pages": store.check_pages,
    "keyring.root": keyring.check_root,
    "keyring.current": keyring.check_keyring,
    "keyring.addresses": keyring.check_addresses,
    "keyring.log-key": keyring.check_log_key,
    "providers.secrets": providers.check_providers,
    "address.form": address.check_public_urls,
    "address.answers": address.check_answers,
    "log.key": log.check_key,
    "log.pending": log.check_pending,
    "log.leaves": log.check_leaves,
    "log.bodies": log.check_bodies,
}
"""In the order in which they are told; what takes long comes last."""


def run_checks(
    deployment: Deployment, leave_out: Collection[str] = ()
) -> Iterator[tuple[str, Finding]]:
    """Each finding with its check's name. A check that fails itself is a finding, not the end."""
    for name, check in CHECKS.items():
        if name in leave_out:
            yield name, skipped("Left out, as asked.")
            continue
        try:
            for finding in check(deployment):
                yield name, finding
        except NotReadable:
            yield name, skipped("Not looked at: what it needs is not there, as said elsewhere.")
        except DBAPIError:
            yield (
                name,
                wrong(
                    "store-not-read",
                    "The store's database failed while it was read.",
                    "Run the doctor again; if it stays so, the disk or the file may be damaged.",
                ),
            )
        except Exception as error:  # noqa: BLE001 -- the other checks are still worth having
            yield (
                name,
                wrong(
                    "check-failed",
                    f"This could not be checked. {describe_fault(error)}",
                    "The other checks went on.",
                ),
            )
