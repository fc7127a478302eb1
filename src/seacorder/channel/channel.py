"""A channel at work: packets of its source get their times and go to the outputs, and losses are noticed.

Every packet is *received* (it gets its times, and what is missing before it is noticed) and *delivered* (to the backlog
and to the files that are being written). Where pictures pass through, `take` does both. Where they are encoded, the
stage before the channel calls `receive` on the ingest thread and the encode thread calls `deliver`.

Every public method may be called from any thread; one lock lets one in at a time. Nothing in here waits for a network,
a decoder or an encoder, and sinks leave writing to their own threads, so the lock is usually held for microseconds. But
where a file begins, the sink may wait for the disk under the lock, for a second at most (`RecordingSink` has the
figures).
"""

import threading
from collections.abc import Callable, Sequence

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock, utc_ahead_ns
from seacorder.base.message import Message
from seacorder.channel.backlog import Backlog
from seacorder.channel.encoding.channel_side import EncodingSide
from seacorder.channel.heartbeat_status import NO_NEIGHBOURS, HeartbeatStatus, Neighbours
from seacorder.channel.loss_account import LossAccount
from seacorder.channel.narration.placement import narration_of
from seacorder.channel.outputs import Outputs, Slot
from seacorder.channel.overlay.fields import Fields
from seacorder.channel.overlay.lines import ShownLines
from seacorder.channel.overlay.texts import ShownTexts
from seacorder.channel.source_notices import SourceNotices
from seacorder.channel.timing.timeline import Timeline, decoded_ns
from seacorder.channel.waiting_stills import ENCODED_WAIT_NS, WAIT_NS, WaitingStill, WaitingStills
from seacorder.model.channel import ChannelSettings, ChannelState, ChannelStatus, PictureFault
from seacorder.model.dive_context import DiveContext
from seacorder.model.event import Event, Severity
from seacorder.model.instant import Instant
from seacorder.model.live import LiveStream
from seacorder.model.loss import SENDS_NOTHING, WhyMissing, disconnected
from seacorder.model.report import EventNoted, Report
from seacorder.model.sample import Sample, SourceFormat, SourcePacket, Track
from seacorder.sinks.context import OnOutcome

LONGEST_UNREAD_NS = 200 * NS_PER_MS
"""How long a source's frames may lie unread where nothing asks for them. A worker that is killed loses them, as it does
what waits for the disk: 0.6 s in all."""
WATCHED_UNREAD_NS = 100 * NS_PER_MS
"""The same while somebody looks at them live: half a beat of the loop that reads. Of a camera that sends fewer than two
frames in that time each is read as it comes, which costs no more."""
_STALLED = "Seacorder connects again by itself. Look at the camera, its power and its network cable."


