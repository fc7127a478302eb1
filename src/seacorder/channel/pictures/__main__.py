"""`python -m seacorder.channel.pictures`: a group's picture process."""

import os
import signal
from typing import NoReturn

from seacorder.base import log
from seacorder.base.pipe import Link
from seacorder.channel.pictures.server import serve


def main() -> NoReturn:
    """Runs it; does not return."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log.set_up_worker("pictures")
    serve(Link.from_stdio())
    log.finish()
    os._exit(0)  # a decoder's thread may never end


if __name__ == "__main__":
    main()
