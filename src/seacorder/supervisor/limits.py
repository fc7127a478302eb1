"""How long and how much a worker may take. Tests pass small ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """All times in seconds."""

    start_seconds: float = 30.0
    """From the start of the process to its first report: 64 workers that start together on two cores need ten."""
    heartbeat_seconds: float = 3.0
    """Without any report for so long a running worker is killed and started anew; `math.inf` for never.

    With the first delay and the start of a process, one that hangs is back within five seconds."""
    stop_seconds: float = 30.0
    """For finishing files when told to end; then it is killed."""
    exit_seconds: float = 2.0
    """Between the end of a worker's reports and the end of its process."""
    first_delay_seconds: float = 0.5
    """Before the first restart; each further one waits twice as long, until a run has proved itself."""
    longest_delay_seconds: float = 10.0
    good_run_seconds: float = 5.0
    """After a run of this length that proved itself there is no delay at all."""
    outbox_bytes: int = 256 * 1024
    """Commands that a worker may leave unread (beyond what its pipe holds) before it counts as hung."""
    report_bytes: int = 32 * 1024 * 1024
    """The longest report; a longer one means that the pipe is out of step."""
    reports_per_second: float = 1000.0
    """A worker that sends more is read no faster, so that it cannot take the loop for itself."""
    log_lines_per_second: float = 5.0
    log_lines_at_once: int = 60
    """So many lines pass in one go (a trace has thirty); what is beyond is counted and left out."""
