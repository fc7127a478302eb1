"""How each channel's worker is told to encode, and from when on.

A file keeps the encoding that it began with. So an order says at which instant it takes effect:

| while … | it takes effect |
|---|---|
| nothing is recorded | at once |
| a recording runs that splits | at its next common split |
| a clip runs without a recording | when the clip is over; the order is sent then |
| a recording runs that never splits | the same for the recording; if it gets a split time, at its first split |
| a channel has to leave its group to encode | when nothing is recorded: its worker then begins anew, by itself |

Which encoders the machine has is found out only when a channel needs one, and is stored in the catalogue. A later start
uses what is stored and tries the encoders again while the workers run. When nothing is stored yet, the workers of
channels that are known to encode start only after the trial, or after `PATIENCE_SECONDS`; the others start at once.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial

from seacorder.base.background import cancel, task
from seacorder.base.errors import NotPossible
from seacorder.control.context import Context
from seacorder.control.recording.recordings import Recordings
from seacorder.control.settings.rules import encoding_of, own_of
from seacorder.control.workers.encoder_probe import EncoderProbe
from seacorder.control.workers.groups import groups_of
from seacorder.model.address.address import parse_address
from seacorder.model.address.local import DeviceAddress, ImagesAddress, PatternAddress, ScreenAddress
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus
from seacorder.model.command import ChangeEncoding
from seacorder.model.encoding import COPY, EncodingSettings, Machine
from seacorder.model.encoding_decision import PASS_THROUGH_CODECS, plan_for
from seacorder.model.settings import ChannelSettingsView, TakesEffect

_log = logging.getLogger(__name__)

PATIENCE_SECONDS = 5.0
"""How long a start or a change of settings waits for the trial of the encoders. Then workers start, or are told,
without its result, and get that later."""
IN_FORCE_SECONDS = 3.0
"""How long a change of settings waits until the channels' pictures follow it."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """What all channels share."""

    cores: float = 1.0
    """Processor cores that they may use together."""
    per_process: int = 0
    """How many channels a process may have; 0: as many as is usual, see `workers.groups`."""


@dataclass(frozen=True, slots=True)
class _SentEncoding:
    """What a worker was told last."""

    encoding: EncodingSettings
    machine: Machine


