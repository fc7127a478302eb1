"""Faults of a disk, in words and in account."""

import errno
import os
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from seacorder.storage.disk_faults import FileFault, sentence_of


@pytest.mark.parametrize("code", [*errno.errorcode, 0, 9999])
def test_every_error_is_one_sentence_that_names_the_place(code: int) -> None:
    sentence = sentence_of(OSError(code, os.strerror(code)), Path("/base/job/x.mp4"))
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "/base/job" in sentence or "open files" in sentence.lower() or "files are open" in sentence


def test_a_fault_holds_until_the_kind_of_operation_that_met_it_succeeds() -> None:
    clock, changes = FakeClock(), []
    account = FileFault(clock, changes.append)
    since_ns = clock.monotonic_ns()
    account.failed("Write", "full")
    clock.advance(1)
    account.failed("Sync", "broken")
    assert not account.succeeded("Sync")
    assert (account.sentence, account.since_ns) == ("broken", since_ns)
    assert account.succeeded("Write")
    assert (account.sentence, account.since_ns) == (None, None)
    assert changes == ["full", "broken", None]
