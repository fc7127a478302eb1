"""The recorder's state as one value, put together from what other parts hold in memory."""

from dataclasses import replace

from seacorder.base.redaction import redact_address
from seacorder.control.alarms.alarms import Alarms
from seacorder.control.alarms.rules import live_bits_per_second, seconds_at
from seacorder.control.alarms.volumes import VolumeWatch
from seacorder.control.blackbox.blackbox import Blackbox
from seacorder.control.context import Context
from seacorder.control.recording.clips import Clips
from seacorder.control.recording.recordings import Recordings
from seacorder.model.channel import ChannelSettings
from seacorder.model.recording import FileKind
from seacorder.model.status import ChannelView, RecorderStatus
from seacorder.model.volume import Volume


class Overview:
    """For the event loop alone. Reads memory only: no disk, no worker and no catalogue is asked.

    Alarms are derived again first, so that the state has the newest ones; those that begin or end become events.
    """

    def __init__(
        self,
        context: Context,
        recordings: Recordings,
        clips: dict[FileKind, Clips],
        volumes: VolumeWatch,
        alarms: Alarms,
        blackbox: Blackbox | None = None,
    ) -> None:
        self._context = context
        self._recordings = recordings
        self._clips = clips
        self._volumes = volumes
        self._alarms = alarms
        self._blackbox = blackbox

    def now(self, version: str) -> RecorderStatus:
        context, running = self._context, self._recordings.running
        return RecorderStatus(
            utc_ns=context.clock.utc_ns(),
            is_recording=self._recordings.is_recording(),
            is_clip_recording=self._clips[FileKind.CLIP].is_recording(),
            recording_id=running.id if running else None,
            recording_seconds=running.seconds(context.clock.monotonic_ns()) if running else 0.0,
            channels=tuple(self._channel(channel) for channel in context.workers.channels),
            volume=self._volume(),
            version=version,
            alarms=self._alarms.look(),
            alarms_over=self._alarms.over,
            volumes=self._each_volume(),
            narration=context.narration.view(),
            overrides=context.settings.overrides,
            blackbox=None if self._blackbox is None else self._blackbox.view(),
        )

    def _channel(self, channel: ChannelSettings) -> ChannelView:
        context, name = self._context, channel.name
        running = self._recordings.running
        return ChannelView(
            status=context.watch[name],
            address=redact_address(channel.address),
            is_recording=running is not None and running.stored.is_fresh(name, context.clock.monotonic_ns()),
            recording_seconds=running.channel_seconds(name) if running else 0.0,
            restarts=context.workers.restarts(name),
            missing=self._recordings.book.counts(context.watch[name]),
            change_waiting=context.workers.change_waiting(name),
        )

    def _volume(self) -> Volume:
        """The disk that recordings go to. What is left is counted as for the alarm `disk_low`, so that it is known
        before a start as well."""
        seconds_left = seconds_at(self._volumes.disks.usable_bytes, self._bits_per_second())
        return replace(self._volumes.volume, seconds_left=seconds_left)

    def _each_volume(self) -> tuple[Volume, ...]:
        """What is left on each disk when all goes to that one."""
        bits_per_second = self._bits_per_second()
        return tuple(
            replace(volume, seconds_left=seconds_at(volume.usable_bytes, bits_per_second))
            for volume in (self._volumes.volume, self._volumes.second)
            if volume is not None and volume.total_bytes
        )

    def _bits_per_second(self) -> int:
        return live_bits_per_second([self._context.watch[name] for name in self._context.workers.names])
