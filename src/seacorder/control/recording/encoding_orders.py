"""What each channel's worker is told of encoding, and when.

A running file keeps what it began with. So a change reaches the workers at once, but says from when it holds: now while
nothing is being recorded, the next common split of a running recording, and not before its end where it never splits.

Which encoders the machine has is found out only when a channel needs one. It is kept in the catalogue: a later start
begins with what was found in the run before, and looks again behind the backs of the workers. Where nothing is kept
yet, only those channels wait that are known to encode; the others start as ever.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial

from seacorder.base.background import task
from seacorder.base.errors import NotPossible
from seacorder.control.context import Context
from seacorder.control.recording.recordings import Recordings
from seacorder.control.settings.rules import encoding_of, own_of
from seacorder.control.workers.encoder_probe import EncoderProbe
from seacorder.model.address.address import parse_address
from seacorder.model.address.local import DeviceAddress, ImagesAddress, PatternAddress, ScreenAddress
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus
from seacorder.model.command import ChangeEncoding
from seacorder.model.encoding import COPY, EncodingSettings, Machine
from seacorder.model.encoding_decision import PASS_THROUGH_CODECS, plan_for
from seacorder.model.settings import ChannelSettingsView, TakesEffect

_log = logging.getLogger(__name__)

PATIENCE_SECONDS = 5.0
"""How long a start or a change of settings waits for the look at the encoders; workers are told of them later then."""


IN_FORCE_SECONDS = 3.0
"""How long a change of settings waits for the pictures with which it takes effect."""


@dataclass(frozen=True, slots=True)
class _SentEncoding:
    """What a worker has been told."""

    encoding: EncodingSettings
    machine: Machine


class Encodings:
    """For the event loop alone."""

    def __init__(
        self,
        context: Context,
        recordings: Recordings,
        probe: EncoderProbe,
        *,
        cores: float,
        is_clip_on: Callable[[], bool],
    ) -> None:
        self._context = context
        self._recordings = recordings
        self._probe = probe
        self._cores = cores
        self._is_clip_on = is_clip_on
        self._encoders: tuple[str, ...] | None = None
        """None: not known."""
        self._encoding = {channel.name for channel in context.workers.channels if _must_encode(channel)}
        """Channels that are known to encode whatever the settings say."""
        self._told: dict[str, _SentEncoding] = {}
        self._from_ns: dict[str, int] = {}
        self._waiting: set[str] = set()
        """Channels that are told when the recording, or the clip, is over."""
        self._looking: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()

    # Life.

    async def start(self) -> None:
        """Starts the workers."""
        context = self._context
        self._encoders = await asyncio.to_thread(context.catalogue.load_encoders)
        encoding = [name for name in context.workers.names if self._encodes(name)]
        waiting = encoding if self._encoders is None else []
        self.apply()
        context.workers.start(name for name in context.workers.everybody if name not in waiting)
        if encoding:
            self._begin_look(waiting)

    async def stop(self) -> None:
        """Ends a search for encoders that is still on. Harmless when there is none."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
            self._looking = None

    # What happens.

    async def settings_changed(self) -> None:
        """Tells the workers, once it is known which encoders there are if one is needed, or after a few seconds."""
        if self._encoders is None and any(map(self._encodes, self._context.workers.names)):
            self._begin_look()
        if self._looking is not None:
            await asyncio.wait([self._looking], timeout=PATIENCE_SECONDS)
        self.apply()

    async def in_force(self) -> None:
        """Waits until what was told is in force, so that a recording that is started then is all of it by the new
        settings; no longer than some seconds, for a camera that sends keyframes rarely."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(IN_FORCE_SECONDS):
                while not all(map(self._is_in_force, self._context.workers.names)):
                    self._heard.clear()
                    await self._heard.wait()

    def apply(self) -> None:
        """The settings, or what is known of the machine, may have changed: tells each worker what is new to it."""
        context, machine = self._context, self._machine()
        from_ns = self._earliest_ns()
        for name in context.workers.names:
            sent = _SentEncoding(used(self.asked_of(name)), machine)
            context.workers.begin_with(name, sent.encoding, machine)
            if sent == self._told.get(name):
                self._waiting.discard(name)
            elif from_ns is None:
                self._waiting.add(name)
            else:
                self._waiting.discard(name)
                self._told[name], self._from_ns[name] = sent, from_ns
                context.workers.send(name, ChangeEncoding(from_ns, sent.encoding, machine))

    def worker_started(self, channel: str) -> None:
        """A new worker has begun with what is in force."""
        self._told[channel] = _SentEncoding(used(self.asked_of(channel)), self._machine())
        self._from_ns[channel] = 0
        self._waiting.discard(channel)

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat: what waits may be due, and a channel may have begun to encode without having been asked to."""
        self._heard.set()
        encoding = status.encoding
        if encoding is not None and encoding.encoder != COPY and status.channel not in self._encoding:
            self._encoding.add(status.channel)
            self.apply()
            self._begin_look()
        if self._waiting:
            self.files_may_be_over()

    def files_may_be_over(self) -> None:
        """Tells what had to wait for the end of a recording or clip."""
        if self._waiting and self._earliest_ns() is not None:
            self.apply()

    # Questions.

    def asked_of(self, channel: str) -> EncodingSettings:
        """What holds for files that begin from now on."""
        return encoding_of(channel, self._context.settings.settings, self._context.settings.own)

    def views(self) -> tuple[ChannelSettingsView, ...]:
        """Every channel, in the order of the settings file."""
        return tuple(map(self._view, self._context.workers.names))

    # Inside.

    def _view(self, name: str) -> ChannelSettingsView:
        context, asked = self._context, self.asked_of(name)
        picture = context.watch[name].picture
        view = ChannelSettingsView(
            channel=name,
            own=own_of(name, context.settings.settings, context.settings.own),
            in_force=asked,
            plan=None if picture is None else plan_for(picture, asked, self._machine()),
        )
        if name in self._waiting:
            return replace(view, takes_effect=TakesEffect.AFTER_RECORDING)
        ahead_ns = self._from_ns.get(name, 0) - context.clock.monotonic_ns()
        if ahead_ns > 0:
            return replace(view, takes_effect=TakesEffect.NEXT_SPLIT, from_utc_ns=context.clock.utc_ns() + ahead_ns)
        return view

    def _is_in_force(self, name: str) -> bool:
        """False while the channel's pictures are on their way to a change that should hold by now."""
        context, from_ns = self._context, self._from_ns.get(name, 0)
        status = context.watch[name]
        if from_ns > context.clock.monotonic_ns() or status.state is not ChannelState.LIVE or status.encoding is None:
            return True
        return status.encoding.asked_from_ns >= from_ns

    def _earliest_ns(self) -> int | None:
        """From when a change asked for now holds; None: not before something ends."""
        now_ns, session = self._context.clock.monotonic_ns(), self._recordings.running
        if session is not None:
            return session.plan_at(now_ns).schedule.next_after(now_ns)
        return None if self._is_clip_on() else now_ns

    def _encodes(self, name: str) -> bool:
        asked = self.asked_of(name)
        return (
            name in self._encoding
            or asked.burn_in
            or asked.deinterlace
            or (not asked.is_smart and asked.encoder != COPY)
        )

    def _machine(self) -> Machine:
        sharing = sum(map(self._encodes, self._context.workers.names))
        return Machine(self._encoders or (), self._cores / max(1, sharing))

    def _begin_look(self, waiting: Collection[str] = ()) -> None:
        """Once a run, if it comes to something; `waiting` are the channels whose workers start behind it."""
        if self._looking is None or (self._looking.done() and self._encoders is None):
            go_on = partial(self._context.workers.start, waiting)
            self._looking = task(self._look_for_encoders(waiting), "encoders", failed=go_on)

    async def _look_for_encoders(self, waiting: Collection[str]) -> None:
        context = self._context
        # A driver that hangs must not keep a channel from recording.
        no_longer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, context.workers.start, waiting)
        try:
            found = await self._probe.available()
        except NotPossible as error:
            _log.warning("%s Only the software encoders are counted on", error.sentence)
        else:
            if found != self._encoders:
                self._encoders = found
                context.catalogue.save_encoders(found)
                self.apply()
        finally:
            no_longer.cancel()
        context.workers.start(waiting)


def used(asked: EncodingSettings) -> EncodingSettings:
    """Without what smart encoding does not use, so that a change of it is none."""
    plain = EncodingSettings()
    if not asked.is_smart:
        return asked
    return replace(
        asked,
        encoder=plain.encoder,
        bitrate_mbits=plain.bitrate_mbits,
        resolution=plain.resolution,
        frame_rate=plain.frame_rate,
    )


def _must_encode(channel: ChannelSettings) -> bool:
    """True when the address alone says that the source's pictures cannot be stored as they come."""
    address = parse_address(channel.address)
    if isinstance(address, PatternAddress):
        return address.codec not in PASS_THROUGH_CODECS
    if isinstance(address, DeviceAddress):
        return address.format not in PASS_THROUGH_CODECS
    return isinstance(address, ScreenAddress | ImagesAddress)
