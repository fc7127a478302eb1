"""Channels that are added, changed and removed while the program runs, without a restart.

A recording is never disturbed: neither the other channels', whose workers are not touched, nor the changed channel's.

| the channel | what happens |
|---|---|
| is new | its worker is started; it joins a running recording with its first picture, as every channel does |
| is changed, and nothing of it is recorded | its worker finishes what is open and ends, and another one begins |
| is removed, and nothing of it is recorded | its worker ends |
| is recorded, or takes part in a clip | the change waits, and takes effect by itself when recording and clip are over |
| is new, with the source of a removed one that is still recorded | it waits until that one has ended |

"Nothing of it is recorded" includes a channel of the running recording whose source cannot be read: that is when an
address is corrected in the middle of a dive. Its recording goes on with the new source's first picture, in another
file, and what is missing in between is listed as a loss.

A worker that is started here has a process of its own, also where others share one: those are not touched.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from seacorder.base.background import cancel, task
from seacorder.config.schema import Settings
from seacorder.control.blackbox.blackbox import Blackbox
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.live.live_views import LiveViews
from seacorder.control.recording.clips import Clips
from seacorder.control.recording.encoding_orders import EncodingOrders
from seacorder.control.recording.recordings import Recordings
from seacorder.control.workers.commands import is_same
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus
from seacorder.model.file_name import same_file
from seacorder.model.recording import FileKind
from seacorder.model.setup import Difference

SOON_SECONDS = 5.0
"""How long `use` waits for the end of workers that others follow; longer ones end in the background."""
_CHANGED = "The settings of this channel were changed while it had no picture."


@dataclass(frozen=True, slots=True)
class Holders:
    """The parts that are told which channels there are; the others ask `ChannelWorkers` each time."""

    recordings: Recordings
    clips: dict[FileKind, Clips]
    encodings: EncodingOrders
    live: LiveViews
    blackbox: Blackbox | None


class ChannelChanges:
    """For the event loop alone; `use` and `stop` wait. `look` is called whenever a recording or clip may be over."""

    def __init__(self, context: Context, holders: Holders, look_for_alarms: Callable[[], object]) -> None:
        self._context = context
        self._holders = holders
        self._look_for_alarms = look_for_alarms
        self._volumes = next((one.volumes for one in context.workers.channels), ())
        self._settings: Settings | None = None
        self._insisted: set[str] = set()
        """Channels that somebody has just changed: those are exchanged also where they have a file in the running
        recording, if their source cannot be read. A change that has waited once goes on waiting for the end."""
        self._waited: set[str] = set()
        """Channels whose change could not be made at once."""
        self._work: asyncio.Task[None] | None = None
        self._is_over = False

    @property
    def channels(self) -> tuple[ChannelSettings, ...]:
        """Those in force, in their order."""
        return self._context.workers.channels

    def waiting(self, channel: str) -> Difference:
        """What becomes of a channel, in force or not, at the end of the recording or clip."""
        return self._context.workers.change_waiting(channel)

    async def use(self, settings: Settings, changed: Collection[str]) -> None:
        """The channels of these settings are to be in force: at once, or once nothing of a channel that is changed is
        recorded any more. `changed`: the names of those that somebody has just changed.

        Returns when what can be done now is done; after `SOON_SECONDS` it goes on in the background."""
        self._settings = settings
        self._context.workers.wanted = tuple(replace(one, volumes=self._volumes) for one in settings.channel_settings())
        self._insisted = set(changed)
        if self._tell(self.channels):
            await self._holders.encodings.settings_changed()
        self.look()
        if self._work is not None:
            await asyncio.wait([self._work], timeout=SOON_SECONDS)
        self._insisted = set()
        names = {one.name for one in (*self.channels, *self._context.workers.wanted)}
        self._waited = {name for name in names if self.waiting(name) is not Difference.NONE}

    def look(self) -> None:
        """Begins what can be done now; returns at once."""
        if self._is_over or (self._work is not None and not self._work.done()) or self._next() is None:
            return
        self._work = task(self._do_all(), "changes of channels")

    async def stop(self) -> None:
        """Before the workers are stopped: no other one is started from now on."""
        self._is_over = True
        await cancel(self._work)

    # Inside.

    async def _do_all(self) -> None:
        while not self._is_over and (following := self._next()) is not None:
            kind, name = following
            match kind:
                case _Kind.ADD:
                    self._add(name)
                case _Kind.EXCHANGE:
                    await self._exchange(name)
                case _Kind.REMOVE:
                    await self._remove(name)
            if name in self._waited:
                self._waited.discard(name)
                fact = f"What was set for {name} on the page has taken effect: nothing of it is recorded any more."
                self._context.journal.note(EventKind.SETTINGS_CHANGED, fact)
        self._tell(self.channels)

    def _next(self) -> "tuple[_Kind, str] | None":
        """The next change that can be made now. Removals come first: a new channel may have the name of an old one in
        other letters."""
        wanted = {one.name: one for one in self._context.workers.wanted}
        present = {one.name: one for one in self.channels}
        for name in present:
            if name not in wanted and not self._is_busy(name):
                return _Kind.REMOVE, name
        for name, one in wanted.items():
            if name in present and not is_same(present[name], one) and not self._is_busy(name):
                return _Kind.EXCHANGE, name
        new = (one for name, one in wanted.items() if name not in present)
        return next(((_Kind.ADD, one.name) for one in new if not self._has_to_follow(one, set(wanted))), None)

    def _has_to_follow(self, new: ChannelSettings, wanted: Collection[str]) -> bool:
        """True while a channel that is removed, but still recorded, has the new one's source or the names of its files:
        it may be the same one under another name, and many a camera allows one connection alone."""
        leaving = (one for one in self.channels if one.name not in wanted)
        return any(one.address == new.address or same_file(one.name) == same_file(new.name) for one in leaving)

    def _is_busy(self, name: str) -> bool:
        """True while something of the channel is recorded, or may be in a moment."""
        recordings, clips = self._holders.recordings, self._holders.clips.values()
        if recordings.is_commanded or any(one.is_commanded for one in clips):
            return True
        status, running = self._context.watch[name], recordings.running
        if any(one.running is not None and name in one.running.channels for one in clips):
            return True
        if running is None:
            return any(file is not None for file in (status.recording, status.clean, status.clip, status.anomaly))
        if not running.has_part(name):
            return False
        return name not in self._insisted or status.state not in {ChannelState.FAILED, ChannelState.CONNECTING}

    def _wanted_of(self, name: str) -> ChannelSettings | None:
        return next((one for one in self._context.workers.wanted if one.name == name), None)

    def _add(self, name: str) -> None:
        if (channel := self._wanted_of(name)) is not None:
            self._begin(channel, (*self.channels, channel))

    async def _exchange(self, name: str) -> None:
        context, recordings = self._context, self._holders.recordings
        recordings.worker_leaves(context.watch[name], _CHANGED)
        last = self._leave(name)
        await self._ended(last)
        recordings.worker_left(last, _CHANGED, is_followed=True)
        # Nothing waits from here on: whoever asks finds either the one worker or the other.
        others = [one for one in self.channels if one.name != name]
        if (channel := self._wanted_of(name)) is None:  # it was removed meanwhile
            self._tell(others)
            self._holders.encodings.channel_ends(name)
        else:
            self._begin(channel, (*others, channel))

    async def _remove(self, name: str) -> None:
        last = self._leave(name)
        self._tell([one for one in self.channels if one.name != name])
        self._holders.encodings.channel_ends(name)
        await self._ended(last)
        self._holders.recordings.worker_left(last, _CHANGED, is_followed=False)

    def _leave(self, name: str) -> ChannelStatus:
        """Its worker is about to be ended. Returns its last heartbeat."""
        last = self._context.watch.leaves(name)
        self._holders.live.worker_lost(name)
        self._look_for_alarms()
        return last

    async def _ended(self, last: ChannelStatus) -> None:
        """Lets the worker finish its files and waits for its end."""
        await self._context.workers.remove(last.channel)
        if self._holders.blackbox is not None:
            self._holders.blackbox.worker_lost(last)

    def _begin(self, channel: ChannelSettings, channels: Sequence[ChannelSettings]) -> None:
        workers = self._context.workers
        self._context.watch.begins(channel.name)
        self._tell(channels)
        workers.add(channel)
        self._holders.encodings.channel_begins(channel)
        workers.start([channel.name])

    def _tell(self, channels: Sequence[ChannelSettings]) -> bool:
        """Tells everybody which channels there are now, in the order of the settings. True where the encoding settings
        that a channel has of its own are other ones now."""
        context, holders, settings = self._context, self._holders, self._settings
        order = [one.name for one in self._context.workers.wanted]
        places = {one.name: order.index(one.name) if one.name in order else one.index for one in channels}
        context.workers.use(sorted(channels, key=lambda one: places[one.name]))
        holders.live.channels_are(context.workers.names)
        before = context.settings.own
        if settings is None:
            return False
        wanted = settings.own_encodings()
        own = {
            name: before[name] if name in before and self.waiting(name) is not Difference.NONE else wanted[name]
            for name in context.workers.names
        }
        context.settings.channels_are(own)
        if holders.blackbox is not None and (blackbox := settings.blackbox_settings()) is not None:
            names = context.workers.names
            holders.blackbox.channels_are(tuple(name for name in names if name in blackbox.channels))
        return own != before


class _Kind(StrEnum):
    ADD = "add"
    EXCHANGE = "exchange"
    REMOVE = "remove"