class EncodingOrders:
    """Starts the channels' workers and sends them their encoding. For the event loop alone."""

    def __init__(
        self,
        context: Context,
        recordings: Recordings,
        probe: EncoderProbe,
        *,
        sharing: Sharing,
        is_clip_on: Callable[[], bool],
    ) -> None:
        self._context = context
        self._recordings = recordings
        self._probe = probe
        self._sharing = sharing
        self._is_clip_on = is_clip_on
        self._encoders: tuple[str, ...] | None = None
        """FFmpeg's names of the encoders that work here; None: not known."""
        self._encoding = {channel.name for channel in context.workers.channels if _must_encode(channel)}
        """Channels that have to encode whatever the settings say: their sources' pictures cannot be stored as they
        come."""
        self._told: dict[str, _SentEncoding] = {}
        self._from_ns: dict[str, int] = {}
        """By channel: from when the last order takes effect, monotonic."""
        self._waiting: set[str] = set()
        """Channels whose order has to wait until the recording, or the clip, is over."""
        self._moving: dict[str, bool] = {}
        """Channels that are leaving their group and have no picture yet; True once the new process has begun."""
        self._trial: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()

    # Life.

    async def start(self) -> None:
        """Starts all workers: at once, or those that need an encoder after the trial, which goes on in the
        background."""
        context = self._context
        self._encoders = await asyncio.to_thread(context.catalogue.load_encoders)
        encoding = [name for name in context.workers.names if self._encodes(name)]
        waiting = encoding if self._encoders is None else []
        context.workers.share(groups_of(context.workers.channels, encoding, self._sharing.per_process))
        self.apply()
        context.workers.start(name for name in context.workers.everybody if name not in waiting)
        if encoding:
            self._begin_trial(waiting)

    async def stop(self) -> None:
        """Ends a trial of the encoders that is still going on. Harmless when there is none."""
        await cancel(self._trial)
        self._trial = None

    # What happens.

    def channel_begins(self, channel: ChannelSettings) -> None:
        """It is new, or has another source: its worker, which has been added, begins with what is in force. An encoder
        that it needs and that is not known yet is told later."""
        self._forget(channel.name)
        if _must_encode(channel):
            self._encoding.add(channel.name)
        self.apply()
        if self._encodes(channel.name):
            self._begin_trial()

    def channel_ends(self, channel: str) -> None:
        """It has been removed: those that encode may use more of the processor."""
        self._forget(channel)
        self.apply()

    def _forget(self, channel: str) -> None:
        for of_channel in (self._told, self._from_ns, self._moving):
            of_channel.pop(channel, None)
        for channels in (self._encoding, self._waiting):
            channels.discard(channel)

    async def settings_changed(self) -> None:
        """Tells the workers. If an encoder is needed, waits for the trial of the encoders first, some seconds at
        most."""
        if self._encoders is None and any(map(self._encodes, self._context.workers.names)):
            self._begin_trial()
        if self._trial is not None:
            await asyncio.wait([self._trial], timeout=PATIENCE_SECONDS)
        self.apply()

    async def in_force(self) -> None:
        """Waits until the pictures of all channels follow the last orders, so that a recording that is started next
        begins with them. Gives up after `IN_FORCE_SECONDS`: a camera may send keyframes rarely."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(IN_FORCE_SECONDS):
                while not all(map(self._is_in_force, self._context.workers.names)):
                    self._heard.clear()
                    await self._heard.wait()

    def apply(self) -> None:
        """The settings, or what is known of the machine, may have changed: tells each worker what differs from its last
        order."""
        context, machine = self._context, self._machine()
        from_ns = self._earliest_ns()
        for name in context.workers.names:
            sent = _SentEncoding(used(self.asked_of(name)), machine)
            context.workers.begin_with(name, sent.encoding, machine)
            self._waiting.discard(name)
            if sent == self._told.get(name):
                continue
            if from_ns is None or (self._has_to_move(name) and not self._is_idle):
                self._waiting.add(name)
            elif self._has_to_move(name):
                self._moving[name] = False
                context.workers.move_out(name)  # it begins with what it would be told now
            else:
                self._told[name], self._from_ns[name] = sent, from_ns
                context.workers.send(name, ChangeEncoding(from_ns, sent.encoding, machine))

    def worker_started(self, channel: str) -> None:
        """A new worker process began with what is in force now; see `ChannelWorkers.begin_with`."""
        self._told[channel] = _SentEncoding(used(self.asked_of(channel)), self._machine())
        self._from_ns[channel] = 0
        self._waiting.discard(channel)
        if channel in self._moving:
            self._moving[channel] = True

    def saw_status(self, status: ChannelStatus) -> None:
        """A heartbeat: orders that wait may be due. A channel may also have begun to encode without an order, because
        its source sends what no file can hold; it then shares the processor, so all orders are worked out again."""
        self._heard.set()
        if self._moving.get(status.channel) and status.state is not ChannelState.CONNECTING:
            del self._moving[status.channel]
        encoding = status.encoding
        if encoding is not None and encoding.encoder != COPY and status.channel not in self._encoding:
            self._encoding.add(status.channel)
            self.apply()
            self._begin_trial()
        self.files_may_be_over()

    def files_may_be_over(self) -> None:
        """Sends the orders that waited for the end of a recording or clip, once they can take effect. Those that wait
        for a split are sent again with an earlier instant, if the recording was stopped or splits sooner now."""
        now_ns = self._context.clock.monotonic_ns()
        ahead = {name: from_ns for name, from_ns in self._from_ns.items() if from_ns > now_ns}
        if not ahead and not self._waiting:
            return
        earliest_ns = self._earliest_ns()
        if earliest_ns is None:
            return
        early = [name for name, from_ns in ahead.items() if from_ns > earliest_ns]
        for name in early:
            del self._told[name]
        if early or any(self._is_idle or not self._has_to_move(name) for name in self._waiting):
            self.apply()

    # Questions.

    def asked_of(self, channel: str) -> EncodingSettings:
        """The encoding settings in force for the channel: files that begin from now on follow them."""
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
        """False while a live channel's pictures do not follow yet an order that takes effect by now, or while it leaves
        its group."""
        context, from_ns = self._context, self._from_ns.get(name, 0)
        status = context.watch[name]
        if name in self._moving:
            return False
        if from_ns > context.clock.monotonic_ns() or status.state is not ChannelState.LIVE or status.encoding is None:
            return True
        return status.encoding.asked_from_ns >= from_ns

    def _earliest_ns(self) -> int | None:
        """When an order that is given now takes effect, monotonic; None: not before a recording or clip ends."""
        now_ns, session = self._context.clock.monotonic_ns(), self._recordings.running
        if session is not None:
            return session.plan_at(now_ns).schedule.next_after(now_ns)
        return None if self._is_clip_on() else now_ns

    @property
    def _is_idle(self) -> bool:
        """Nothing is recorded."""
        return self._recordings.running is None and not self._is_clip_on()

    def _has_to_move(self, name: str) -> bool:
        """True for a channel that is to encode and shares its process."""
        return self._encodes(name) and self._context.workers.is_in_group(name)

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
        return Machine(self._encoders or (), self._sharing.cores / max(1, sharing))

    def _begin_trial(self, waiting: Collection[str] = ()) -> None:
        """Begins the trial of the encoders, unless it is going on or has succeeded in this run.

        `waiting`: channels whose workers start after it.
        """
        if self._trial is None or (self._trial.done() and self._encoders is None):
            go_on = partial(self._context.workers.start, waiting)  # also after a fault in the program
            self._trial = task(self._try_encoders(waiting), "encoders", failed=go_on)

    async def _try_encoders(self, waiting: Collection[str]) -> None:
        context = self._context
        # A driver that hangs while it is tried must not keep a channel from recording.
        patience = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, context.workers.start, waiting)
        try:
            found = await self._probe.available()
        except NotPossible as error:
            _log.warning("%s Only software encoders are used for now.", error.fact)
        else:
            if found != self._encoders:
                self._encoders = found
                context.catalogue.save_encoders(found)
                self.apply()
        finally:
            patience.cancel()
        context.workers.start(waiting)


def used(asked: EncodingSettings) -> EncodingSettings:
    """Resets the fields that smart encoding ignores, so that changing them triggers no order."""
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
    """True when the address alone says that the source's pictures cannot be stored as they come, such as a screen's."""
    address = parse_address(channel.address)
    if isinstance(address, PatternAddress):
        return address.codec not in PASS_THROUGH_CODECS
    if isinstance(address, DeviceAddress):
        return address.format not in PASS_THROUGH_CODECS
    return isinstance(address, ScreenAddress | ImagesAddress)
