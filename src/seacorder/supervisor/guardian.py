"""The guardian: the parent of the control process, which starts it anew when it ends unexpectedly.

`seacorder serve` becomes this process (by exec, so its process number stays) and runs the control process as its
child. It is started as a file, without the rest of the program, and needs the standard library alone: it has to be
small, and nothing that could break the control process may be able to break it.

    python -S -P guardian.py COMMAND…

| the control process ends …                                   | then                                            |
|--------------------------------------------------------------|-------------------------------------------------|
| by a signal, or with a code that is neither 0, 1 nor 2       | it is started anew, at once the first time      |
| with 1 or 2 (it cannot start; the settings cannot be used)   | the guardian ends with that code, unless an     |
|                                                              | earlier run ended unexpectedly: then what kept  |
|                                                              | it from starting may pass, and it is tried again |
| with 0, or after a signal that the guardian passed on        | the guardian ends with that code                |

A pipe that only the guardian writes to tells the control process, by its end, that the guardian is gone, and by a byte
that the terminal has closed. Into another one the control process writes when it takes commands: after such a run,
however short, the delays begin anew.

Nothing that the guardian does waits for whoever reads its standard error.
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
"""There too: how the run before ended, for the log file, which the guardian does not write; empty for the first run."""
TERMINAL_CLOSED = b"H"
"""Written into the first pipe before the SIGTERM that follows from a SIGHUP."""
ENDED_IN_ORDER = 0
CANNOT_START = (1, 2)
KILLED = 128
"""Plus the signal's number: the exit code for a control process that a signal ended, as shells have it."""
NOT_STARTED = 127
"""As shells have it."""
DELAYS_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
"""Before the first restart, the second, …; the last one for all further ones."""
GOOD_RUN_SECONDS = 5.0
"""A run of this length lets the delays begin anew: it has started and recorded, and is to do so again at once."""
NOW_SECONDS = 3.0
"""After a second signal the control process has so long to end; then it is killed."""
SAY_SECONDS = 0.2
"""How long a line on standard error may take before the guardian goes on without it."""


class ErrorLines:
    """Says lines on standard error. Waits a moment at most: whoever should read them may not, or may be gone."""

    def __init__(self) -> None:
        self._is_writing = _thread.allocate_lock()
        self._unsaid = 0

    def say(self, sentence: str) -> None:
        """One line, as the program's own."""
        if not self._is_writing.acquire(timeout=SAY_SECONDS):
            self._unsaid += 1  # the line before this one still waits for somebody to read it
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
            pass  # whoever read it is gone; that is no reason to end
        self._is_writing.release()


