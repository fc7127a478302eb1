"""`python -m seacorder.channel`: one channel's worker, spoken to over its standard input and output."""

import signal

from seacorder.base import log
from seacorder.base.pipe import Link
from seacorder.channel.worker import run

if __name__ == "__main__":
    # The control process decides when a worker ends; a Ctrl-C in the terminal is meant for it alone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log.set_up_worker("channel")
    run(Link.from_stdio())
