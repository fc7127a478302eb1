"""A group's first picture process: a fork of the group, made before that has a second thread.

So it shares the memory of all that both have imported, as the group itself does with the fork server. If it ends, its
successors are new Pythons, since a process with threads is never forked.
"""

import os
import signal
from typing import BinaryIO


class EarlyFork:
    """As much of `subprocess.Popen` as `client` uses. Its standard input and output are pipes to it."""

    def __init__(self, pid: int, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self._pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._code: int | None = None

    def kill(self) -> None:
        """Harmless when `wait` has returned."""
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        """Waits until it has ended; its exit code, negative for a signal. One thread may wait."""
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._code


def fork_early() -> EarlyFork | None:
    """Forks. Call it while the process has one thread, and before its log is set up. None where that cannot be."""
    if not hasattr(os, "fork"):
        return None
    jobs_in, jobs_out = os.pipe()
    answers_in, answers_out = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        for number in (jobs_in, jobs_out, answers_in, answers_out):
            os.close(number)
        return None
    if pid == 0:
        _be_picture_process(jobs_in, answers_out, (jobs_out, answers_in))
    os.close(jobs_in)
    os.close(answers_out)
    return EarlyFork(pid, os.fdopen(jobs_out, "wb", buffering=0), os.fdopen(answers_in, "rb"))


def _be_picture_process(jobs: int, answers: int, others: tuple[int, int]) -> None:
    """Does not return."""
    try:
        os.dup2(jobs, 0)
        os.dup2(answers, 1)
        for number in (jobs, answers, *others):
            os.close(number)
        from seacorder.channel.pictures.__main__ import main

        main()
    finally:
        os._exit(1)
