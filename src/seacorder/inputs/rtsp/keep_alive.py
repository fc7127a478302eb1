"""When to send which keep-alive request (RFC 2326, A.2 and 12.37), and what a camera has taught about it. Pure.

A camera ends a session whose client sends no request within the session's timeout. Cameras differ in what they count:
some count GET_PARAMETER, some OPTIONS; some refuse one of them, do not answer it, or hang up when it comes. So:

* GET_PARAMETER and OPTIONS take turns, every quarter of the timeout, so that each alone comes often enough. The one
  that the camera offers comes first.
* A method that is refused or not answered is left out. When both are left out, SET_PARAMETER is tried. When that is
  refused as well, no request is sent; receiver reports go on.
* When a session has ended at its timeout all the same, the next session sends the methods that were left out as well,
  because a camera may count a request that it refuses. When two sessions have lived equally long, requests come four
  times in that length. `KeepAliveHabits` carries this over to the next connection.
* A method after which the camera hung up is not sent again.

Example: timeout 60 s. A request goes out every 15 s: GET_PARAMETER at 15 s, OPTIONS at 30 s, GET_PARAMETER at 45 s. If
OPTIONS is refused, GET_PARAMETER alone goes on.

A session that lives longer than one and a half timeouts was kept alive; if it ends later, that had another reason.
"""

from seacorder.base.clock import NS_PER_SECOND
from seacorder.inputs.rtsp.camera_memory import KeepAliveHabits

SESSION_SECONDS = 60
"""The session's timeout where the camera does not say one (RFC 2326, 12.37)."""
LONGEST_SECONDS = 20.0
"""Between two requests, however long the timeout is."""
SHORTEST_SECONDS = 0.5
HANG_UP_SECONDS = 7
"""A camera that ends the connection, or stops sending pictures, so soon after a request that it did not answer is taken
to have done it because of that request."""
_TURNS = ("GET_PARAMETER", "OPTIONS")
_LAST = "SET_PARAMETER"
_AGAIN_REFUSED = 2
"""A method that has been answered well before is left out only when it is refused so often in a row."""


class KeepAlive:
    """One session's keep-alive requests. Times are monotonic."""

    def __init__(self, habits: KeepAliveHabits, *, offers_get_parameter: bool) -> None:
        self._habits = habits
        self._turns = _TURNS if offers_get_parameter else _TURNS[::-1]
        self._seconds = float(SESSION_SECONDS)
        self._begin_ns: int | None = None
        self._due_ns = 0
        self._last = ""
        self._last_sent_ns = 0
        self._waiting: dict[str, int] = {}
        """Method: the CSeq of its request that has no answer yet."""
        self._refusals: dict[str, int] = {}
        self._has_worked: set[str] = set()

    def begin(self, session_seconds: int, now_ns: int) -> None:
        """The session plays; `session_seconds` is its timeout."""
        self._seconds = float(session_seconds)
        self._begin_ns = now_ns
        self._due_ns = now_ns + self._every_ns

    def due(self, now_ns: int) -> str | None:
        """The method to send now; None when none is due."""
        if self._begin_ns is None or now_ns < self._due_ns:
            return None
        turns = self._usable()
        if not turns:
            return None
        at = turns.index(self._last) + 1 if self._last in turns else 0
        method = turns[at % len(turns)]
        if method in self._waiting:
            self._waiting.pop(method)
            self._habits.unanswered.add(method)
            return self.due(now_ns) if self._usable() != turns else method
        return method

    def sent(self, method: str, sequence: int, now_ns: int) -> None:
        self._last, self._last_sent_ns = method, now_ns
        self._waiting[method] = sequence
        self._due_ns = now_ns + self._every_ns

    def answered(self, sequence: int, status: int) -> None:
        """A keep-alive request was answered with `status`, other than 401, for which see `again`."""
        method = next((one for one, number in self._waiting.items() if number == sequence), None)
        if method is None:
            return
        del self._waiting[method]
        if status < 300:
            self._has_worked.add(method)
            self._refusals.pop(method, None)
            return
        self._refusals[method] = self._refusals.get(method, 0) + 1
        if method not in self._has_worked or self._refusals[method] >= _AGAIN_REFUSED:
            self._habits.refused.add(method)
        if not self._habits.insists:
            self._due_ns = 0

    def again(self, sequence: int) -> None:
        """The camera wants the password with the request: send it again at once."""
        method = next((one for one, number in self._waiting.items() if number == sequence), None)
        if method is not None:
            del self._waiting[method]
            self._last, self._due_ns = "", 0

    def ended(self, now_ns: int) -> None:
        """The camera ended the session, or sends nothing any more: learns from when that was."""
        if self._begin_ns is None:
            return
        lived, habits = (now_ns - self._begin_ns) / NS_PER_SECOND, self._habits
        waited = (now_ns - self._last_sent_ns) / NS_PER_SECOND
        if self._last in self._waiting and self._last not in self._has_worked and waited < HANG_UP_SECONDS:
            habits.hung_up.add(self._last)
        if lived > 1.5 * self._seconds + 5:
            habits.ended_after = None
            return
        if lived >= self._seconds / 2 and (habits.refused or habits.unanswered):
            habits.insists = True
        before, habits.ended_after = habits.ended_after, lived
        if before is not None and abs(before - lived) <= max(1.5, lived / 5):
            habits.seconds = max(SHORTEST_SECONDS, lived / 4)

    @property
    def _every_ns(self) -> int:
        seconds = min(LONGEST_SECONDS, max(SHORTEST_SECONDS, self._seconds / 4))
        if self._habits.seconds is not None:
            seconds = min(seconds, self._habits.seconds)
        return int(seconds * NS_PER_SECOND)

    def _usable(self) -> list[str]:
        """The methods that take turns now."""
        habits = self._habits
        known = [one for one in (*self._turns, _LAST) if one not in habits.hung_up]
        if habits.insists:
            return known
        fresh = [one for one in known if one not in habits.refused | habits.unanswered]
        if fresh:
            return [one for one in fresh if one != _LAST] or fresh
        # No method is answered. One that was not refused may count all the same.
        return [one for one in known if one not in habits.refused]
