"""The guardian: the parent of the control process, which starts it again when it ends unexpectedly.

`seacorder serve` becomes this process (by exec, so its process id stays the same) and runs the control process as its
child. The guardian is run as a file, without the rest of the program, and imports a few modules of the standard library
only: it has to be small, and what breaks the control process must not break it too.

    python -S -P guardian.py COMMAND…

| the control process ends …                                   | then                                             |
|--------------------------------------------------------------|--------------------------------------------------|
| by a signal, or with a code other than 0, 1 and 2            | it is started again, the first time at once      |
| with 1 or 2 (it cannot start; the settings cannot be used)   | the guardian ends with that code; but if an      |
|                                                              | earlier run ended unexpectedly, the cause may    |
|                                                              | pass, and it is started again                    |
| with 0, or after a signal that the guardian passed on        | the guardian ends with that code                 |
| with 4 (it was asked to start again, for other settings)     | it is started again at once, without a word; if  |
|                                                              | it then cannot start, it is tried again          |

Two pipes connect the two. Only the guardian writes to the first: a byte says that the terminal has closed, and the
pipe's end says that the guardian is gone. The control process writes to the second when it is ready for commands; after
such a run, however short, the delays before restarts begin with the shortest again.

The guardian never waits long for whoever reads its standard error.
"""

import _thread
import os
import select
import signal
import sys
import time

PIPES_VARIABLE = "SEACORDER_GUARDIAN_PIPES"
"""In the control process's environment: the numbers of the first pipe's reading end and the second's writing end."""
ENDED_VARIABLE = "SEACORDER_GUARDIAN_ENDED"
"""In the same environment: how the run before ended, empty for the first run. The control process logs it, since the
guardian does not write the log file."""
TERMINAL_CLOSED = b"H"
"""Written into the first pipe before the SIGTERM that follows from a SIGHUP."""
ENDED_IN_ORDER = 0
CANNOT_START = (1, 2)
RESTART = 4
"""The exit code of a control process that has ended in order, to be started again."""
KILLED = 128
"""The exit code for a control process that a signal ended is this plus the signal's number, as in shells."""
NOT_STARTED = 127
"""Stands for the exit code of a command that cannot be run, as in shells; it is tried again like an unexpected end."""
DELAYS_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
"""Delays before the first restart, the second, and so on; the last is for all further ones."""
GOOD_RUN_SECONDS = 5.0
"""After a run of this length the delays begin with the shortest again: it has recorded, and is to do so again at
once."""
SAME_ORDER_SECONDS = 1.0
"""Signals that come within this time of the first are the same order to end, and are not passed on again: `timeout` and
`make` send one to this process that its process group gets as well. The same as in `base.shutdown`."""
NOW_SECONDS = 3.0
"""How long the control process may take to end after a second signal; then it is killed."""
SAY_SECONDS = 0.2
"""How long the guardian waits for a line on standard error to be read before it goes on."""


class ErrorLines:
    """Writes lines on standard error, each from a thread: whoever reads them may be slow, stopped or gone."""

    def __init__(self) -> None:
        self._is_writing = _thread.allocate_lock()
        self._unsaid = 0

    def say(self, sentence: str) -> None:
        """Writes one line from a thread of its own; waits at most twice `SAY_SECONDS`.

        If the line before has not been read by then, this one is left out, and the next that gets out says how many
        were.
        """
        if not self._is_writing.acquire(timeout=SAY_SECONDS):
            self._unsaid += 1  # the line before this one still waits to be read
            return
        missing, self._unsaid = self._unsaid, 0
        more = f" ({missing} lines before this one were not read in time and are left out.)" if missing else ""
        _thread.start_new_thread(self._write, (f"seacorder: {sentence}{more}\n".encode(),))
        if self._is_writing.acquire(timeout=SAY_SECONDS):  # it is out
            self._is_writing.release()

    def _write(self, line: bytes) -> None:
        try:  # noqa: SIM105 - contextlib would be one more module in memory
            os.write(2, line)
        except OSError:
            pass  # the reader is gone, which is no reason to end
        self._is_writing.release()