class Channel:
    """One channel between its input and its sinks."""

    def __init__(
        self,
        settings: ChannelSettings,
        clock: Clock,
        report: Callable[[Report], None],
        neighbours: Neighbours = NO_NEIGHBOURS,
    ) -> None:
        """`report` takes what the control process is to hear; it is called from any thread and never blocks."""
        self.settings = settings
        self.clock = clock
        self.report = report
        self.lock = threading.RLock()
        self.backlog = Backlog(max(settings.backlog_seconds, settings.preroll_seconds))
        self.encoding = EncodingSide()
        self.texts = ShownTexts()
        """What clients have shown over the picture."""
        self.fields = Fields()
        """The values of fields in its lines."""
        self.lines = ShownLines(settings.overlay.layers, self.texts, self.fields)
        self.context = DiveContext()
        """For the metadata of files that begin now."""
        self.narration = narration_of(settings)
        """Takes the place of the source's own sound; None where there is none."""
        self._neighbours = neighbours
        self._live = tuple(neighbours.live.values())
        self._source: SourceFormat | None = None
        self._wants_keyframe = True
        """A connection has begun: pictures before its first keyframe cannot be decoded, so they are not stored."""
        self._is_camera_confirmed: bool | None = None
        """Whether the camera has confirmed its clock over the present connection; None while it has not told it."""
        self._newest_arrived_ns = 0
        """Arrival (monotonic) of the newest picture."""
        self._reached_ns = 0
        """No picture captured before this instant (monotonic) is still to be delivered."""
        self._stills = WaitingStills()
        self._timeline = Timeline(utc_ahead_ns(clock))
        self._notices = SourceNotices(settings.name, self.note)
        self._loss_account = LossAccount(
            settings.name,
            clock,
            self._timeline,
            recordings=lambda: self.outputs.recordings,
            frame_ns=lambda: self.frame_ns,
            report=report,
        )
        self.outputs = Outputs(self._loss_account.recording_ends)
        told = (self._timeline, self.backlog, self.outputs, self._loss_account, self._notices)
        self._status = HeartbeatStatus(
            settings, clock, *told, self.texts, self.narration, self.encoding, neighbours
        )

    # What the input and the stage say.

    def stored_format(self, source: SourceFormat) -> SourceFormat:
        """The source's format as files get it: with narration in the place of the source's own sound."""
        return source if self.narration is None else self.narration.joined(source)

    def connected(self, source: SourceFormat) -> None:
        """A connection has been made, or its format has changed; packets of that format follow."""
        with self.lock:
            changed = self._source is not None and not self._source.fits(source)
            self._source = source
            self._timeline.connect(source.video, source.audio, source.frame_rate)
            self._wants_keyframe, self._is_camera_confirmed = True, None
            if changed:
                self._notices.format_changed(source)

    def take(self, packet: SourcePacket) -> None:
        """Receives and delivers one packet of the present connection that passes through."""
        self.take_all((packet,))

    def take_all(self, packets: Sequence[SourcePacket]) -> None:
        """As `take`, of packets that have come together: each gets its times, then all are delivered in one pass.

        A keyframe begins a pass of its own, since a file may begin with it. While a file waits to begin or to end, and
        where narration is placed between the pictures, each packet has one.
        """
        with self.lock:
            source = self._source
            if source is None:
                return
            try:
                heard_camera = self._take_together(packets, source)
            except Exception:
                self._loss_account.not_passed_on()
                raise
            if heard_camera:
                self._heard_camera()

    def receive(self, packet: SourcePacket) -> Sample | None:
        """One packet of the present connection that goes to an encoder, with its place on the clocks.

        None when nothing can be done with it.
        """
        with self.lock:
            sample = None if self._source is None else self._receive(packet, self._source, 0)
            if sample is not None and self._timeline.heard_camera:
                self._heard_camera()
            return sample

    def deliver(self, sample: Sample, source: SourceFormat) -> None:
        """An encoder's packet, or sound, on its way to the outputs, in the format that is stored."""
        with self.lock:
            self._status.encoded.count(self.clock.monotonic_ns(), sample.size, sample.track is Track.VIDEO)
            self._deliver((sample,), source, is_encoded=True)

    def disconnected(self, why: Message) -> None:
        """The connection is lost or could not be made; `why` is without credentials."""
        with self.lock:
            now_ns = self.clock.monotonic_ns()
            self._loss_account.open_hole(disconnected(why.fact))
            self._enter(ChannelState.FAILED, why)
            self._wants_keyframe = True
            self._stills.serve(now_ns, now_ns)
            self.outputs.finish_due(now_ns, is_live=False)

    def number_from(self, number: int) -> None:
        """The next received frame gets this number. While an encoder runs, it numbers the frames that it makes, at
        whatever rate; where pictures pass through again, the numbers go on from there."""
        with self.lock:
            self._timeline.number_from(number)

    # What the encoder asks and says.

    def begins_encoded(self, instant_ns: int) -> bool:
        """True when a file that begins at an instant (monotonic) begins with a picture of an encoder."""
        with self.lock:
            on_from_ns = self.encoding.on_from_ns
            will_be = on_from_ns is not None and on_from_ns <= instant_ns and bool(self.primer())
            return self.encoding.is_on or will_be

    def primer(self) -> Sequence[Sample]:
        """The pictures that a decoder must have seen before the next one; none when they are too many."""
        with self.lock:
            return self.backlog.primer(self._source)

    def takes_keyframe(self, instant_ns: int) -> bool:
        """True when the picture captured at an instant (monotonic) must be a keyframe, since a file begins with it."""
        with self.lock:
            return self.outputs.takes_keyframe(instant_ns)

    def outputs_begin_ns(self) -> int | None:
        """The earliest instant (monotonic) at which an output waits to begin; None when none waits."""
        with self.lock:
            return self.outputs.begin_ns

    def begin_late(self, samples: Sequence[Sample], source: SourceFormat) -> None:
        """Pictures that were delivered before the command came to begin an output with them, encoded again for it."""
        with self.lock:
            self.outputs.begin_late(samples, source)

    def missed(self, instant_ns: int, why: WhyMissing) -> None:
        """A received picture is not encoded; by its capture instant (monotonic)."""
        with self.lock:
            self._loss_account.missed(instant_ns, why)

    # What time brings.

    def tick(self) -> None:
        """Notices what did not happen: pictures that stay away, stops and stills that wait for a frame in vain."""
        with self.lock:
            now_ns = self.clock.monotonic_ns()
            self._read_wall_clock()
            patience_ns = self._timeline.patience_ns
            if self.is_live and now_ns - self._newest_arrived_ns >= patience_ns:
                self._loss_account.open_hole(SENDS_NOTHING)
                seconds = f"{patience_ns / NS_PER_SECOND:.3g} s"
                fact = f"{self.settings.name} is connected, but no picture has come for {seconds}."
                self._enter(ChannelState.STALLED, Message(fact, _STALLED))
            self.outputs.finish_due(now_ns, is_live=self.is_live, newest_ns=self._still_coming_ns(now_ns))
            self._loss_account.recount(now_ns)
            deadline_ns = self._stills.next_deadline_ns
            if deadline_ns is not None and deadline_ns <= now_ns:
                self._stills.serve(now_ns, now_ns)
            self._notices.times_mended(self._timeline.mended, now_ns)

    def next_due_ns(self) -> int | None:
        """Monotonic time at which `tick` should be called at the latest; None when nothing waits for it."""
        with self.lock:
            stop_ns = self.outputs.next_due_ns(self._still_coming_ns(self.clock.monotonic_ns()))
            stall_ns = self._newest_arrived_ns + self._timeline.patience_ns if self.is_live else None
            due = [self._stills.next_deadline_ns, stop_ns, stall_ns]
            return min((one for one in due if one is not None), default=None)

    # What others ask.

    @property
    def is_live(self) -> bool:
        return self._status.state is ChannelState.LIVE

    @property
    def has_failed(self) -> bool:
        """True while there is no connection and the reason for that has been reported."""
        return self._status.state is ChannelState.FAILED

    @property
    def why(self) -> Message | None:
        """Why the channel is not live; None while it is."""
        return self._status.why

    @property
    def frame_ns(self) -> int:
        """Usual distance of two frames; 0 when it is not known."""
        rate = self._timeline.frame_rate or self._status.received.frames_per_second(self.clock.monotonic_ns())
        return int(NS_PER_SECOND / rate) if rate else 0

    def stalled_seconds(self) -> float:
        """For how long a connection has sent nothing; 0 while it sends, and while there is no connection."""
        with self.lock:
            if self._status.state is not ChannelState.STALLED:
                return 0.0
            return (self.clock.monotonic_ns() - self._newest_arrived_ns) / NS_PER_SECOND

    def status(self) -> ChannelStatus:
        """What the control process hears of the channel as a whole."""
        with self.lock:
            return self._status.now(self._source)

    def saw_picture(self, fault: PictureFault | None) -> None:
        """What the newest keyframes show; an event when that has changed."""
        with self.lock:
            if self._status.saw_picture(fault):
                self._notices.picture_changed(fault)
                self.report(self.status())

    def note(self, kind: str, severity: Severity, fact: str, action: str = "") -> None:
        """Reports an event of this channel."""
        self.report(EventNoted(Event(self.clock.utc_ns(), kind, severity, fact, self.settings.name, action=action)))

    def take_still(self, instant_ns: int, take: Callable[[], None]) -> None:
        """Calls `take` under the lock, once: when the newest frame captured at or before an instant is here, or when it
        has been waited for long enough. At once where it is here already, as far as one can know without waiting."""
        with self.lock:
            if self._reached_ns + self.frame_ns > instant_ns:
                take()
            else:
                wait_ns = ENCODED_WAIT_NS if self.encoding.is_on else WAIT_NS
                self._stills.add(WaitingStill(instant_ns, self.clock.monotonic_ns() + wait_ns, take))

    def watch_live(self, streams: Sequence[LiveStream]) -> None:
        """Somebody looks at the channel live in these forms, and in no other. Each begins with the newest keyframe."""
        with self.lock:
            for stream, view in self._neighbours.live.items():
                if stream not in streams:
                    view.end()
                elif not view.is_watched:
                    view.begin(self.backlog.newest_pictures() if self.is_live else None)

    def close_hole(self, end: Instant) -> None:
        """The recording ends while frames are missing: the hole reaches to its end."""
        with self.lock:
            self._loss_account.close_hole(end, self.outputs[Slot.RECORDING])

    def finish_all(self, instant: Instant, on_done: OnOutcome) -> int:
        """Ends every file at once; `on_done` is called once for each. Returns how many there are."""
        with self.lock:
            self._loss_account.close_hole(instant)
            self._loss_account.recount(instant.monotonic_ns)
            return self.outputs.finish_all(instant, on_done)

    def may_wait_ns(self, now_ns: int) -> int:
        """How long what the source sends may lie unread without harm to what the channel is doing, at a monotonic time;
        0: not at all."""
        with self.lock:
            if not self.is_live or self.encoding.is_on or self.encoding.on_from_ns is not None or self._stills.waiting:
                return 0
            longest_ns = LONGEST_UNREAD_NS
            if any(view.is_watched for view in self._live):
                longest_ns = WATCHED_UNREAD_NS if 0 < 2 * self.frame_ns <= WATCHED_UNREAD_NS else 0
            due_ns = self.outputs.frames_due_ns()
            return longest_ns if due_ns is None else max(0, min(longest_ns, due_ns - now_ns))

    # Inside, under the lock.

    def _take_together(self, packets: Sequence[SourcePacket], source: SourceFormat) -> bool:
        """See `take_all`. True when the camera has told its clock."""
        one_by_one, heard_camera = self.narration is not None or self.outputs.are_changing, False
        together: list[Sample] = []
        for packet in packets:
            if together and (one_by_one or (packet.is_keyframe and packet.track is Track.VIDEO)):
                self._deliver(together, source, more_follow=True)
                self._loss_account.passed_on = self._loss_account.newest
                together = []
            sample = self._receive(packet, source, packet.size)
            if sample is not None:
                together.append(sample)
                heard_camera = heard_camera or self._timeline.heard_camera
        if together:
            self._deliver(together, source)
            self._loss_account.passed_on = self._loss_account.newest
        return heard_camera

    def _receive(self, packet: SourcePacket, source: SourceFormat, stored_bytes: int) -> Sample | None:
        """See above. None for what is not stored: before a connection's first keyframe, and the source's own sound
        where narration takes its place. `stored_bytes`: its size where it passes through, else 0."""
        is_video = packet.track is Track.VIDEO
        if not (is_video or self.narration is None):
            return None
        if is_video and packet.is_keyframe:
            self._read_wall_clock()  # a part may begin here, and its name follows the clock
        sample = self._timeline.stamp(packet)
        if is_video:
            self._newest_arrived_ns = packet.arrived_ns
        if self._wants_keyframe and not (is_video and sample.is_keyframe):
            return None
        self._wants_keyframe = False
        if is_video:
            if sample.is_keyframe:
                self._notices.keyframe_came(sample)
            if self._status.state is not ChannelState.LIVE:
                self._enter(ChannelState.LIVE, None)
            # Where the input counts packets, its word is exact; else the source's times may tell of more.
            missing = packet.missing_before
            if not packet.is_counted:
                missing = max(missing, self._timeline.frames_skipped)
            self._loss_account.took(sample, source, missing)
        self._status.received.count(packet.arrived_ns, stored_bytes, is_video)
        return sample

    def _deliver(
        self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool = False, is_encoded: bool = False
    ) -> None:
        """See above. `samples` have come together, and only the first may be a video keyframe; `more_follow`: others
        are delivered right after them. `is_encoded`: an encoder has made them."""
        pictures = [sample for sample in samples if sample.track is Track.VIDEO]
        if not pictures:
            self._store(samples, source, more_follow=more_follow)
            return
        first, newest = pictures[0], pictures[-1]
        self._loss_account.stored(first.instant_ns, newest.instant_ns)
        if first.is_keyframe and not first.recovery_frames:
            self._neighbours.offer_keyframe(first, source, self.backlog.newest_difference_bytes())
        if self.narration is not None:
            for heard in self.narration.up_to(first, source.video):
                self._store((heard,), source, more_follow=True)
        self._store(samples, source, more_follow=more_follow)
        # No picture captured before this is still to be delivered.
        reached_ns = max(self._reached_ns, newest.instant_ns) if is_encoded else decoded_ns(newest, source.video)
        self._reached_ns = reached_ns
        if self._stills.waiting:
            self._stills.serve(reached_ns, self.clock.monotonic_ns())

    def _store(self, samples: Sequence[Sample], source: SourceFormat, *, more_follow: bool) -> None:
        self.backlog.push(samples, source)
        for view in self._live:
            if view.is_watched:
                for sample in samples:
                    view.take(sample, source)
        outputs = self.outputs
        if not outputs:
            return
        recording = outputs[Slot.RECORDING]
        if recording is None:
            outputs.write(samples, source, more_follow=more_follow)
            return
        begun = recording.sink.begun[1]
        outputs.write(samples, source, more_follow=more_follow)
        if recording.sink.begun[1] is not begun:
            # A part begins: control hears at once how its times lie on the clocks, before this worker can end.
            self.report(self.status())

    def _heard_camera(self) -> None:
        """The camera has told its clock, which may settle the count of a hole."""
        self._loss_account.recount(self.clock.monotonic_ns())
        is_confirmed = self._timeline.connection_clock.is_confirmed
        if is_confirmed is not self._is_camera_confirmed:
            self._is_camera_confirmed = is_confirmed
            self.report(self.status())  # control needs the anchor before this worker can end

    def _still_coming_ns(self, now_ns: int) -> int:
        """When the newest picture came; now, while some are still to be encoded."""
        return now_ns if self._neighbours.frames_to_encode() else self._newest_arrived_ns

    def _read_wall_clock(self) -> None:
        self._timeline.utc_minus_monotonic_ns = utc_ahead_ns(self.clock)

    def _enter(self, state: ChannelState, why: Message | None) -> None:
        if self._status.enter(state, why):
            self.report(self.status())
