"""A process whose workers come through its door and do what they are told, each on a thread of its own."""

import os
import threading
from typing import Any

from worker_parts import heartbeat, status

from seacorder.base.door import Door
from seacorder.base.pipe import Link
from seacorder.model.command import EndWorker, TakePicture
from seacorder.model.report import MOVES_OUT, JpegPicture, RunEnded

HANG, CRASH, LEAVE, LEAVE_AND_LOSE = 1, 2, 3, 4
"""Widths of pictures that ask for something else."""


def live(link: Link) -> None:
    messages = link.messages()
    first = next(messages)
    stop = threading.Event()
    beat = threading.Thread(target=heartbeat, args=(link, first.name, stop))
    beat.start()
    last = RunEnded(0)
    for message in messages:
        if isinstance(message, TakePicture) and message.width == HANG:
            stop.set()
        elif isinstance(message, TakePicture) and message.width == CRASH:
            os._exit(7)
        elif isinstance(message, TakePicture) and message.width in {LEAVE, LEAVE_AND_LOSE}:
            last = RunEnded(MOVES_OUT, "it has to encode" if message.width == LEAVE_AND_LOSE else "")
            break
        elif isinstance(message, EndWorker):
            break
        else:
            answer(link, message)
    stop.set()
    beat.join()
    link.send(status(first.name, "finished"))
    link.send(last)
    link.close_reports()


def answer(link: Link, message: Any) -> None:
    if isinstance(message, TakePicture):
        link.send(JpegPicture(message.request, str(os.getpid()).encode()))


threads = []
for each in Door.from_stdin().links():
    threads.append(threading.Thread(target=live, args=(each,)))
    threads[-1].start()
for thread in threads:
    thread.join()
