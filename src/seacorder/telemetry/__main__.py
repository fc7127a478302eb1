"""`python -m seacorder.telemetry`: the worker of survey data, spoken to over its standard input and output."""

import signal

from seacorder.base import log
from seacorder.base.pipe import Link
from seacorder.telemetry.assembly import NAME
from seacorder.telemetry.worker import run


def main() -> None:
    """Runs the worker; does not return."""
    # The control process decides when a worker ends; a Ctrl-C in the terminal is meant for it alone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log.set_up_worker(NAME)
    run(Link.from_stdio())


if __name__ == "__main__":
    main()
