"""A worker's life as a table. The one owner of a worker's state is its `Worker`.

                 ┌──────────────────────── start ────────────────────────┐
    STOPPED ──▶ STARTING ──▶ RUNNING ──▶ LOST ──▶ WAITING ──▶ STARTING   │
       ▲            │           │         │          │                   │
       │            └───────────┴─────────┴──────────┴──▶ STOPPING ──▶ STOPPED

STARTING lasts from the start of the process to its first report. LOST is the moment in which what is left of a
process is cleared away; WAITING is the back-off before the next one. RUNNING leads straight to STARTING when a worker
leaves a process that it shared for one of its own.
"""

from enum import StrEnum


class WorkerState(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    LOST = "lost"
    WAITING = "waiting"
    STOPPING = "stopping"


MOVES: dict[WorkerState, frozenset[WorkerState]] = {
    WorkerState.STOPPED: frozenset({WorkerState.STARTING}),
    WorkerState.STARTING: frozenset({WorkerState.RUNNING, WorkerState.LOST, WorkerState.STOPPING}),
    WorkerState.RUNNING: frozenset({WorkerState.LOST, WorkerState.STARTING, WorkerState.STOPPING}),
    WorkerState.LOST: frozenset({WorkerState.WAITING, WorkerState.STOPPING}),
    WorkerState.WAITING: frozenset({WorkerState.STARTING, WorkerState.STOPPING}),
    WorkerState.STOPPING: frozenset({WorkerState.STOPPED}),
}


class IllegalMove(RuntimeError):
    """A fault of the program: a move that is not in the table."""


def move(now: WorkerState, to: WorkerState) -> WorkerState:
    """The new state. Raises IllegalMove for a move that is not in the table."""
    if to not in MOVES[now]:
        raise IllegalMove(f"a worker cannot go from {now} to {to}")
    return to
