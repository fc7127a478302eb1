"""A session that plays, and what becomes of its tracks' packets.

Runs on the channel's ingest thread, or on the loop that reads in bursts.
"""

import logging
from typing import Any

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs.contract import Item, Unread
from seacorder.inputs.picture_timeout import USUAL_NS, PictureTimeout
from seacorder.inputs.rtp.arrivals import Burst, at_once
from seacorder.inputs.rtp.audio_track import AudioTrack
from seacorder.inputs.rtp.picture_assembly import UNIT_LIMIT
from seacorder.inputs.rtp.receiver import RtpReceiver
from seacorder.inputs.rtp.rtcp import SenderReport
from seacorder.inputs.rtp.video_track import VideoTrack
from seacorder.inputs.rtsp.connection import ConnectionEndedError
from seacorder.inputs.rtsp.session import RtspSession
from seacorder.inputs.rtsp.unread import UnreadTime

log = logging.getLogger(__name__)

ROOM_BYTES_MAX = 8 * 1024 * 1024
"""More is not asked for: a camera that sends 160 Mbit/s or more is read more often instead."""
_LAIN_NS = 50 * NS_PER_MS
"""What is read so long after the read before it was left to lie."""
_EARLIER_NS = 5 * NS_PER_MS
"""So much earlier than the read before it a byte may seem to have come: the wall clock is slewed, and reads take time.
"""


