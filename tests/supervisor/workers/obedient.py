"""A worker that does what it is told: heartbeats, answers, and finishes when its pipe closes."""

import os
import sys
import threading

from worker_parts import heartbeat, status

from seacorder.base.pipe import Link
from seacorder.model.command import Finish, StopRecording, TakePicture
from seacorder.model.report import Answer, Picture

link = Link.from_stdio()
messages = link.messages()
first = next(messages)
stop = threading.Event()
threading.Thread(target=heartbeat, args=(link, first.name, stop), daemon=True).start()
for message in messages:
    match message:
        case TakePicture(request=number, width=width):
            if width:
                link.send(Picture(number, b"x" * width))
        case StopRecording(request=number):
            link.send(Answer(number, ok=True, path=str(os.getpid())))
        case Finish():
            break
stop.set()
link.send(status(first.name, "finished"))
print("2026-01-01T00:00:00+0000 INFO    Bow: finished rtsp://user:secret@camera/1", file=sys.stderr)
