"""A worker that reports but never reads a command."""

import threading

from worker_parts import heartbeat

from seacorder.base.pipe import Link

heartbeat(Link.from_stdio(), "Bow", threading.Event())
