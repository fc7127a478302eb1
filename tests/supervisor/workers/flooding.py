"""A worker that reports and logs as fast as it can."""

import sys
import threading

from worker_parts import status

from seacorder.base.pipe import Link

link = Link.from_stdio()


def shout() -> None:
    while True:
        print("a packet is bad " * 10, file=sys.stderr)


threading.Thread(target=shout, daemon=True).start()
while True:
    link.send(status("Bow"))
