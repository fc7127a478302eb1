"""A worker that does what it is told: heartbeats, answers, and finishes when its pipe closes."""

import os
import sys
import threading
from pathlib import Path

from worker_parts import heartbeat, status

from seacorder.base.message import Message
from seacorder.base.pipe import Link
from seacorder.model.command import ChangeRecording, EndWorker, StopRecording, TakePicture
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.report import Answer, JpegPicture

link = Link.from_stdio()
messages = link.messages()
first = next(messages)
stop = threading.Event()
beat = threading.Thread(target=heartbeat, args=(link, first.name, stop))
beat.start()
for message in messages:
    match message:
        case TakePicture(request=number, width=width):
            if width:
                link.send(JpegPicture(number, b"x" * width))
        case StopRecording(request=number):
            path = os.environ.get("SEACORDER_SECRET")
            link.send(Answer(number, ChannelOutcome(first.name, ok=True, why=Message(repr(first)), path=path)))
        case ChangeRecording():
            print("2026-01-01T00:00:00+0000 WARNING Bow: lost rtsp://user:secret@camera/1", file=sys.stderr)
            print("  a second line of it", file=sys.stderr)
        case EndWorker():
            break
stop.set()
beat.join()
link.send(status(first.name, "finished"))
if "MARKER" in os.environ:
    Path(os.environ["MARKER"]).write_text("finished")
