"""One worker over all its runs: started, watched, started again, stopped.

A run is one process, or a part in a process that several workers share (`shared_process`). The worker's own task, which
lasts over all runs, starts it and reads its reports. Two more tasks serve each run: one reads its log, one watches that
it does not hang.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from seacorder.base.background import survived, task
from seacorder.base.errors import NoAnswer, WorkerLost
from seacorder.base.redaction import redact
from seacorder.model.command import EndWorker
from seacorder.model.report import MOVES_OUT
from seacorder.supervisor.forking import ForkServer
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.log_lines import LogLines
from seacorder.supervisor.pacing import RestartDelay, Silence
from seacorder.supervisor.process import WorkerProcess, WorkerRun
from seacorder.supervisor.requests import Asked, OpenRequests
from seacorder.supervisor.shared_process import SharedProcess
from seacorder.supervisor.state import WorkerState, move
from seacorder.supervisor.table import Launch

_log = logging.getLogger(__name__)

First = TypeVar("First")
STARTED_AGAIN = "Seacorder starts it again by itself."
_LOG_FAILED = "an error in the program: its log could not be read"
_LEFT = "an error in the program: its end was not seen"
_WATCH_FAILED = "an error in the program: it could not be watched"


class Request(Protocol):
    """Any command that is answered."""

    @property
    def request(self) -> int: ...


def _no_name(_name: str) -> None: ...
def _no_report(_name: str, _report: object) -> None: ...
def _no_fault(_name: str, _fault: str) -> None: ...
def _proves(_report: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Called in the event loop; none of these may block. The first argument is the worker's name."""

    on_report: Callable[[str, object], None] = _no_report
    """Every report except answers that `request` returns. An answer that came too late is passed on too."""
    on_started: Callable[[str], None] = _no_name
    """A new process has been sent its first message. What the callback sends follows directly behind."""
    on_lost: Callable[[str, str], None] = _no_fault
    """The process has ended without being told to; the second argument says how, in words that stand in a bracket:
    `signal 9`. A new one follows after the back-off, if the worker is one that is started again."""
    proves: Callable[[object], bool] = _proves
    """True for a report that proves the run to be good, which resets the back-off. By default any report does."""


