"""A channel at work: what its input sends, what it is told, what it reports.

Every public method may be called from any thread; one lock lets one in at a time. Nothing in here waits for a disk,
a network or a decoder, so the lock is held for microseconds.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock
from seacorder.channel.backlog import Backlog
from seacorder.channel.encoding_side import EncodingSide, primer_of
from seacorder.channel.holes import Hole, Rate, Unencoded
from seacorder.channel.intra_refresh import IntraRefresh
from seacorder.channel.narration.placement import narration_of
from seacorder.channel.outputs import Outputs, Slot
from seacorder.channel.overlay.texts import ShownTexts
from seacorder.channel.timing.hole_counts import Counts
from seacorder.channel.timing.timeline import Timeline, decoded_ns, rate_of
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus, PictureFault, PictureFormat
from seacorder.model.command import TakeFramegrab
from seacorder.model.event import Event, Severity
from seacorder.model.instant import Instant
from seacorder.model.loss import NEVER_ARRIVED, SENDS_NOTHING, Loss, WhyMissing, counted, disconnected
from seacorder.model.narration import NarratorStatus
from seacorder.model.recording import FileStatus
from seacorder.model.report import EventNoted, LossNoted, Report
from seacorder.model.sample import Sample, SourceFormat, SourcePacket, Track

log = logging.getLogger(__name__)

FRAMEGRAB_WAIT_NS = 200 * NS_PER_MS
"""How long a still waits for a frame that was captured before its instant and is still on its way."""
ENCODED_FRAMEGRAB_WAIT_NS = 1500 * NS_PER_MS
"""The same on an encoded channel: as long as a picture may wait for its encoder."""
MENDED_EVENT_EVERY_NS = 60 * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class WaitingGrab:
    order: TakeFramegrab
    deadline_ns: int


class Channel:
    """The state of one channel between its input and its sinks."""

    def __init__(
        self,
        settings: ChannelSettings,
        clock: Clock,
        report: Callable[[Report], None],
        queued_bytes: Callable[[], int] = lambda: 0,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.report = report
        self._queued_bytes = queued_bytes
        self.lock = threading.RLock()
        self.backlog = Backlog(max(settings.backlog_seconds, settings.preroll_seconds))
        self.outputs = Outputs(lambda: self._tell_unencoded(None))
        self.encoding = EncodingSide()
        self.clean_status: Callable[[], tuple[bool, FileStatus | None]] = lambda: (False, None)
        """Set by `CleanCopy`: whether the untouched pictures are recorded too, and their file."""
        self.texts = ShownTexts()
        """What clients have shown over the picture."""
        self.source: SourceFormat | None = None
        self.waiting_grabs: list[WaitingGrab] = []
        self.take_grab: Callable[[TakeFramegrab], None] = lambda _: None
        """Set by `Orders`: decodes and stores a still from the backlog."""
        self.offer_keyframe: Callable[[Sample, SourceFormat, int], None] = lambda *_: None
        """Set by the worker: looks at a keyframe now and then, on a thread of its own."""
        self.narration = narration_of(settings)
        """Takes the place of the source's own sound."""
        self.narrator_status: Callable[[], NarratorStatus | None] = lambda: None
        """Set by the worker of the narrator."""
        self._picture_fault: PictureFault | None = None
        self._picture_fault_since_utc_ns: int | None = None
        self._timeline = Timeline(clock.utc_ns() - clock.monotonic_ns())
        self._rate, self._encoded_rate, self._unencoded = Rate(), Rate(), Unencoded()
        self._received_more = 0
        """How many more have been received than the numbers say."""
        self._state, self._since_utc_ns = ChannelState.CONNECTING, clock.utc_ns()
        self._begin_ns = clock.monotonic_ns()
        self._reason: str | None = f"{settings.name} is being connected."
        self._newest: Sample | None = None
        self._newest_arrived_ns, self._reached_ns = 0, 0
        """The second: no picture captured before this instant is still to come."""
        self._intra_refresh = IntraRefresh()
        self._hole: Hole | None = None
        self._wants_keyframe, self._losses, self._mended_said = True, 0, (0, 0)
        """The last: how many mended, when it was said."""
        self._counts = Counts()

    # What the input says.

    def connected(self, source: SourceFormat) -> None:
        """A connection stands, or its format changed; packets of that format follow."""
        with self.lock:
            changed = self.source is not None and not self.source.fits(source)
            self.source = source
            self._timeline.connect(source.video, source.audio, source.frame_rate)
            self._counts.connected(self._timeline.next_number, self._timeline.mooring)
            self._wants_keyframe = True
            if changed:
                picture = source.picture
                sentence = f"{self.settings.name} now sends {picture.codec} {picture.width}x{picture.height}."
                self.note("format_changed", Severity.INFO, sentence)

    def take(self, packet: SourcePacket) -> None:
        """One packet of the present connection."""
        with self.lock:
            source = self.source
            if source is None or (packet.track is Track.AUDIO and self.narration is not None):
                return
            if packet.is_keyframe and packet.track is Track.VIDEO:
                self._read_wall_clock()  # a part may begin here, and its name follows the clock
            sample = self._timeline.stamp(packet)
            if packet.track is Track.VIDEO:
                if not self._take_video(sample, packet):
                    return
                self._reached_ns = decoded_ns(sample, source.video)
            if self._wants_keyframe:
                return
            self._rate.count(packet.arrived_ns, packet.size, packet.track is Track.VIDEO)
            if sample.track is Track.VIDEO and sample.is_keyframe and not sample.recovery_frames:
                self.offer_keyframe(sample, source, self.backlog.newest_difference_bytes())
            self._store(sample, source)
            if self.waiting_grabs and sample.track is Track.VIDEO:
                self._serve_grabs(self._reached_ns)
            if packet.camera_ns is not None:
                self._camera_told()

    def receive(self, packet: SourcePacket) -> Sample | None:
        """The first half of `take`, for a packet that goes to an encoder; None when nothing can be done with it."""
        with self.lock:
            if self.source is None or (packet.track is Track.AUDIO and self.narration is not None):
                return None
            if packet.is_keyframe and packet.track is Track.VIDEO:
                self._read_wall_clock()
            sample = self._timeline.stamp(packet)
            if packet.track is Track.VIDEO and not self._take_video(sample, packet):
                return None
            if self._wants_keyframe:
                return None
            self._rate.count(packet.arrived_ns, 0, packet.track is Track.VIDEO)
            if packet.camera_ns is not None:
                self._camera_told()
            return sample

    def deliver(self, sample: Sample, source: SourceFormat) -> None:
        """The second half: an encoder's packet, or sound, on its way to the outputs, in the format that is stored."""
        with self.lock:
            is_video = sample.track is Track.VIDEO
            self._encoded_rate.count(self.clock.monotonic_ns(), sample.size, is_video)
            if is_video:
                self._tell_unencoded(sample)
                if sample.is_keyframe:
                    self.offer_keyframe(sample, source, self.backlog.newest_difference_bytes())
            self._store(sample, source)
            if is_video:
                self._reached_ns = max(self._reached_ns, sample.instant_ns)
                if self.waiting_grabs:
                    self._serve_grabs(self._reached_ns)

    def begins_encoded(self, instant_ns: int) -> bool:
        """True when what begins at an instant begins with a picture of an encoder."""
        with self.lock:
            on_from_ns = self.encoding.on_from_ns
            will_be = on_from_ns is not None and on_from_ns <= instant_ns and bool(self.newest_pictures())
            return self.encoding.is_on or will_be

    def newest_pictures(self) -> Sequence[Sample]:
        """The pictures from the newest keyframe on; none when there are too many to decode them in a moment."""
        with self.lock:
            return primer_of(self.backlog, self.source)

    def outputs_begin_ns(self) -> int | None:
        """The earliest instant (monotonic) with which an output waits to begin; None when none waits."""
        with self.lock:
            return self.outputs.begin_ns

    def begin_late(self, samples: Sequence[Sample], source: SourceFormat) -> None:
        """Frames that had been delivered before an output was told to begin with them, encoded anew for it."""
        with self.lock:
            self.outputs.begin_late(samples, source)

    def missed(self, instant_ns: int, why: WhyMissing) -> None:
        """A received picture that is not encoded, by its capture instant."""
        with self.lock:
            self._unencoded.missed(instant_ns, why)
            if len(self._unencoded) >= Unencoded.LIMIT:
                self._tell_unencoded(None)

    def number_from(self, number: int) -> None:
        """The next frame gets this number: those of encoded frames count what was stored, at whatever rate."""
        with self.lock:
            self._received_more += self._timeline.next_number - number
            self._timeline.next_number = number

    def takes_keyframe(self, instant_ns: int) -> bool:
        """True when the picture captured at `instant_ns` must be a keyframe, since a file begins with it."""
        with self.lock:
            return self.outputs.takes_keyframe(instant_ns)

    def disconnected(self, reason: str) -> None:
        """The connection is gone or could not be made; `reason` is one sentence without credentials."""
        with self.lock:
            self._open_hole(disconnected(reason))
            self._enter(ChannelState.FAILED, reason)
            self._wants_keyframe = True
            self._serve_grabs(self.clock.monotonic_ns())
            self.outputs.finish_due(self.clock.monotonic_ns(), is_live=False)

    def saw_picture(self, fault: PictureFault | None) -> None:
        """What the newest keyframes show; an event when that has changed."""
        with self.lock:
            if fault is self._picture_fault:
                return
            self._picture_fault = fault
            self._picture_fault_since_utc_ns = None if fault is None else self.clock.utc_ns()
            name = self.settings.name
            if fault is None:
                self.note("picture_ok", Severity.INFO, f"{name} shows a moving picture again.")
            elif fault is PictureFault.FROZEN:
                self.note("picture_frozen", Severity.WARNING, f"{name} sends the same picture again and again.")
            else:
                self.note("picture_black", Severity.WARNING, f"{name} sends a black picture.")
            self.report(self.status())

    # What time says.

    def tick(self) -> None:
        """Notices what did not happen: frames that stay away, stops that wait for none."""
        with self.lock:
            now_ns = self.clock.monotonic_ns()
            self._read_wall_clock()
            if self.is_live and now_ns - self._newest_arrived_ns >= self._timeline.patience_ns:
                self._open_hole(SENDS_NOTHING)
                silence = f"no frame for {self._timeline.patience_ns / NS_PER_SECOND:.3g} s"
                reason = f"{self.settings.name} is connected but has sent {silence}; check the camera."
                self._enter(ChannelState.STALLED, reason)
            self.outputs.finish_due(now_ns, is_live=self.is_live, newest_ns=self._still_coming_ns(now_ns))
            self.settle(now_ns)
            if any(grab.deadline_ns <= now_ns for grab in self.waiting_grabs):
                self._serve_grabs(now_ns)
            self._say_mended(now_ns)

    def next_due_ns(self) -> int | None:
        """Monotonic time at which `tick` should be called at the latest, where something waits for it."""
        with self.lock:
            due = [grab.deadline_ns for grab in self.waiting_grabs]
            if self.is_live:
                due.append(self._newest_arrived_ns + self._timeline.patience_ns)
            stop = self.outputs.next_due_ns(self._still_coming_ns(self.clock.monotonic_ns()))
            return min([*due, stop] if stop is not None else due, default=None)

    # What others ask.

    @property
    def is_live(self) -> bool:
        return self._state is ChannelState.LIVE

    @property
    def has_failed(self) -> bool:
        """True while there is no connection and the reason for that has been reported."""
        return self._state is ChannelState.FAILED

    @property
    def reason(self) -> str:
        """Why the channel is not live, as one sentence."""
        return self._reason or ""

    @property
    def frame_ns(self) -> int:
        """Usual distance of two frames; 0 when unknown."""
        told = float(self.source.frame_rate or 0) if self.source is not None else 0.0
        rate = rate_of(told, self._timeline.frame_ns) or self._rate.frames_per_second(self.clock.monotonic_ns())
        return int(NS_PER_SECOND / rate) if rate else 0

    def has_reached(self, instant_ns: int) -> bool:
        """True when the newest frame at or before an instant is here, as far as one can know without waiting."""
        return self._reached_ns + self.frame_ns > instant_ns

    def stalled_seconds(self) -> float:
        """How long a standing connection has sent nothing; 0 while it sends. Of the narrator: its device."""
        narrator = self.narrator_status()
        if narrator is not None:
            return narrator.stalled_seconds
        with self.lock:
            if self._state is not ChannelState.STALLED:
                return 0.0
            return (self.clock.monotonic_ns() - self._newest_arrived_ns) / NS_PER_SECOND

    def status(self) -> ChannelStatus:
        with self.lock:
            now_ns = self.clock.monotonic_ns()
            files = {slot: self._file(slot) for slot in Slot}
            keeps_clean, clean = self.clean_status()
            return ChannelStatus(
                channel=self.settings.name,
                state=self._state,
                since_utc_ns=self._since_utc_ns,
                reason=self._reason,
                picture=self._picture(),
                patience_ns=self._timeline.patience_ns,
                bits_per_second=self._rate.bits_per_second(now_ns) + self._encoded_rate.bits_per_second(now_ns),
                frames_received=self._timeline.next_number + self._received_more,
                losses=self._losses,
                backlog_seconds=self.backlog.seconds,
                backlog_bytes=self.backlog.bytes,
                queued_bytes=self._queued_bytes(),
                newest_frame_utc_ns=self._newest.utc_ns if self._newest else None,
                recording=files[Slot.RECORDING],
                clean=clean,
                keeps_clean=keeps_clean,
                clip=files[Slot.CLIP],
                anomaly=files[Slot.ANOMALY],
                picture_fault=self._picture_fault,
                picture_fault_since_utc_ns=self._picture_fault_since_utc_ns,
                clock_fault=self._timeline.clock_fault(now_ns),
                encoding=self.encoding.status(),
                overlay_text=self.texts.newest,
                narration=self.narration.status if self.narration else None,
                narrator=self.narrator_status(),
            )

    def note(self, kind: str, severity: Severity, sentence: str) -> None:
        """Reports an event of this channel."""
        self.report(EventNoted(Event(self.clock.utc_ns(), kind, severity, sentence, self.settings.name)))

    def close_hole(self, end: Instant) -> None:
        """A recording ends while frames are missing: the hole reaches to its end."""
        with self.lock:
            if self._hole is not None:
                frames = self._hole.frames(end.monotonic_ns + self.frame_ns, self.frame_ns)
                self._note_loss(self._hole, end.monotonic_ns, frames)

    def settle(self, now_ns: int) -> None:
        """Notes losses again whose count has become better known."""
        with self.lock:
            for loss in self._counts.better(now_ns):
                self.report(LossNoted(loss))

    # Inside.

    def _store(self, sample: Sample, source: SourceFormat) -> None:
        """On its way to the files, behind the narration that belongs before it."""
        if self.narration is not None and sample.track is Track.VIDEO:
            for heard in self.narration.up_to(sample, source.video):
                self._keep(heard, source)
        self._keep(sample, source)

    def _keep(self, sample: Sample, source: SourceFormat) -> None:
        self.backlog.push(sample, source)
        if len(self.outputs):
            self._write(sample, source)

    def _take_video(self, sample: Sample, packet: SourcePacket) -> bool:
        """Keeps the books for a picture; False when it cannot be shown because its keyframe is missing."""
        self._newest_arrived_ns = packet.arrived_ns
        if self._wants_keyframe and not sample.is_keyframe:
            return False
        self._wants_keyframe = False
        if sample.is_keyframe and (sentence := self._intra_refresh.sentence(self.settings.name, sample)):
            self.note("intra_refresh", Severity.WARNING, sentence)
        if self._state is not ChannelState.LIVE:
            self._enter(ChannelState.LIVE, None)
        if self.source is not None:
            self._counts.took(sample, self.source)
        if self._hole is not None:
            self._end_hole(self._hole, sample)
        elif (missing := self._missing_before(packet)) and self._newest is not None:
            self._note_loss(Hole(self._newest.instant_ns, NEVER_ARRIVED), sample.instant_ns, missing)
        self._newest = sample
        return True

    def _missing_before(self, packet: SourcePacket) -> int:
        """Pictures that came neither whole nor late; by the times only where nobody has counted."""
        return packet.missing_before if packet.is_counted else max(packet.missing_before, self._timeline.frames_skipped)

    def _picture(self) -> PictureFormat | None:
        if self.source is None:
            return None
        told = self.source.picture
        rate = rate_of(told.frame_rate, self._timeline.frame_ns)
        return replace(told, frame_rate=rate, begins_at_recovery_points=self._intra_refresh.is_on)

    def _open_hole(self, why: WhyMissing) -> None:
        if self._hole is None:
            begin = self._newest.instant_ns if self._newest else self._begin_ns
            self._hole = Hole(begin, why, self._counts.newest)
        else:
            self._hole.goes_on(why)

    def _end_hole(self, hole: Hole, first: Sample) -> None:
        """Pictures come again. How many never came is said at once, and again when it is better known."""
        self._hole = None
        if hole.is_stall and self._timeline.is_unpaced:
            return  # it was waited for in vain, but that is the source's pace
        loss = self._note_loss(hole, first.instant_ns, hole.frames(first.instant_ns, self.frame_ns))
        from_utc_ns = hole.from_ns + self._timeline.utc_minus_monotonic_ns
        if loss is not None and hole.before is not None and loss.from_utc_ns == from_utc_ns:
            # Otherwise the recording began in mid-hole: no frame of it lies before.
            self._counts.noted(loss, hole.before, self.frame_ns, self.clock.monotonic_ns())

    def _camera_told(self) -> None:
        """What the camera's clock says settles a count, and control has to hear of it before this worker can end."""
        self.settle(self.clock.monotonic_ns())
        if self._counts.camera_told():
            self.report(self.status())

    def _note_loss(self, hole: Hole, to_ns: int, frames: int | None) -> Loss | None:
        """Only what a running recording misses is a loss; nothing missing is none. Told as the wall clock is now."""
        output = self.outputs[Slot.RECORDING]
        if output is None or frames == 0:
            return None
        begin_ns = max(hole.from_ns, output.start_ns)
        if begin_ns > hole.from_ns and frames is not None and self.frame_ns:
            frames = replace(hole, from_ns=begin_ns - self.frame_ns).frames(to_ns, self.frame_ns)
        if to_ns <= begin_ns:
            return None
        return self._report_loss((begin_ns, to_ns), frames, hole.why, output.id)

    def _still_coming_ns(self, now_ns: int) -> int:
        """When the newest picture came; now, while some are still to be encoded."""
        return now_ns if self.encoding.waiting() else self._newest_arrived_ns

    def _tell_unencoded(self, next_one: Sample | None) -> None:
        """The frames that were not encoded before this one, or before the recording's end, are a loss of it."""
        output, missing = self.outputs[Slot.RECORDING], self._unencoded
        if len(missing) and output is not None:
            stop_ns = output.stop.monotonic_ns if output.stop else None
            lost = missing.within(output.start_ns, stop_ns)
            if lost:
                before_ns = lost[0] - self.frame_ns if missing.before_ns is None else missing.before_ns
                end_ns = next_one.instant_ns if next_one is not None else lost[-1]
                self._report_loss((max(before_ns, output.start_ns), end_ns), len(lost), missing.why, output.id)
        missing.close(next_one.instant_ns if next_one is not None else None)

    def _report_loss(self, span: tuple[int, int], frames: int | None, why: WhyMissing, recording_id: str) -> Loss:
        self._losses += 1
        begin_utc_ns, end_utc_ns = (one + self._timeline.utc_minus_monotonic_ns for one in span)
        loss = Loss(self.settings.name, begin_utc_ns, end_utc_ns, frames, why.cause, recording_id, why.sentence)
        if why.is_unseen:
            loss = counted(loss, frames, is_by_camera=False)
        self.report(LossNoted(loss))
        return loss

    def _read_wall_clock(self) -> None:
        self._timeline.utc_minus_monotonic_ns = self.clock.utc_ns() - self.clock.monotonic_ns()

    def _serve_grabs(self, reached_ns: int) -> None:
        """Takes the stills whose instant has been passed, or that have waited long enough."""
        now_ns = self.clock.monotonic_ns()
        due = [g for g in self.waiting_grabs if g.order.instant.monotonic_ns < reached_ns or g.deadline_ns <= now_ns]
        self.waiting_grabs = [grab for grab in self.waiting_grabs if grab not in due]
        for grab in due:
            self.take_grab(grab.order)

    def _enter(self, state: ChannelState, reason: str | None) -> None:
        changed = state is not self._state or reason != self._reason
        if state is not self._state:
            self._since_utc_ns = self.clock.utc_ns()
        self._state, self._reason = state, reason
        if changed:
            self.report(self.status())

    def _file(self, slot: Slot) -> FileStatus | None:
        output = self.outputs[slot]
        status = output.sink.status() if output is not None else None
        if output is None or status is None or slot is not Slot.RECORDING or self.encoding.is_on:
            return status  # an encoder's frames are not the camera's
        return replace(status, anchors=self._counts.anchors(*output.sink.begun))

    def _write(self, sample: Sample, source: SourceFormat) -> None:
        """Where a part begins, control hears at once how its times lie on the clocks."""
        output = self.outputs[Slot.RECORDING]
        begun = None if output is None else output.sink.begun[1]
        self.outputs.write(sample, source)
        if output is not None and output.sink.begun[1] is not begun:
            self.report(self.status())

    def _say_mended(self, now_ns: int) -> None:
        said, when_ns = self._mended_said
        total = self._timeline.mended.total
        if total > said and now_ns - when_ns >= MENDED_EVENT_EVERY_NS:
            self._mended_said = (total, now_ns)
            mended = self._timeline.mended
            sentence = (
                f"{self.settings.name} sent times that had to be mended, {total} since its worker began: "
                f"{mended.missing} missing, {mended.repeated} repeated, {mended.backward} backward, "
                f"{mended.jumped} jumped. Frames are stored all the same."
            )
            self.note("times_mended", Severity.WARNING, sentence)
