"""Carries out the commands of the control process on one channel."""

import logging
import threading
from collections.abc import Callable
from functools import partial

from seacorder.base.background import once
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import SeacorderError
from seacorder.base.message import Message
from seacorder.channel.channel import Channel
from seacorder.channel.outputs import Output, Slot
from seacorder.channel.timing.connection_clock import media_ns
from seacorder.model.blackbox import SplitBlackbox, StartBlackbox
from seacorder.model.command import (
    ChangeEncoding,
    ChangeRecording,
    Command,
    LocateFrame,
    SetContext,
    SetOverlayText,
    StartClip,
    StartRecording,
    StopClip,
    StopRecording,
    TakeFramegrab,
    TakePicture,
    WatchLive,
)
from seacorder.model.instant import Instant
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.report import Answer, FrameLocated, JpegPicture
from seacorder.model.sample import Sample, TrackFormat
from seacorder.sinks.context import SinkContext
from seacorder.sinks.still.framegrab import take_framegrab, thumbnail_of
from seacorder.sinks.video.blackbox import blackbox_sink
from seacorder.sinks.video.clip import ClipSink
from seacorder.sinks.video.recording import RecordingSink

log = logging.getLogger(__name__)


class Orders:
    """One method for each command, called on the worker's main thread. An answer is reported by the thread that has
    done the work: a sink's writer, the one that decodes a still, or the ingest thread."""

    def __init__(
        self,
        channel: Channel,
        context: SinkContext,
        wake: Callable[[], None],
        change_encoding: Callable[[ChangeEncoding], None] = lambda _: None,
    ) -> None:
        self._channel = channel
        self._context = context
        self._outcome = partial(ChannelOutcome, channel.settings.name)
        self._wake = wake
        """Makes the heartbeat look at once at what is due."""
        self._change_encoding = change_encoding
        self._picture_lock = threading.Lock()
        self._picture: tuple[int, int, JpegPicture] | None = None
        """(frame number, width, picture) of the last small picture, for whoever asks for the same one."""

    def carry_out(self, command: Command) -> None:
        """Carries out one command. If it cannot be done, that is its answer; nothing is raised."""
        match command:
            case StartRecording():
                self._start_recording(command)
            case StopRecording():
                if command.is_withdrawn:
                    self._withdraw(Slot.RECORDING)
                self._stop(Slot.RECORDING, command.request, command.instant)
            case StartClip():
                self._start_clip(command)
            case StopClip():
                if command.is_withdrawn:
                    self._withdraw(Slot.of(command.kind))
                self._stop(Slot.of(command.kind), command.request, command.instant)
            case TakeFramegrab():
                self._take_framegrab(command)
            case LocateFrame():
                self._locate_frame(command)
            case TakePicture():
                once("picture", partial(self._take_picture, command))
            case _:
                self._carry_out_unanswered(command)

    def _carry_out_unanswered(self, command: Command) -> None:
        match command:
            case ChangeRecording():
                self._change_recording(command)
            case ChangeEncoding():
                self._change_encoding(command)
            case StartBlackbox():
                self._start_blackbox(command)
            case SplitBlackbox():
                self._split_blackbox(command)
            case SetOverlayText():
                self._channel.texts.set(command.instant.monotonic_ns, command.text)
            case WatchLive():
                self._channel.watch_live(command.streams)
            case SetContext():
                self._channel.context = command.context
                self._channel.fields.take_context(command.context, command.instant.monotonic_ns)

    def _start_recording(self, order: StartRecording) -> None:
        channel = self._channel
        with channel.lock:
            running = channel.outputs[Slot.RECORDING]
            if running is not None and running.id == order.recording_id and running.stop is None:
                status = running.sink.status()
                self._answer(order.request, self._outcome(status is not None, path=status.path if status else None))
                return
            if running is not None:
                self._stop(Slot.RECORDING, None, order.instant)
                channel.outputs.finish_due(order.instant.monotonic_ns, is_live=False)
            sink = RecordingSink(order, self._context, self._when_started(order.request))
            instant_ns = order.instant.monotonic_ns
            # An encoder makes a keyframe where the recording begins. A camera does not, so the recording begins with
            # its last keyframe, which may be before the instant.
            begin_ns = instant_ns if channel.begins_encoded(instant_ns) else None
            output = Output(order.recording_id, sink, instant_ns, begin_ns=begin_ns)
            channel.outputs.open(Slot.RECORDING, output)
            self._wake()  # heartbeats come sooner from now on
            if channel.is_live:
                if begin_ns is None:
                    self._write_since(output, instant_ns)
                return
        self._answer(order.request, self._outcome(False, channel.why))

    def _start_blackbox(self, order: StartBlackbox) -> None:
        channel = self._channel
        with channel.lock:
            if channel.outputs[Slot.BLACKBOX] is not None:
                return
            sink = blackbox_sink(order, self._context)
            instant_ns = order.instant.monotonic_ns
            begin_ns = instant_ns if channel.begins_encoded(instant_ns) else None
            output = Output(order.id, sink, instant_ns, begin_ns=begin_ns)
            channel.outputs.open(Slot.BLACKBOX, output)
            if channel.is_live and begin_ns is None:
                self._write_since(output, instant_ns)
        self._wake()

    def _split_blackbox(self, order: SplitBlackbox) -> None:
        channel = self._channel
        with channel.lock:
            output = channel.outputs[Slot.BLACKBOX]
            if output is not None and isinstance(output.sink, RecordingSink):
                output.sink.split(order.instant.monotonic_ns if channel.is_live else None)

    def _change_recording(self, change: ChangeRecording) -> None:
        with self._channel.lock:
            output = self._channel.outputs[Slot.RECORDING]
            if output is not None and isinstance(output.sink, RecordingSink):
                output.sink.change(change)

    def _withdraw(self, slot: Slot) -> None:
        with self._channel.lock:
            output = self._channel.outputs[slot]
            if output is not None and isinstance(output.sink, RecordingSink | ClipSink):
                output.sink.withdraw()

    def _start_clip(self, order: StartClip) -> None:
        channel = self._channel
        with channel.lock:
            if not channel.is_live:
                self._answer(order.request, self._outcome(False, channel.why))
                return
            slot = Slot.of(order.kind)
            if channel.outputs[slot] is not None:
                self._stop(slot, None, order.instant)
                channel.outputs.finish_due(order.instant.monotonic_ns, is_live=False)
            sink = ClipSink(order, self._context, self._when_started(order.request))
            output = Output(order.clip_id, sink, order.instant.monotonic_ns)
            channel.outputs.open(slot, output)
            self._wake()
            preroll_ns = int(channel.settings.preroll_seconds * NS_PER_SECOND)
            self._write_since(output, order.instant.monotonic_ns - preroll_ns)

    def _write_since(self, output: Output, instant_ns: int) -> None:
        for samples, source in self._channel.backlog.since(instant_ns):
            output.write(samples, source)

    def _stop(self, slot: Slot, request: int | None, instant: Instant) -> None:
        channel = self._channel
        with channel.lock:
            if slot is Slot.RECORDING and channel.outputs[slot] is not None:
                channel.close_hole(instant)
            if not channel.outputs.stop(slot, instant, lambda outcome: self._answer(request, outcome)):
                self._answer(request, self._outcome(True))
            elif not channel.is_live:
                channel.outputs.finish_due(instant.monotonic_ns, is_live=False)
        self._wake()

    def _take_framegrab(self, order: TakeFramegrab) -> None:
        channel = self._channel
        with channel.lock:
            if not channel.is_live:
                self._answer(order.request, self._outcome(False, channel.why, was_asked=False))
                return
            channel.take_still(order.instant.monotonic_ns, partial(self._grab_now, order))
        self._wake()

    def _grab_now(self, order: TakeFramegrab) -> None:
        found = self._channel.backlog.group_at(order.instant.monotonic_ns)
        if found is None:
            no_picture = Message(f"{self._channel.settings.name} has no picture yet.", "Try again in a few seconds.")
            self._answer(order.request, self._outcome(False, no_picture))
            return
        samples, source = found
        take_framegrab(order, samples, source, self._context, lambda outcome: self._answer(order.request, outcome))

    def _locate_frame(self, order: LocateFrame) -> None:
        self._channel.take_still(order.instant.monotonic_ns, partial(self._tell_place, order))
        self._wake()

    def _tell_place(self, order: LocateFrame) -> None:
        """Called under the channel's lock, as `take_still` does."""
        found = self._channel.backlog.group_at(order.instant.monotonic_ns)
        output = self._channel.outputs[Slot.RECORDING]
        begun = None if output is None else output.sink.begun[1]
        if found is None or found[0][-1].instant_ns > order.instant.monotonic_ns:
            self._channel.report(FrameLocated(order.request))
            return
        frame, video = found[0][-1], found[1].video
        first_shown_ns = media_ns(found[0][0], video) - _decoding_ns(found[0][0], video)
        if begun is None or frame.number < begun.frame.number:
            self._channel.report(FrameLocated(order.request, frame.number, first_shown_ns=first_shown_ns))
            return
        # In a file, decoding begins at 0.
        offset_ns = media_ns(frame, video) - _decoding_ns(begun.frame, begun.source.video)
        self._channel.report(FrameLocated(order.request, frame.number, begun.number, offset_ns, first_shown_ns))

    def _take_picture(self, order: TakePicture) -> None:
        """Decodes the newest keyframe, once for all who ask for it at this width. Blocks; runs on a thread of its
        own."""
        with self._picture_lock:
            with self._channel.lock:
                found = self._channel.backlog.newest_keyframe() if self._channel.is_live else None
            if found is None:
                self._channel.report(JpegPicture(order.request, b""))
                return
            samples, source = found
            sample = samples[-1]
            if self._picture is None or self._picture[:2] != (sample.number, order.width):
                try:
                    make = thumbnail_of if self._context.stills is None else self._context.stills.thumbnail
                    jpeg = make(samples, source, order.width)
                except SeacorderError as error:
                    log.warning("No preview picture (%s). Recording is not affected.", error.fact)
                    jpeg = b""
                self._picture = (sample.number, order.width, JpegPicture(0, jpeg, sample.utc_ns))
            picture = self._picture[2]
        self._channel.report(JpegPicture(order.request, picture.jpeg, picture.frame_utc_ns))

    def _when_started(self, request: int) -> Callable[[ChannelOutcome], None]:
        return lambda outcome: self._answer(request, outcome)

    def _answer(self, request: int | None, outcome: ChannelOutcome) -> None:
        """Reports the status first, so that whoever hears the answer already sees the state that belongs to it."""
        if request is None:
            return
        self._channel.report(self._channel.status())
        self._channel.report(Answer(request, outcome))


def _decoding_ns(sample: Sample, video: TrackFormat) -> int:
    """Media time of a picture in nanoseconds: its decoding time."""
    return sample.dts * NS_PER_SECOND * video.time_base.numerator // video.time_base.denominator
