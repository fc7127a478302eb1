"""Faults of a disk: in words, and how long one holds."""

import errno
import os
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from seacorder.base.message import Message
from seacorder.storage.disk_faults import FileFault, message_of


@pytest.mark.parametrize("code", [*errno.errorcode, 0, 9999])
def test_every_error_says_where_it_is_and_what_to_do(code: int) -> None:
    message = message_of(OSError(code, os.strerror(code)), Path("/base/{job}/x.mp4"))
    assert message.fact.endswith(".")
    assert message.action.endswith(".")
    assert "\n" not in message.text
    assert "/base/{job}" in message.fact or "files are open" in message.fact


def test_a_full_disk_says_that_recording_goes_on_by_itself() -> None:
    message = message_of(OSError(errno.ENOSPC, ""), Path("/base/job/x.mp4"))
    assert message.both == (
        "The disk of /base/job is full.",
        "Recording goes on by itself once there is room. Delete or move files there.",
    )


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
