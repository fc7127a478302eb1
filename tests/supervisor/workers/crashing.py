"""A worker that reports once and ends by an error whose text holds a password."""

from worker_parts import status

from seacorder.base.pipe import Link

link = Link.from_stdio()
next(link.messages())
link.send(status("Bow"))
raise RuntimeError("no codec for rtsp://user:secret@camera/1")
