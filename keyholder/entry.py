"""The console script: as little as possible before Ctrl-C is in order.

Importing the command takes a second. Until it can end in order, Ctrl-C ends the process as it
ends any program, without a traceback; nothing was opened yet. Worker processes import this module
again, and nothing but it.
"""

import signal


def main() -> None:
    """Import the command, then run it."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from keyholder import command

    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, before)
    command.main()