class Guardian:
    """Runs one command from start to end, and again. Single-threaded; use it in the main thread."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._error_lines = ErrorLines()
        self._pid = 0
        self._signals_passed_on = 0
        self._kill_at: float | None = None
        self._failures = 0
        self._ended = ""
        self._woken_by, self._wakes = os.pipe()
        self._alive_reader, self._alive_writer = os.pipe()
        self._proof_reader, self._proof_writer = os.pipe()
        os.set_blocking(self._proof_reader, False)
        for end in (self._alive_reader, self._proof_writer):
            os.set_inheritable(end, True)

    def run(self) -> int:
        """Blocks until the command has ended for good; its exit code."""
        self._listen()
        while True:
            began = time.monotonic()
            code = self._run_once()
            if self._is_final(code):
                return code if code >= 0 else KILLED - code
            is_good = self._took_commands() or time.monotonic() - began >= GOOD_RUN_SECONDS
            self._failures = 1 if is_good else self._failures + 1
            delay = DELAYS_SECONDS[min(self._failures, len(DELAYS_SECONDS)) - 1]
            self._ended = how(code)
            when = f" in {delay:g} s" if delay else ""
            self._error_lines.say(f"The control process {self._ended}; it is started again{when}.")
            if self._is_asked_within(delay):
                return ENDED_IN_ORDER

    def _took_commands(self) -> bool:
        """The run that has just ended had said so."""
        try:
            return bool(os.read(self._proof_reader, 4096))
        except BlockingIOError:
            return False

    def _listen(self) -> None:
        """Has every signal that matters arrive as a byte in a pipe, which can be waited for with a limit."""
        os.set_blocking(self._wakes, False)
        os.set_blocking(self._woken_by, False)
        signal.set_wakeup_fd(self._wakes, warn_on_full_buffer=False)
        numbers = [signal.SIGCHLD, signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup`
            numbers.append(signal.SIGHUP)
        for number in numbers:
            signal.signal(number, lambda *_: None)
        # In a terminal with `stty tostop` a line of the log would stop the process that writes it. Inherited.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)

    def _is_final(self, code: int) -> bool:
        if self._signals_passed_on or code == ENDED_IN_ORDER:
            return True
        return code in CANNOT_START and self._failures == 0

    def _run_once(self) -> int:
        """Starts the command and waits for its end: its exit code, negative for a signal."""
        pipes = f"{self._alive_reader} {self._proof_writer}"
        environment = {**os.environ, PIPES_VARIABLE: pipes, ENDED_VARIABLE: self._ended}
        # A group of its own: a terminal's Ctrl-C reaches the guardian alone, and is passed on once.
        try:
            self._pid = os.posix_spawn(self._command[0], self._command, environment, setpgroup=0)
        except OSError as fault:  # no memory, no more processes: what has kept it from starting may pass
            self._error_lines.say(f"The control process cannot be started ({fault.strerror}).")
            return NOT_STARTED
        while (code := self._reap()) is None:
            for number in self._signals(None if self._kill_at is None else self._kill_at - time.monotonic()):
                self._pass_on(number)
            if self._kill_at is not None and time.monotonic() >= self._kill_at:
                os.kill(self._pid, signal.SIGKILL)
        return code

    def _pass_on(self, number: int) -> None:
        """SIGHUP, the end of the terminal, becomes SIGTERM: files are finished, and the control process logs why."""
        if number == signal.SIGCHLD:
            return
        if number == signal.SIGHUP:
            os.write(self._alive_writer, TERMINAL_CLOSED)
        self._signals_passed_on += 1
        if self._signals_passed_on > 1 and self._kill_at is None:
            self._kill_at = time.monotonic() + NOW_SECONDS
        os.kill(self._pid, signal.SIGTERM if number == signal.SIGHUP else number)

    def _reap(self) -> int | None:
        """The command's exit code once it has ended. As process 1 of a container it has others' children too."""
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return None
            if pid == self._pid:
                return os.waitstatus_to_exitcode(status)

    def _signals(self, seconds: float | None) -> bytes:
        """The numbers of the signals that have come; waits so long for the first, for ever with None."""
        ready, _, _ = select.select([self._woken_by], [], [], None if seconds is None else max(0.0, seconds))
        return os.read(self._woken_by, 4096) if ready else b""

    def _is_asked_within(self, seconds: float) -> bool:
        """Waits so long; True at once when somebody wants the program to end."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if any(number != signal.SIGCHLD for number in self._signals(left)):
                return True
        return False


def how(code: int) -> str:
    """How a process ended, as the end of a sentence."""
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def become_guardian(arguments: list[str]) -> None:
    """Turns this process into the guardian of `seacorder ARGUMENTS… --no-guardian`. Does not return.

    Not on Windows, which has neither exec nor these signals: ask `is_possible` first.
    """
    control = [sys.executable, "-P", "-m", "seacorder", *arguments, "--no-guardian"]
    sys.stdout.flush()
    sys.stderr.flush()
    # -S: without the site packages, which cost a megabyte and are not needed.
    os.execv(sys.executable, [sys.executable, "-S", "-P", __file__, *control])  # noqa: S606 - our own command


def is_possible() -> bool:
    """True where a guardian can run."""
    return os.name == "posix"


if __name__ == "__main__":
    # Not sys.exit: while Python takes itself apart, one more Ctrl-C would become the exit code.
    os._exit(Guardian(sys.argv[1:]).run())
