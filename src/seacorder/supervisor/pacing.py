"""Back-off of restarts, a token bucket that limits rates, and how long a worker has been silent. Time is passed in."""

from seacorder.base.backoff import Backoff
from seacorder.supervisor.limits import Limits


class RestartDelay:
    """Delays before restarts: none after a good run, otherwise doubling from the first to the longest.

    A run that proved itself (a channel's worker that brought pictures) resets the doubling, however short it was: the
    channel can record, so it must not wait long for the next try.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._backoff = Backoff(limits.first_delay_seconds, limits.longest_delay_seconds)

    def delay_after(self, run_seconds: float, *, is_proved: bool) -> float:
        """Seconds to wait after a run that lasted `run_seconds`."""
        if is_proved:
            self._backoff.reset()
            if run_seconds >= self._limits.good_run_seconds:
                return 0.0
        return self._backoff.next_delay()


class Bucket:
    """A token bucket: holds up to `size` tokens, begins full and gains `per_second` tokens each second."""

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
        """Takes one token even if there is none, for something that has to pass: the bucket then owes it, and others
        wait.

        It owes at most as many tokens as it can hold, so that the debt is paid soon."""
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

    When the control process was suspended or held up for long, all workers' reports still lie unread in their pipes. By
    the clock alone all workers would seem to hang, and would be killed. So a look adds no more than it was meant to
    come after the one before.
    """

    def __init__(self, now_seconds: float) -> None:
        self._counted_to = now_seconds
        self.seconds = 0.0

    def heard(self, now_seconds: float) -> None:
        """A report has come."""
        self._counted_to = now_seconds
        self.seconds = 0.0

    def look(self, now_seconds: float, most: float) -> float:
        """Seconds of silence up to now, of which this look adds at most `most`."""
        self.seconds += min(now_seconds - self._counted_to, most)
        self._counted_to = now_seconds
        return self.seconds
