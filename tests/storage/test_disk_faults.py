"""Faults of a disk: in words, and how long one holds."""

import errno
import os
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from seacorder.base.message import Message
from seacorder.storage.disk_faults import FileFault, message_of


@pytest.mark.parametrize("code", [*errno.errorcode, 0, 9999])
def test_every_error_is_one_sentence_that_names_the_place(code: int) -> None:
    sentence = message_of(OSError(code, os.strerror(code)), Path("/base/job/x.mp4")).text
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "/base/job" in sentence or "open files" in sentence.lower() or "files are open" in sentence


def test_a_fault_holds_until_the_kind_of_operation_that_met_it_succeeds() -> None:
    clock = FakeClock()
    fault = FileFault(clock)
    since_ns = clock.monotonic_ns()
    fault.failed("Write", Message("full"))
    assert fault.why == Message("full")
    clock.advance(1)
    fault.failed("Sync", Message("broken"))
    assert not fault.succeeded("Sync")
    assert (fault.why, fault.since_ns) == (Message("broken"), since_ns)
    assert fault.succeeded("Write")
    assert (fault.why, fault.since_ns) == (None, None)
