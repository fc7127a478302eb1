"""How long a start waits for channels that are just being connected, so that a script can start right after the first
ping.

Those channels have their order already and record from their first picture on; only the answer to the client waits.

- A camera has the start's time limit, counted from the command.
- If nothing records by then, each channel's limit counts again from its worker's first report. A busy machine needs
  seconds to start all workers, and the cameras are not to blame for that.
- A channel that has failed before is not waited for: its camera is away, and may stay away.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable

from seacorder.control.workers.heartbeats import ChannelWatch
from seacorder.model.channel import ChannelState

WORKER_SECONDS_MAX = 10.0
"""How long a start waits for a worker's first report, while nothing records."""


class Newcomers:
    """For the event loop alone. Times are the loop's, in seconds."""

    def __init__(self, watch: ChannelWatch) -> None:
        self._watch = watch
        self._news = asyncio.Event()
        self._first_report: dict[str, float] = {}
        """By channel: when its worker reported for the first time."""

    def heard(self, channel: str) -> None:
        """A worker has reported."""
        self._first_report.setdefault(channel, asyncio.get_running_loop().time())
        self._news.set()

    def lost(self, channel: str) -> None:
        """A worker has ended."""
        self._first_report.pop(channel, None)
        self._news.set()

    def among(self, channels: Iterable[str]) -> tuple[str, ...]:
        """Those of `channels` that are being connected for the first time since their worker began."""
        return tuple(filter(self._is_connecting, channels))

    async def settled(
        self,
        names: Iterable[str],
        records: Callable[[str], bool],
        anything: Callable[[], bool],
        begun: float,
        seconds: float,
    ) -> None:
        """Waits until each of `names` records or has failed, at most until `seconds` after `begun`.

        Then, as long as `anything` says that nothing records yet, each channel's limit counts from its worker's first
        report.
        """
        names = tuple(names)
        await self._until(lambda: not any(map(self._is_coming, names, map(records, names))), begun + seconds)
        await asyncio.gather(*(self._chance(name, anything, begun, seconds) for name in names))

    async def _chance(self, name: str, anything: Callable[[], bool], begun: float, seconds: float) -> None:
        await self._until(lambda: anything() or name in self._first_report, begun + WORKER_SECONDS_MAX)
        end = max(begun, self._first_report.get(name, begun)) + seconds
        await self._until(lambda: anything() or not self._is_connecting(name), end)
        # A picture that has come by now is on its way into a file; any live channel may take the limit for that.
        end = asyncio.get_running_loop().time() + seconds
        await self._until(lambda: anything() or self._watch[name].state is not ChannelState.LIVE, end)

    def _is_connecting(self, name: str) -> bool:
        return self._watch[name].state is ChannelState.CONNECTING

    def _is_coming(self, name: str, is_recording: bool) -> bool:
        return not is_recording and self._watch[name].state in {ChannelState.CONNECTING, ChannelState.LIVE}

    async def _until(self, condition: Callable[[], bool], end: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(end):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
