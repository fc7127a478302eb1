"""The narrator: an input that reads a sound device and sends what it hears to the channels.

Its packets never pause: while the device is gone they are silence of the right length. So neither a recording nor a
listener has to deal with a missing device; the status and an event tell people about it.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from seacorder.base.background import Thread
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock
from seacorder.base.errors import BadRequest, InputFailed
from seacorder.base.log import RateLimit
from seacorder.base.message import Message
from seacorder.channel.narration.encoder import QUIETEST_DB, NarrationEncoder, NarrationPacket
from seacorder.channel.narration.link import NarrationSender
from seacorder.inputs.sound.devices import SoundChunk, SoundInput
from seacorder.media.aac import narration_format
from seacorder.model.event import Note, Severity
from seacorder.model.narration import FRAME_SAMPLES, SAMPLE_RATE, NarrationSettings, NarratorStatus, SoundState
from seacorder.model.sample import SourceFormat, SourcePacket, Track

log = logging.getLogger(__name__)

MISSING_NS = 500 * NS_PER_MS
"""After so long without sound from the device silence is made instead."""
SILENCE_BEHIND_NS = 400 * NS_PER_MS
"""Silence is made only up to this long ago, in case the sound is only late."""
STALLED_NS = 3 * NS_PER_SECOND
LOOK_SECONDS = 0.1
STANDSTILL_NS = 300 * NS_PER_MS
"""A look that took longer than this says nothing about the device: this process stood still."""
LEVEL_SECONDS = 0.5
CHUNKS_WAITING = 500
"""About ten seconds. After a longer standstill of the machine the oldest sound is lost."""
SAME_REASON_SECONDS = 60.0
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 2.0
GOOD_RUN_NS = 10 * NS_PER_SECOND
"""A device that gave sound for so long is opened again after the first delay."""


class SoundCapture(Thread):
    """Keeps the device open and puts its chunks into a queue. A daemon thread: nothing cancels a read that hangs."""

    def __init__(self, make_sound: Callable[[], SoundInput], clock: Clock) -> None:
        super().__init__("capture", self.work)
        self._make_sound = make_sound
        self._clock = clock
        self._stopping = threading.Event()
        self._rate_limit = RateLimit(clock, SAME_REASON_SECONDS)
        self._has_failed = False
        """It has failed since sound came last."""
        self._sound: SoundInput | None = None
        self.came: queue.Queue[SoundChunk | Message | None] = queue.Queue(CHUNKS_WAITING)
        """Chunks of sound; None when the device has been opened; a message when it has failed."""

    def stop(self) -> None:
        self._stopping.set()
        if self._sound is not None:
            self._sound.close()

    def work(self) -> None:
        backoff = Backoff(FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS)
        while not self._stopping.is_set():
            begin_ns = self._clock.monotonic_ns()
            why = self._attempt()
            if self._stopping.is_set():
                return
            self._put(why)
            self._log_again(why)
            if self._clock.monotonic_ns() - begin_ns >= GOOD_RUN_NS:
                backoff.reset()
            self._stopping.wait(backoff.next_delay())

    def _log_again(self, why: Message) -> None:
        """Logs why there is still no sound: a new reason, and once a minute that the old one still holds. The first
        failure is an event and an alarm, which the control process logs."""
        line = self._rate_limit.still_failing(why)
        if line is not None and self._has_failed:
            log.warning("%s", line)
        self._has_failed = True

    def _attempt(self) -> Message:
        try:
            sound = self._sound = self._make_sound()
            try:
                sound.open()
                self._put(None)
                for chunk in sound.chunks():
                    self._has_failed = False
                    self._put(chunk)
                    if self._stopping.is_set():
                        break
            finally:
                sound.close()
        except (InputFailed, BadRequest) as failure:
            return failure.message
        except Exception:
            if self._rate_limit.allow("unknown") is not None:
                log.exception("The sound input made an unexpected error, see below.")
            return Message(
                "The sound input made an unexpected error; the log has the details.",
                "If it stays, restart Seacorder between dives, and save the log.",
            )
        return Message(
            "The sound file has been played to the end.",
            "Add ?loop=1 to its address to play it without a pause.",
        )

    def _put(self, item: SoundChunk | Message | None) -> None:
        while not self._stopping.is_set():
            try:
                self.came.put(item, timeout=LOOK_SECONDS)
                return
            except queue.Full:
                self._drop_oldest()

    def _drop_oldest(self) -> None:
        try:
            self.came.get_nowait()
        except queue.Empty:
            return


class Narrator:
    """One run of the narrator; see `inputs.contract.Input`. Read on the ingest thread; `status` may be called on
    any."""

    def __init__(
        self, settings: NarrationSettings, capture: SoundCapture, voice: NarrationSender, clock: Clock, note: Note
    ) -> None:
        self._settings = settings
        self._capture = capture
        self._voice = voice
        self._clock = clock
        self._note = note
        self._encoder = NarrationEncoder(
            channels=settings.channels, bits_per_second=settings.bits_per_second, gain_db=settings.gain_db
        )
        self._is_stopped = self._is_open = False
        self._sound_ns = clock.monotonic_ns()
        """Monotonic time at which sound came last, or the device was opened."""
        self._missing_since_ns: int | None = None
        self._status = NarratorStatus(
            SoundState.CONNECTING, Message("The source of sound is being opened."), voice.port, QUIETEST_DB, QUIETEST_DB
        )

    @property
    def status(self) -> NarratorStatus:
        """The state of the device, the level, and how many channels listen."""
        stalled_ns = self._clock.monotonic_ns() - self._sound_ns if self._is_open else 0
        return replace(
            self._status, listeners=self._voice.listeners, stalled_seconds=round(stalled_ns / NS_PER_SECOND, 3)
        )

    def open(self) -> SourceFormat:
        self._capture.start()
        sound = narration_format(self._settings.channels)
        templates = {Track.VIDEO: sound.template}
        main = replace(sound.track, track=Track.VIDEO)
        # Its only track takes the place of pictures: so splits, losses and the account work as on every channel.
        return SourceFormat(main, None, Fraction(SAMPLE_RATE, FRAME_SAMPLES), templates)

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        while not self._is_stopped:
            asked_ns = self._clock.monotonic_ns()
            try:
                item = self._capture.came.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                # After a standstill of the machine the device has the sound; `SoundCapture` has had no turn to read it.
                stood_still = self._clock.monotonic_ns() - asked_ns > STANDSTILL_NS
                made = iter(()) if stood_still else self._nothing_came()
            else:
                made = self._take(item)
            for packet in made:
                yield self._spoken(packet)
            self._look_at_level()

    def close(self) -> None:
        self._is_stopped = True
        self._capture.stop()

    def _take(self, item: SoundChunk | Message | None) -> Iterator[NarrationPacket]:
        if isinstance(item, SoundChunk):
            yield from self._heard(item)
        elif item is None:
            self._is_open, self._sound_ns = True, self._clock.monotonic_ns()
            self._encoder.new_device()
        else:
            self._is_open = False
            self._fail(item)
            yield from self._nothing_came()

    def _heard(self, chunk: SoundChunk) -> Iterator[NarrationPacket]:
        self._sound_ns = self._clock.monotonic_ns()
        if self._missing_since_ns is not None:
            missing_ns = chunk.arrived_ns - self._missing_since_ns
            missing = f"{missing_ns / NS_PER_SECOND:.1f} s of speech are missing (recorded as silence)"
            self._note("narration_back", Severity.INFO, f"Sound comes again; {missing}.")
            self._missing_since_ns = None
        if self._status.state is not SoundState.LIVE:
            self._status = replace(self._status, state=SoundState.LIVE, why=None)
        yield from self._encoder.take(chunk.frame, chunk.arrived_ns)

    def _nothing_came(self) -> Iterator[NarrationPacket]:
        now_ns = self._clock.monotonic_ns()
        if self._is_open and now_ns - self._sound_ns >= STALLED_NS and self._status.state is not SoundState.FAILED:
            self._fail(Message("The sound device is open but has sent nothing for 3 s.", "Check its plug."))
        end_ns = self._encoder.end_ns
        if end_ns is not None and now_ns - end_ns < MISSING_NS:
            return
        packets = list(self._encoder.silence(now_ns - SILENCE_BEHIND_NS))
        seconds = len(packets) * FRAME_SAMPLES / SAMPLE_RATE
        self._status = replace(self._status, missing_seconds=self._status.missing_seconds + seconds)
        yield from packets

    def _fail(self, why: Message) -> None:
        self._status = replace(self._status, state=SoundState.FAILED, why=why, silent_since_utc_ns=None)
        if self._missing_since_ns is None:
            self._missing_since_ns = self._encoder.end_ns or self._clock.monotonic_ns()
            fact = f"The narration is silence from now on; video is not affected. {why.fact}"
            self._note("narration_missing", Severity.WARNING, fact, why.action)

    def _spoken(self, packet: NarrationPacket) -> SourcePacket:
        instant_ns = packet.instant_ns + self._settings.offset_ms * NS_PER_MS
        self._voice.say(instant_ns, bytes(packet.packet))
        return SourcePacket(
            track=Track.VIDEO,
            packet=packet.packet,
            pts=packet.number,
            dts=packet.number,
            duration=FRAME_SAMPLES,
            is_keyframe=True,
            size=packet.packet.size,
            # The capture time, since it is known: the timeline then has no delay to estimate.
            arrived_ns=instant_ns,
        )

    def _look_at_level(self) -> None:
        level = self._encoder.level
        if level.seconds_of_all_channels < LEVEL_SECONDS * self._settings.channels:
            return
        loudness, peak = level.take()
        is_quiet = loudness < self._settings.silent_db and self._status.state is SoundState.LIVE
        since = (self._status.silent_since_utc_ns or self._clock.utc_ns()) if is_quiet else None
        self._status = replace(
            self._status, level_db=round(loudness, 1), peak_db=round(peak, 1), silent_since_utc_ns=since
        )


class Narrators:
    """Makes the narrator anew for each connection; its status is that of the newest one."""

    def __init__(
        self,
        settings: NarrationSettings,
        make_capture: Callable[[], SoundCapture],
        sender: NarrationSender,
        clock: Clock,
        note: Note,
    ) -> None:
        self._settings, self._make_capture, self._sender = settings, make_capture, sender
        self._clock, self._note = clock, note
        self._newest: Narrator | None = None

    def make(self) -> Narrator:
        """The next one. Called on the ingest thread."""
        made = Narrator(self._settings, self._make_capture(), self._sender, self._clock, self._note)
        self._newest = made
        return made

    def status(self) -> NarratorStatus | None:
        """From any thread; None before the first connection."""
        newest = self._newest
        return None if newest is None else newest.status
