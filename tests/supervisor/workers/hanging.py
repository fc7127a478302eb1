"""A worker that reports once and is never heard of again, whatever it is told."""

import threading

from worker_parts import status

from seacorder.base.pipe import Link

link = Link.from_stdio()
next(link.messages())
link.send(status("Bow"))
threading.Event().wait()