class PlayingSession:
    """One connection's. Either `turn` is called again and again, or `begin_bursts` once and then `read`."""

    def __init__(
        self,
        session: RtspSession,
        video: VideoTrack,
        sound: AudioTrack | None,
        receivers: list[RtpReceiver],
        picture_timeout: PictureTimeout,
        clock: Clock,
    ) -> None:
        self._source = video.source
        self._picture_timeout = picture_timeout
        self._session = session
        self._video = video
        self._sound = sound
        self._receivers = receivers
        self._clock = clock
        self._received = 0
        self._picture_came_ns = clock.monotonic_ns()
        self._next_look_ns = 0
        self._told: SenderReport | None = None
        """The newest sender report that the video track has been given."""
        self._limit = UnreadTime(clock.monotonic_ns())
        self._counted = 0
        """Bytes received, as `_limit` knows them."""
        self._room_bytes = 0
        """What the system lets lie unread, as far as it was asked. It never becomes less."""
        self._emptied_ns = clock.monotonic_ns()
        """When the newest read began that left nothing behind."""
        self._end: OSError | InputFailed | None = None
        """What has ended the connection."""
        self.unread = Unread.ALL_TAKEN
        """As `contract.OpenConnection` has it."""

    def begin(self) -> None:
        """PLAY was answered: passes on what the answer says of the tracks' RTP times."""
        times, sound = self._session.rtp_times, self._sound
        self._picture_came_ns = self._clock.monotonic_ns()
        self._picture_timeout.begin()
        if sound is not None:
            video_time, sound_time = times.get(self._video.control), times.get(sound.offered.control)
            if video_time is not None and sound_time is not None:
                sound.begin_at(video_time, sound_time)

    @property
    def awaits_sound(self) -> bool:
        """There is sound, and its first packet will tell what it is."""
        return self._sound is not None and self._sound.is_awaited

    def settle_sound(self) -> Any:
        """The sound's template; None when no sound has come, and then none is recorded over this connection."""
        if self._sound is None:
            return None
        self._sound.give_up()
        self._video.audio_template = self._sound.template
        return self._sound.template

    def turn(self) -> list[Item]:
        """Waits for the next read and returns the packets that are finished with it. TimeoutError when no picture
        comes."""
        self._go_on()
        try:
            self._session.pump(pause=self._video.units.is_within)
        except TimeoutError:  # nothing came within the usual limit; a slow camera's limit is longer
            if self._picture_timeout.limit_ns <= USUAL_NS:
                self._picture_timeout.ended_in_silence()
                raise
        now_ns = self._clock.monotonic_ns()
        return self._finished(now_ns, at_once(now_ns))

    def begin_bursts(self) -> bool:
        """From now on `read` is called in the place of `turn`; False where it cannot."""
        self._emptied_ns = self._clock.monotonic_ns()
        # What has come since the connection was made is no measure of what comes between two reads.
        self._limit.begin_anew(self._emptied_ns)
        self._counted = self._session.connection.received
        return self._session.read_in_bursts()

    @property
    def number(self) -> int:
        """The file descriptor; -1 once closed."""
        return self._session.connection.number

    def may_wait_ns(self) -> int:
        """How long what comes may lie unread; 0 until it is known how much the camera sends."""
        if not self._limit.is_known:
            return 0
        wanted = min(ROOM_BYTES_MAX, self._limit.wanted_bytes)
        if wanted > self._room_bytes:
            try:
                self._room_bytes = self._session.connection.make_room_for(wanted)
            except OSError:
                return 0  # it has been closed meanwhile: the next read says so
        return self._limit.ns(self._room_bytes)

    def read(self) -> list[Item]:
        """The packets that are finished with what has come. Never waits. TimeoutError when no picture comes."""
        self._go_on()
        begin_ns, connection = self._clock.monotonic_ns(), self._session.connection
        is_read = not self._session.is_behind
        try:
            self._session.read()
        except (OSError, InputFailed) as end:
            self._end = end  # what came before it is handed on first
        now_utc_ns, now_ns = self._clock.utc_ns(), self._clock.monotonic_ns()
        count, self._counted = connection.received - self._counted, connection.received
        self._limit.took(count, now_ns)
        came_ns = self._came_ns(connection.came_utc_ns, now_utc_ns, now_ns)
        burst = Burst(came_ns, self._emptied_ns, begin_ns - self._emptied_ns >= _LAIN_NS)
        if is_read and connection.is_emptied:
            self._emptied_ns = begin_ns
        items = self._finished(now_ns, burst)
        if self._end is not None or self._receivers[0].is_over or self._session.is_behind or not connection.is_emptied:
            self.unread = Unread.MORE
        elif not count:
            self.unread = Unread.NOTHING_CAME
        else:
            self.unread = Unread.WITHIN if self._video.units.is_within else Unread.ALL_TAKEN
        return items

    def _came_ns(self, utc_ns: int | None, now_utc_ns: int, now_ns: int) -> int:
        """When the newest byte came, by the kernel; now, where that cannot be right because the wall clock is stepped.

        The wall clock was read first: when the thread is held up between the two, the arrival seems too late, which
        moves no capture time, and never too early.
        """
        if utc_ns is None:
            return now_ns
        came_ns = now_ns - (now_utc_ns - utc_ns)
        if self._emptied_ns - _EARLIER_NS <= came_ns <= now_ns + _EARLIER_NS:
            return max(self._emptied_ns, min(now_ns, came_ns))
        self._limit.begin_anew(now_ns)
        return now_ns

    def _go_on(self) -> None:
        """Raises what has ended the connection, once all that came before it has been handed on."""
        if self._end is not None:
            raise self._end
        if self._receivers[0].is_over:
            raise ConnectionEndedError

    def _finished(self, now_ns: int, burst: Burst) -> list[Item]:
        """What is whole after a read."""
        video = self._video
        for receiver in self._receivers:
            if receiver.turn(now_ns):
                log.debug("%s continues as another sender (SSRC).", self._source)
        try:
            self._watch(now_ns)
        except OSError as end:
            self._end = self._end or end  # what has come is handed on first
        if video.units.is_endless:
            self._end = self._end or InputFailed(
                f"{self._source} sent a picture of more than {UNIT_LIMIT >> 20} MiB without an end, "
                "so its connection was ended.",
                "Restart the camera. If that happens again, set another codec or profile in it.",
            )
        items = video.items(burst, self._receivers[0].timestamp)
        if self._sound is not None:
            origin = None if video.origin is None else (video.origin, video.origin_arrived_ns)
            items += self._sound.items(burst, origin)
        return items

    def _watch(self, now_ns: int) -> None:
        received = self._receivers[0].sequence.received
        if received != self._received:
            self._picture_timeout.came(now_ns - self._picture_came_ns, now_ns)
            self._received, self._picture_came_ns = received, now_ns
        elif now_ns - self._picture_came_ns >= self._picture_timeout.limit_ns:
            self._picture_timeout.ended_in_silence()
            raise TimeoutError
        if self._receivers[0].report is not self._told:
            self._told = self._video.report = self._receivers[0].report
        if now_ns >= self._next_look_ns:
            self._next_look_ns = now_ns + NS_PER_SECOND // 2
            self._look(now_ns)

    def _look(self, now_ns: int) -> None:
        """What needs to be done twice a second only."""
        for receiver in self._receivers:
            receiver.note_report_time(now_ns)
        self._session.keep_alive(now_ns)
        video, sound = self._video, self._sound
        if sound is not None and video.origin is not None:
            reports = [receiver.report for receiver in self._receivers]
            sound.learn(reports[0], reports[1], (video.origin, video.origin_arrived_ns))
