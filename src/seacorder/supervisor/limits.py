"""How long and how much a worker may take. Tests pass small ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from seacorder.base.errors import SettingsError
from seacorder.base.message import Message
from seacorder.config.reserved import HEARTBEAT_VARIABLE

LONGEST_HEARTBEAT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Limits:
    """All times in seconds."""

    start_seconds: float = 30.0
    """From the start of the process to its first report. 64 workers that start together on two cores need ten."""
    heartbeat_seconds: float = 3.0
    """A running worker that sends no report within this time is killed and started again; `math.inf` for never.

    With the first delay and the start of a process, a worker that hangs is back within five seconds."""
    stop_seconds: float = 30.0
    """How long a worker may take to finish its files when it is told to end; then it is killed."""
    exit_seconds: float = 2.0
    """How long a process may take to end after its reports have ended; then it is killed."""
    first_delay_seconds: float = 0.5
    """Back-off before the first restart; it doubles with each further one, until a run has proved itself."""
    longest_delay_seconds: float = 10.0
    """Where the doubling stops."""
    good_run_seconds: float = 5.0
    """After a run that lasted at least this long and proved itself, the restart is immediate."""
    outbox_bytes: int = 256 * 1024
    """Bytes of commands that a worker may leave unread, beyond what its pipe holds; with more it counts as hung."""
    report_bytes: int = 32 * 1024 * 1024
    """The longest report. A longer one means that the worker wrote something else into the pipe; it is killed."""
    reports_per_second: float = 1000.0
    """Reports of one worker are read no faster than this, so that a worker that floods its pipe cannot occupy the
    loop."""
    log_lines_per_second: float = 5.0
    """Lines of its log that a worker may write in the long run; further ones are counted and left out."""
    log_lines_at_once: int = 60
    """Lines that it may write at once: a trace has thirty."""


def limits_of(environment: Mapping[str, str]) -> Limits:
    """The limits of the program's workers: with the heartbeat that the variable `SEACORDER_HEARTBEAT_SECONDS` asks for.

    Only longer than usual: for a computer that may hold a healthy worker up for seconds, as one that runs tests does.
    Raises SettingsError for what is no such time.
    """
    usual = Limits()
    text = environment.get(HEARTBEAT_VARIABLE)
    if text is None:
        return usual
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not usual.heartbeat_seconds <= seconds <= LONGEST_HEARTBEAT_SECONDS:
        least, most = f"{usual.heartbeat_seconds:g}", f"{LONGEST_HEARTBEAT_SECONDS:g}"
        fact = f"variable {HEARTBEAT_VARIABLE}: {text!r} is no number of seconds from {least} to {most}."
        raise SettingsError([Message(fact, f"Correct it, or remove it: then it is {least}.")])
    return Limits(heartbeat_seconds=seconds)