class Worker(Generic[First]):
    """Keeps one worker process running from `start` to `stop`. Use it from the event loop only."""

    def __init__(
        self,
        name: str,
        launch: Launch,
        first_message: First,
        callbacks: Callbacks,
        *,
        limits: Limits | None = None,
        restarts: bool = True,
    ) -> None:
        self.name = name
        self.restarts = 0
        """How many times its process was started again."""
        self.forks: ForkServer | None = None
        """Starts its processes from now on, where it can."""
        self.first_message = first_message
        """Sent to each process that is started from now on."""
        self._callbacks = callbacks
        self._limits = limits or Limits()
        self._is_restarted = restarts
        self._state = WorkerState.STOPPED
        self._launch = launch
        self._shared: SharedProcess | None = None
        """In which its runs are parts; None: each is a process of its own."""
        self._is_moving = False
        """The present run ends so that the next one is a process of its own."""
        self._process: WorkerRun | None = None
        self._requests = OpenRequests()
        self._restart_delay = RestartDelay(self._limits)
        self._is_proved = False
        self._why_killed: str | None = None
        self._stop_wanted = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    @property
    def state(self) -> WorkerState:
        return self._state

    @property
    def is_new(self) -> bool:
        """True until it is started for the first time."""
        return self._life is None

    @property
    def is_up(self) -> bool:
        """True while there is a process that takes commands."""
        is_there = self._process is not None and not self._is_moving
        return is_there and self._state in {WorkerState.STARTING, WorkerState.RUNNING}

    @property
    def is_in_group(self) -> bool:
        """True while its runs are parts in a process that it shares."""
        return self._shared is not None

    @property
    def pid(self) -> int | None:
        """The process id of the present run, None between two."""
        return self._process.pid if self._process else None

    def run_in(self, shared: SharedProcess) -> None:
        """Makes its runs parts in a shared process. Before the first `start`."""
        self._shared = shared

    def move_out(self) -> None:
        """From now on it runs in a process of its own; returns at once. The present run finishes its files first.

        Nobody is told of that as a loss: call it while the worker writes no file. Harmless where it is alone already.
        """
        if not self.is_in_group:
            return
        self._shared = None
        if self._state in {WorkerState.STARTING, WorkerState.RUNNING}:
            self._is_moving = True  # a run that is just being started ends as soon as it has begun
            self._order_end()

    def start(self) -> None:
        """Begins to keep the worker running; returns at once. Raises IllegalMove unless the worker is stopped."""
        self._move(WorkerState.STARTING)
        self._stop_wanted.clear()
        self._life = task(self._live(), f"recording process of {self.name}")

    def send(self, command: object) -> bool:
        """Hands a command to the worker's pipe without waiting. False when the worker does not run.

        A worker that leaves too much unread is killed. True does not mean that the worker has read the command: use
        `request` where that matters.
        """
        if not self.is_up or self._process is None:
            return False
        if self._process.send(command):
            return True
        self._kill("it no longer read its commands")
        return False

    async def request(self, command: Request, timeout_seconds: float) -> Asked:
        """Sends a command and waits for its answer. Raises WorkerLost when the worker ends, NoAnswer when it takes too
        long; what to do then depends on the command, so whoever asks adds it.

        A worker that answers late but keeps reporting is not killed; its late answer goes to `on_report`.
        """
        answer = self._requests.add(command.request)
        try:
            if not self.send(command):
                fact = f"{self.name}: its recording process is not running ({self._state})."
                raise WorkerLost(fact, "Seacorder starts it by itself; try again in a few seconds.")
            return await asyncio.wait_for(answer, timeout_seconds)
        except TimeoutError as error:
            fact = f"{self.name} did not confirm within {timeout_seconds:g} s; it may have been done all the same."
            raise NoAnswer(fact) from error
        finally:
            self._requests.forget(command.request)
            answer.cancel()

    async def stop(self) -> None:
        """Lets the worker finish its files and end; kills it after the time limit. Harmless when it is stopped.

        Reports are passed on until the end. Cancelling this call does not cancel the stop.
        """
        self._begin_stop()
        await self.ended()

    def stop_now(self) -> None:
        """Kills the worker's process and returns at once; `stop` or `ended` waits until it is gone."""
        self._kill("it was told to end now")  # first: an order to end might be obeyed before the signal arrives
        self._begin_stop()

    async def ended(self) -> None:
        """Waits until the worker is stopped for good: by `stop`, or by itself when it is not restarted."""
        if self._life is not None:
            await asyncio.wait([self._life])

    def _move(self, to: WorkerState) -> None:
        self._state = move(self._state, to)

    def _begin_stop(self) -> None:
        if self._state in {WorkerState.STOPPED, WorkerState.STOPPING}:
            return
        self._move(WorkerState.STOPPING)
        self._stop_wanted.set()
        self._order_end()

    def _order_end(self) -> None:
        if self._process is not None:
            self._process.send(EndWorker())
            self._process.close_commands()

    def _kill(self, why: str) -> None:
        if self._process is not None and self._why_killed is None:
            self._why_killed = why
            self._process.kill(why)

    async def _live(self) -> None:
        """Makes one run after the other until the worker is told to stop, or once if it is not started again."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            fault = "an error in the program, see the log"
            with survived(f"Keeping the recording process of {self.name}", "another process is started"):
                fault = await self._run()
            self._requests.fail(f"{self.name}: its recording process has stopped.", STARTED_AGAIN)
            if self._stop_wanted.is_set():
                break
            if fault:
                self._lost(fault)
            if not self._is_restarted or self._stop_wanted.is_set():
                break
            if fault:
                await self._wait(self._restart_delay.delay_after(loop.time() - began, is_proved=self._is_proved))
                if self._stop_wanted.is_set():
                    break
                self.restarts += 1
            if self._state is not WorkerState.STARTING:  # it may leave a group before its first report
                self._move(WorkerState.STARTING)
        if self._state is not WorkerState.STOPPING:
            self._move(WorkerState.STOPPING)
        self._move(WorkerState.STOPPED)

    async def _wait(self, seconds: float) -> None:
        self._move(WorkerState.WAITING)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop_wanted.wait(), seconds)

    def _lost(self, fault: str) -> None:
        self._move(WorkerState.LOST)
        fault = redact(fault)
        if self._callbacks.on_lost is _no_fault:
            _log.error("The process %s stopped unexpectedly (%s).", self.name, fault)
        self._tell(self._callbacks.on_lost, self.name, fault)

    async def _run(self) -> str:
        """One process from start to end. Returns how it ended, in words that stand in a bracket; empty when it ended as
        it should, or to go on in a process of its own."""
        self._why_killed, self._is_proved, self._is_moving = None, False, False
        try:
            process = await self._begin_run()
        except WorkerLost as error:
            return error.fact
        self._process = process
        lines = LogLines(self.name, self._limits)
        # Without the task that reads the log its pipe fills and the worker blocks; without the watch it could hang for
        # ever. So when one of them fails, the process is killed.
        log = task(process.forward_log(lines), f"log of {self.name}", failed=lambda: self._kill(_LOG_FAILED))
        silence = Silence(asyncio.get_running_loop().time())
        watch = task(self._watch(silence), f"watch of {self.name}", failed=lambda: self._kill(_WATCH_FAILED))
        try:
            self._begin(process)
            await self._read(process, silence)
            is_stopping = self._state is WorkerState.STOPPING
            code = await process.end_within(self._limits.stop_seconds if is_stopping else self._limits.exit_seconds)
        finally:
            self._process = None
            watch.cancel()
            process.kill(_LEFT)
            process.close_commands()
        # A process that the worker started could still hold its standard error open, so this wait has a limit.
        await asyncio.wait([log], timeout=self._limits.exit_seconds)
        log.cancel()
        if code == MOVES_OUT:
            self._shared = None
        return self._why_killed or process.why_ended or self._how_it_ended(code, lines.last)

    async def _begin_run(self) -> WorkerRun:
        if self._shared is not None:
            return await self._shared.join(self.name)
        return await WorkerProcess.spawn(self._launch, self._limits, self.forks)

    def _begin(self, process: WorkerRun) -> None:
        if self._stop_wanted.is_set():
            self._kill("it was told to end before it began")
            return
        process.send(self.first_message)
        if self._is_moving:
            self._order_end()
            return
        self._tell(self._callbacks.on_started, self.name)

    async def _read(self, process: WorkerRun, silence: Silence) -> None:
        loop = asyncio.get_running_loop()
        try:
            async for report in process.reports():
                silence.heard(loop.time())
                if self._state is WorkerState.STARTING:
                    self._move(WorkerState.RUNNING)
                self._is_proved = self._is_proved or self._callbacks.proves(report)
                if not self._requests.answer(report):
                    self._tell(self._callbacks.on_report, self.name, report)
        except WorkerLost as error:
            self._kill(error.fact)

    @property
    def _look_seconds(self) -> float:
        limits = self._limits
        return min(0.25, limits.heartbeat_seconds / 10, limits.start_seconds / 10, limits.stop_seconds / 10)

    async def _watch(self, silence: Silence) -> None:
        """Kills a process that has been silent for too long, or that does not end in time when told to."""
        loop = asyncio.get_running_loop()
        limits = self._limits
        stopping = 0.0
        while True:
            pause = self._pause(silence)
            await self._sleep(pause)
            seconds = silence.look(loop.time(), pause + self._look_seconds)
            if self._state is WorkerState.STOPPING:
                stopping += self._look_seconds
                if stopping > limits.stop_seconds:
                    self._kill(f"it did not finish within {limits.stop_seconds:g} s")
            elif self._state is WorkerState.STARTING and seconds > limits.start_seconds:
                self._kill(f"it did not report within {limits.start_seconds:g} s of its start")
            elif self._state is WorkerState.RUNNING and seconds > limits.heartbeat_seconds:
                self._kill(f"it hung for {limits.heartbeat_seconds:g} s")

    def _pause(self, silence: Silence) -> float:
        """How long nothing can be due. The last looks before a limit come in quick succession, so that reports that lie
        unread after this process was held up are read between them."""
        if self._state is WorkerState.STOPPING:
            return self._look_seconds
        limits = self._limits
        limit = limits.heartbeat_seconds
        if self._state is WorkerState.STARTING:
            limit = min(limit, limits.start_seconds)  # it may be running before this pause is over
        return max(self._look_seconds, limit - 2 * self._look_seconds - silence.seconds)

    async def _sleep(self, seconds: float) -> None:
        """Sleeps; wakes early when the worker is told to stop."""
        if self._stop_wanted.is_set():
            await asyncio.sleep(seconds)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop_wanted.wait(), None if math.isinf(seconds) else seconds)

    def _how_it_ended(self, code: int, last_line: str) -> str:
        if code == MOVES_OUT or (code == 0 and self._is_moving):
            return ""
        if code == 0:
            return "it ended without being told to" if self._is_restarted else ""
        if code < 0:
            return f"signal {-code}"
        return f"exit code {code}" + (f": {last_line}" if last_line else "")

    def _tell(self, callback: Callable[..., None], *values: object) -> None:
        try:
            callback(*values)
        except Exception:  # noqa: BLE001 - logged whole
            # A fault in a callback must not end the supervision of the worker.
            _log.exception("%s: an error in the program, see below; its recording process goes on", self.name)
