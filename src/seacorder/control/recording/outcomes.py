"""What commands come to on each channel, above all the start of a recording, and how long a start waits for that."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from seacorder.base.message import Message, joined
from seacorder.control.context import Context
from seacorder.control.recording.session import RecordingSession
from seacorder.control.workers.heartbeats import ChannelWatch
from seacorder.model.channel import ChannelState
from seacorder.model.instant import Instant
from seacorder.model.outcome import ChannelOutcome, CommandOutcome

JOINS = "It joins by itself."
WORKER_SECONDS_MAX = 10.0
"""How long a start waits for a worker's first report, while nothing records."""


class StartOutcomes:
    """Asks the workers to start, and says what came of it. For the event loop alone; only `ask` waits."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.connecting = ConnectingChannels(context.watch)

    async def ask(self, session: RecordingSession, instant: Instant) -> CommandOutcome:
        """Orders every channel to record from `instant`; returns when each has answered or the limit has passed.

        Channels that are being connected for the first time are waited for longer; `ConnectingChannels` says how long.
        """
        context, limit, loop = self._context, self._context.timeouts.start_seconds, asyncio.get_running_loop()
        connecting, begun = self.connecting.among(context.workers.names), loop.time()
        outcomes = await context.workers.ask(
            context.workers.names, lambda request, channel: session.start_command(request, channel, instant), limit
        )
        late = [one.channel for one in outcomes if not one.ok and one.channel in connecting]
        if late:
            await self._settled(session, outcomes, late, begun)
            outcomes = tuple(self._arrived(session, one) if one.channel in late else one for one in outcomes)
        coming = (replace(one, is_coming=one.is_unanswered and self._is_coming(one)) for one in outcomes)
        return CommandOutcome(instant, session.id, tuple(coming))

    def by_now(self, session: RecordingSession) -> CommandOutcome:
        """What the start of the running recording has come to by now."""
        before, names = {one.channel: one for one in session.outcome.channels}, self._context.workers.names
        channels = (self._one_by_now(session, name, before.get(name)) for name in names)
        coming = (replace(one, is_coming=self._is_coming(one)) for one in channels)
        return replace(session.outcome, channels=tuple(coming))

    def with_outlook(self, outcome: CommandOutcome) -> CommandOutcome:
        """The same, and for each channel that does not record yet: when it will begin."""
        return replace(outcome, channels=tuple(map(self._one_with_outlook, outcome.channels)))

    async def _settled(
        self, session: RecordingSession, outcomes: tuple[ChannelOutcome, ...], late: list[str], begun: float
    ) -> None:
        def records(channel: str) -> bool:
            return session.stored.is_fresh(channel, self._context.clock.monotonic_ns())

        def anything() -> bool:
            return any(one.ok or records(one.channel) for one in outcomes)

        await self.connecting.settled(late, records, anything, begun, self._context.timeouts.start_seconds)

    def _arrived(self, session: RecordingSession, one: ChannelOutcome) -> ChannelOutcome:
        """What has become of a channel that was being connected when it was asked."""
        is_coming = self._context.watch.is_coming(one.channel)
        return replace(self._one_by_now(session, one.channel, None), is_unanswered=is_coming)

    def _is_coming(self, one: ChannelOutcome) -> bool:
        return not one.ok and self._context.watch.is_coming(one.channel)

    def _one_by_now(self, session: RecordingSession, channel: str, before: ChannelOutcome | None) -> ChannelOutcome:
        if not session.stored.is_fresh(channel, self._context.clock.monotonic_ns()):
            otherwise = Message(
                f"{channel} has a picture, but nothing of it reaches the disk.", "See the alarms."
            )
            return ChannelOutcome(channel, False, self._context.watch.why(channel, otherwise))
        if before is not None and before.ok:
            return before
        part = session.newest_part(channel)
        return ChannelOutcome(channel, True, None, session.first_utc_ns(channel), part.path if part else None)

    def _one_with_outlook(self, one: ChannelOutcome) -> ChannelOutcome:
        if one.is_unanswered and self._context.watch.waits_for_encoder(one.channel):
            fact = f"{one.channel} is not being recorded yet: its first picture is still being encoded."
            return replace(one, why=Message(fact, JOINS))
        if one.is_unanswered and self._context.watch.waits_for_picture(one.channel):
            fact = (
                f"{one.channel} is not being recorded yet: it sends few frames, and the first one is stored when the "
                "second has come."
            )
            return replace(one, why=Message(fact, JOINS))
        if one.ok or self._context.watch[one.channel].state is ChannelState.LIVE:
            return one
        fact = joined((f"{one.channel} is not being recorded yet.", one.reason.fact))
        joins = "It joins by itself as soon as it has a picture."
        return replace(one, why=Message(fact, joined((joins, one.reason.action))))


class ConnectingChannels:
    """How long a start waits for channels that are just being connected, so that a script can start right after the
    first ping.

    Those channels have their order already and record from their first picture on; only the answer to the client waits.

    - A camera has the start's time limit, counted from the command.
    - If nothing records by then, each channel's limit counts again from its worker's first report. A busy machine needs
      seconds to start all workers, and the cameras are not to blame for that.
    - A channel that has failed before is not waited for: its camera is away, and may stay away.

    For the event loop alone. Times are the loop's, in seconds.
    """

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
        await asyncio.gather(*(self._wait_longer(name, anything, begun, seconds) for name in names))

    async def _wait_longer(self, name: str, anything: Callable[[], bool], begun: float, seconds: float) -> None:
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


def stopped_outcome(session: RecordingSession, one: ChannelOutcome) -> ChannelOutcome:
    """How a stop ended on a channel. One without a file in this recording had nothing to finish, whatever its worker
    answered."""
    return one if session.has_part(one.channel) else replace(one, was_asked=False)


def nothing_to_stop(context: Context, instant: Instant) -> CommandOutcome:
    """The answer to a stop while nothing of its kind runs: done, on every channel."""
    return CommandOutcome(instant, "", tuple(ChannelOutcome(name, True) for name in context.workers.names))


def in_order(context: Context, outcomes: tuple[ChannelOutcome, ...]) -> tuple[ChannelOutcome, ...]:
    """An outcome for every channel, in the order of the settings: those asked, and why the others were not."""
    asked = {one.channel: one for one in outcomes}
    return tuple(
        asked.get(name) or ChannelOutcome(name, False, context.watch.why(name), was_asked=False)
        for name in context.workers.names
    )
