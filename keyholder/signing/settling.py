"""Settling on the signatures that the service has, where two pairs of officers completed one text.

See keyholder.held.adopt_signatures: what differs is who signed, never what was said.
"""

from keyholder.errors import ServiceError
from keyholder.held import Held, adopt_signatures, fetch_keyring, write_held
from keyholder.home import Home
from keyholder.service import Service, fetch_file


def settle(home: Home, held: Held, service: Service) -> Held | None:
    """The held keyring with the service's signatures, kept in the home; None if they are no others.

    ServiceError: service-unreachable, service-busy, service-answer.
    """
    try:
        files = fetch_keyring(service, held.keyring)
    except ServiceError as error:
        if error.code == "keyring-at-service":  # it has none
            return None
        raise
    for name in held.keyring.files:
        if name.endswith(".root.json") and (data := fetch_file(service, name)) is not None:
            files[name] = data
    settled = adopt_signatures(held, files)
    if settled.keyring.files == held.keyring.files:
        return None
    write_held(home, settled)
    return settled
