"""`python -m seacorder.channel`: one channel's worker, spoken to over its standard input and output; or, where its
standard input is a door, a group of them."""

import signal

from seacorder.base import log
from seacorder.base.door import Door
from seacorder.base.pipe import Link
from seacorder.channel.worker import run


def prepare() -> None:
    """Imports what nearly every channel needs once it has its settings; workers that are forked share it."""
    import encodings.idna  # noqa: F401 - Python looks host names up with it

    import seacorder.inputs.rtsp.camera
    import seacorder.inputs.rtsp_client_choice  # noqa: F401


def main() -> None:
    """Runs the worker; does not return."""
    # The control process decides when a worker ends; a Ctrl-C in the terminal is meant for it alone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if Door.is_stdin():
        from seacorder.channel.group.worker import run as run_group  # most processes have one channel

        run_group(Door.from_stdin())
    log.set_up_worker("channel")
    run(Link.from_stdio())


if __name__ == "__main__":
    main()
