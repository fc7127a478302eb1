"""How fast something may go, as functions of time that is passed in: back-off of restarts, and a bucket of tokens."""

from seacorder.supervisor.limits import Limits


class Backoff:
    """Delays before restarts: none after a good run, and else doubling from the first to the longest.

    A run that proved itself (a channel's worker that brought pictures) lets the doubling begin anew, however short it
    was: whatever ended it, recording is not to wait for it.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._next = limits.first_delay_seconds

    def delay_after(self, run_seconds: float, *, is_proved: bool) -> float:
        """Seconds to wait after a run that lasted `run_seconds`."""
        if is_proved:
            self._next = self._limits.first_delay_seconds
            if run_seconds >= self._limits.good_run_seconds:
                return 0.0
        delay = self._next
        self._next = min(2 * delay, self._limits.longest_delay_seconds)
        return delay


class Bucket:
    """Holds up to `size` tokens and gains `per_second` of them each second; begins full."""

    def __init__(self, size: float, per_second: float) -> None:
        self._size = size
        self._per_second = per_second
        self._tokens = size
        self._filled_at = 0.0

    def take(self, now_seconds: float) -> bool:
        """Takes one token if there is one."""
        self._fill(now_seconds)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def take_anyway(self, now_seconds: float) -> None:
        """Takes one token that may be owed: what cannot be left out is paid for by what follows. So many at most as the
        bucket holds, so that it has been paid for soon."""
        self._fill(now_seconds)
        self._tokens = max(self._tokens - 1, -self._size)

    def wait_seconds(self, now_seconds: float) -> float:
        """How long until there is a token; 0 when there is one now."""
        self._fill(now_seconds)
        return max(0.0, (1 - self._tokens) / self._per_second)

    def _fill(self, now_seconds: float) -> None:
        gained = max(0.0, now_seconds - self._filled_at) * self._per_second
        self._tokens = min(self._size, self._tokens + gained)
        self._filled_at = max(self._filled_at, now_seconds)


class Silence:
    """How long a worker has been silent, counted only while this process itself was running.

    After the control process was suspended or held up for long, every worker's reports still lie unread in its
    pipe. Reading the clock alone, it would then kill all of them; so one look adds at most `most_per_look`.
    """

    def __init__(self, most_per_look: float) -> None:
        self._most_per_look = most_per_look
        self._looked_at: float | None = None
        self.seconds = 0.0

    def heard(self) -> None:
        """A report has come."""
        self.seconds = 0.0

    def look(self, now_seconds: float) -> float:
        """Seconds of silence up to now."""
        if self._looked_at is not None:
            self.seconds += min(now_seconds - self._looked_at, self._most_per_look)
        self._looked_at = now_seconds
        return self.seconds