class Guardian:
    """Runs one command, and runs it again. Use it in the main thread, which is the one that gets signals."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._error_lines = ErrorLines()
        self._pid = 0
        self._first_signal_at: float | None = None
        self._kill_at: float | None = None
        self._failures = 0
        """Unexpected ends in a row; the index of the next delay, plus 1."""
        self._ended = ""
        self._woken_by, self._wakes = os.pipe()
        """Signals arrive here as bytes."""
        self._alive_reader, self._alive_writer = os.pipe()
        """The first pipe: the control process reads it."""
        self._proof_reader, self._proof_writer = os.pipe()
        """The second pipe: the control process writes to it when it is ready for commands."""
        os.set_blocking(self._proof_reader, False)
        for end in (self._alive_reader, self._proof_writer):
            os.set_inheritable(end, True)

    def run(self) -> int:
        """Blocks until the command has ended for good. Returns its exit code."""
        self._listen()
        while True:
            began = time.monotonic()
            code = self._run_once()
            if self._is_final(code):
                return KILLED - code if code < 0 else ENDED_IN_ORDER if code == RESTART else code
            if code == RESTART:
                self._took_commands()
                self._failures, self._ended = 1, ""
                continue
            is_good = self._took_commands() or time.monotonic() - began >= GOOD_RUN_SECONDS
            self._failures = 1 if is_good else self._failures + 1
            delay = DELAYS_SECONDS[min(self._failures, len(DELAYS_SECONDS)) - 1]
            self._ended = how(code)
            when = f" in {delay:g} s" if delay else ""
            goes_on = "a running recording continues in new files, mostly within 5 s"
            fact = f"Seacorder stopped unexpectedly ({self._ended})."
            self._error_lines.say(f"{fact} It is started again{when}; {goes_on}.")
            if self._is_asked_within(delay):
                return ENDED_IN_ORDER

    def _took_commands(self) -> bool:
        """True when the run that has just ended had been ready for commands. Empties the pipe for the next run."""
        try:
            return bool(os.read(self._proof_reader, 4096))
        except BlockingIOError:
            return False

    def _listen(self) -> None:
        """Makes each signal that matters arrive as a byte in a pipe, for which one can wait with a time limit."""
        os.set_blocking(self._wakes, False)
        os.set_blocking(self._woken_by, False)
        signal.set_wakeup_fd(self._wakes, warn_on_full_buffer=False)
        numbers = [signal.SIGCHLD, signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under `nohup` it is ignored, and stays so
            numbers.append(signal.SIGHUP)
        for number in numbers:
            signal.signal(number, lambda *_: None)
        # In a terminal with `stty tostop` the kernel stops a background process that writes to it. The control process
        # is one, since it has a process group of its own. It inherits that the signal is ignored.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)

    def _is_final(self, code: int) -> bool:
        if self._first_signal_at is not None or code == ENDED_IN_ORDER:
            return True
        return code in CANNOT_START and self._failures == 0

    def _run_once(self) -> int:
        """Starts the command and waits for its end: its exit code, negative for a signal."""
        pipes = f"{self._alive_reader} {self._proof_writer}"
        environment = {**os.environ, PIPES_VARIABLE: pipes, ENDED_VARIABLE: self._ended}
        # In a process group of its own: a terminal's Ctrl-C reaches the guardian alone, which passes it on once.
        try:
            self._pid = os.posix_spawn(self._command[0], self._command, environment, setpgroup=0)
        except OSError as fault:  # no memory, no more processes: what has kept it from starting may pass
            fact = f"Seacorder cannot be started ({fault.strerror}). Nothing is being recorded."
            check = "Check the memory and the number of processes of this computer."
            self._error_lines.say(f"{fact} It is tried again every few seconds. {check}")
            return NOT_STARTED
        while (code := self._reap()) is None:
            for number in self._signals(None if self._kill_at is None else self._kill_at - time.monotonic()):
                self._pass_on(number)
            if self._kill_at is not None and time.monotonic() >= self._kill_at:
                os.kill(self._pid, signal.SIGKILL)
        return code

    def _pass_on(self, number: int) -> None:
        """Passes a signal on. SIGHUP (the terminal has closed) becomes SIGTERM, and a byte tells the control process
        why."""
        if number == signal.SIGCHLD:
            return
        now = time.monotonic()
        if self._first_signal_at is None:
            self._first_signal_at = now
        elif now - self._first_signal_at < SAME_ORDER_SECONDS:
            return
        elif self._kill_at is None:
            self._kill_at = now + NOW_SECONDS
        if number == signal.SIGHUP:
            os.write(self._alive_writer, TERMINAL_CLOSED)
        os.kill(self._pid, signal.SIGTERM if number == signal.SIGHUP else number)

    def _reap(self) -> int | None:
        """The command's exit code once it has ended, else None.

        Reaps every child: as process 1 of a container the guardian also gets orphans of other processes.
        """
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return None
            if pid == self._pid:
                return os.waitstatus_to_exitcode(status)

    def _signals(self, seconds: float | None) -> bytes:
        """The numbers of the signals that have come. Waits at most `seconds` for the first; None: without a limit."""
        ready, _, _ = select.select([self._woken_by], [], [], None if seconds is None else max(0.0, seconds))
        return os.read(self._woken_by, 4096) if ready else b""

    def _is_asked_within(self, seconds: float) -> bool:
        """Waits `seconds`; returns True at once when a signal asks the program to end."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if any(number != signal.SIGCHLD for number in self._signals(left)):
                return True
        return False


def how(code: int) -> str:
    """How a process ended, to stand in brackets: "exit code 3"."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def become_guardian(arguments: list[str]) -> None:
    """Turns this process into the guardian of `seacorder ARGUMENTS… --no-guardian`. Does not return.

    Not on Windows, which has neither exec nor these signals: ask `is_possible` first.
    """
    control = [sys.executable, "-P", "-m", "seacorder", *arguments, "--no-guardian"]
    sys.stdout.flush()
    sys.stderr.flush()
    # -S leaves the site packages out, which need a megabyte of memory and are not used.
    os.execv(sys.executable, [sys.executable, "-S", "-P", __file__, *control])  # noqa: S606 - our own command


def is_possible() -> bool:
    """True where a guardian can run."""
    return os.name == "posix"


if __name__ == "__main__":
    # Not sys.exit: while the interpreter shuts down, one more Ctrl-C would change the exit code.
    os._exit(Guardian(sys.argv[1:]).run())
