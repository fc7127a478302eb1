"""Workers that come through the door of a process, and whose lines a thread writes."""

import os
import socket
import threading

import pytest

from seacorder.base.background import Thread, once, within
from seacorder.base.door import Door, is_possible, send_through
from seacorder.base.pipe import HEADER_BYTES, decode, encode, payload_bytes
from seacorder.base.speaker import speak_for, speaker, speaking_for

needs_door = pytest.mark.skipif(not is_possible(), reason="descriptors cannot be passed on here")


@needs_door
def test_each_that_joins_has_pipes_of_its_own_until_the_door_is_closed() -> None:
    outside, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    ends = []
    for name in ("Bow", "Stern"):  # both before anything is read
        (commands_in, commands_out), (reports_in, reports_out) = os.pipe(), os.pipe()
        send_through(outside, commands_in, reports_out)
        os.close(commands_in)
        os.close(reports_out)
        os.write(commands_out, encode(name))
        os.close(commands_out)
        ends.append(reports_in)
    outside.close()
    with inside:
        for link in Door(inside).links():
            (name,) = link.messages()
            link.send(f"{name} is here")
            link.close()
            link.send("nobody hears this")
    assert [heard(end) for end in ends] == [["Bow is here"], ["Stern is here"]]


def heard(end: int) -> list[str]:
    messages = []
    with os.fdopen(end, "rb") as reports:
        while header := reports.read(HEADER_BYTES):
            messages.append(decode(reports.read(payload_bytes(header))))
    return messages


def test_a_thread_speaks_for_whom_the_thread_spoke_for_that_made_it() -> None:
    said: list[str] = []
    done = threading.Event()

    def note() -> None:
        said.append(speaker())

    def last() -> None:
        note()
        done.set()

    with speaking_for("Bow"):
        thread = Thread("one", note)
        within(60.0, "two", note)
        once("three", last)
    assert done.wait(60.0)
    speak_for("")
    thread.start()
    thread.join()
    assert (said, speaker()) == (["Bow", "Bow", "Bow"], "")
