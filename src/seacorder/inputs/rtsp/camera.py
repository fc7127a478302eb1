"""The RTSP camera as an input, read by our own client; docs/design/rtsp.md says why.

An `RtspInput` is one connection. RTP comes inside of it (TCP) unless the address says `#transport=udp`. The camera
counts as gone when an answer takes longer than `TIMEOUT_SECONDS`, or when no picture comes for that long; for slow
cameras that limit is longer (`picture_timeout`). `rtsps://` is encrypted, but the certificate is not checked, because
cameras sign their own. All runs on the channel's ingest thread, but for what `connection` returns, which
runs on a loop's thread while the ingest thread waits; `close` may come from any and ends a read that waits.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs.contract import Item, Items, Unread
from seacorder.inputs.failures import Cause, camera_failure, camera_socket_failure
from seacorder.inputs.rtp import video_track
from seacorder.inputs.rtp.audio_track import AudioTrack, open_sound
from seacorder.inputs.rtp.receiver import RtpReceiver, Units
from seacorder.inputs.rtp.sdp import Description, OfferedTrack
from seacorder.inputs.rtp.video_track import VideoTrack
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.inputs.rtsp.connection import ConnectionEndedError, ConnectionShutError, NothingTakenError, NoTlsError
from seacorder.inputs.rtsp.playing import PlayingSession
from seacorder.inputs.rtsp.session import RtspSession
from seacorder.media.formats import with_sound
from seacorder.model.address.address import RtspAddress
from seacorder.model.sample import SourceFormat

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5
KEYFRAME_WAIT_SECONDS = 20
"""How long a camera may send pictures before the first one that a file may begin with."""

SOUND_WAIT_SECONDS = 1
"""How long pictures wait for the first packet of sound whose description does not tell what it is."""

_WITHOUT_SOUND = (
    "Its sound is not recorded; video is. Switch sound off in the camera, or add #audio=off to its address."
)


class RtspInput:
    """One connection to one camera; see `contract.Input`."""

    def __init__(self, address: RtspAddress, clock: Clock, memory: CameraMemory | None = None) -> None:
        """`memory`: what earlier connections to this camera have taught; it goes on learning."""
        self._address = address
        self._memory = memory or CameraMemory()
        self._clock = clock
        self._source = f"Camera {address.redacted}"
        self._session: RtspSession | None = None
        self._playing: PlayingSession | None = None
        self._first: list[Item] = []
        self._is_closed = False
        self._awaits_first = False
        """It has agreed to send, and its first picture is waited for."""
        self.is_described = False
        """The camera has described a picture that can be recorded. If the connection fails after that, FFmpeg's client
        may succeed.
        """

    def open(self) -> SourceFormat:
        with self.said():
            self._session = RtspSession(self._address, self._source, self._clock, TIMEOUT_SECONDS, self._memory)
            if self._is_closed:
                raise ConnectionShutError
            description = self._session.describe()
            reading = self._set_up(self._session, description)
            self._session.play()
            self._awaits_first = True
            reading.begin()
            self._first = self._until_keyframe(reading)
            self._awaits_first = False
            self._playing = reading
        found = self._first.pop(0)
        if not isinstance(found, SourceFormat):
            raise InputFailed(f"{self._source} began without a format.")
        return found

    def packets(self) -> Items:
        if self._playing is None:
            raise InputFailed(f"{self._source} is not open.")
        reading = self._playing
        with self.said():
            first, self._first = self._first, []
            for item in first:
                if self._is_closed:
                    raise ConnectionShutError
                yield item
            while True:
                for item in reading.turn():
                    if self._is_closed:
                        raise ConnectionShutError
                    yield item

    def connection(self) -> "CameraConnection | None":
        """See `contract.BurstInput`."""
        if self._playing is None or not self._playing.begin_bursts():
            return None
        return CameraConnection(self, self._playing)

    def read(self, playing: PlayingSession) -> Sequence[Item]:
        """What has come over an open connection, and before that what came until `open` knew the format."""
        # As with `said`, whose context manager would cost more than all else here: this runs five times a second.
        try:
            if self._is_closed:
                raise ConnectionShutError
            first, self._first = self._first, []
            items = playing.read()
        except InputFailed:
            self._let_go()
            raise
        except OSError as error:
            raise self._ended(error) from None
        return [*first, *items] if first else items

    def close(self) -> None:
        self._is_closed = True
        self._let_go()

    def _let_go(self) -> None:
        if self._session is not None:
            self._session.close()

    def _set_up(self, session: RtspSession, description: Description) -> PlayingSession:
        picture = video_track.choose(description.tracks, self._source)
        self.is_described = True
        wants_sound = self._address.wants_audio and not self._memory.dislikes_sound
        sound = open_sound(description.tracks, self._source) if wants_sound else None
        video = VideoTrack(picture, self._source, self._clock)
        receivers = [_receiver(picture, video.units)]
        session.set_up(picture, receivers[0])
        if sound is not None:
            receivers.append(_receiver(sound.offered, sound.units))
            if not self._sets_up_sound(session, sound, receivers[1]):
                sound = None
        video.audio_template = None if sound is None else sound.template
        return PlayingSession(session, video, sound, receivers, self._memory.picture_timeout, self._clock)

    def _sets_up_sound(self, session: RtspSession, sound: AudioTrack, receiver: RtpReceiver) -> bool:
        """False when the camera refuses its sound: then the picture is recorded without."""
        try:
            session.set_up(sound.offered, receiver)
        except InputFailed as refused:
            log.warning("%s Its sound is not recorded; video is. %s", refused.fact, refused.action)
            return False
        except (TimeoutError, ConnectionEndedError, ConnectionResetError):
            self._memory.dislikes_sound = True
            fact = f"{self._source} does not answer when asked for its sound, and is not asked for it again."
            log.warning("%s %s", fact, _WITHOUT_SOUND)
            raise
        return True

    def _until_keyframe(self, reading: PlayingSession) -> list[Item]:
        """The first format, and the packets that came with it."""
        begin_ns, picture_timeout = self._clock.monotonic_ns(), self._memory.picture_timeout
        # The first picture is known to be whole when the second one begins.
        usual_ns = KEYFRAME_WAIT_SECONDS * NS_PER_SECOND
        while self._clock.monotonic_ns() - begin_ns < max(usual_ns, 2 * picture_timeout.limit_ns):
            if items := reading.turn():
                return self._until_sound(reading, items)
        raise InputFailed(
            f"{self._source} sent no keyframe with its parameters within {KEYFRAME_WAIT_SECONDS} s.",
            "Set the camera's keyframe (GOP, I-frame) interval to 1 or 2 seconds.",
        )

    def _until_sound(
        self, reading: PlayingSession, items: list[Item]
    ) -> list[Item]:
        """`items`, and what comes until it is known what the sound is: some cameras tell that only by sending it."""
        limit_ns = self._clock.monotonic_ns() + SOUND_WAIT_SECONDS * NS_PER_SECOND
        while reading.awaits_sound and self._clock.monotonic_ns() < limit_ns:
            items += reading.turn()
        if reading.awaits_sound:
            fact = f"{self._source} did not send the sound that it offers within {SOUND_WAIT_SECONDS} s."
            log.warning("%s %s", fact, _WITHOUT_SOUND)
        template = reading.settle_sound()
        if template is None:
            return items
        return [with_sound(item, template) if isinstance(item, SourceFormat) else item for item in items]

    @contextmanager
    def said(self) -> Iterator[None]:
        """Closes the connection when something goes wrong, and raises it as InputFailed."""
        try:
            yield
        except InputFailed:
            self._let_go()
            raise
        except OSError as error:
            raise self._ended(error) from None

    def _ended(self, error: OSError) -> InputFailed:
        """Closes the connection because of an error; returns what to raise."""
        if self._session is not None and not self._is_closed:
            self._session.ended(self._clock.monotonic_ns())
        self._let_go()
        return self._failure_of(error)

    def _failure_of(self, error: OSError) -> InputFailed:
        if self._is_closed or isinstance(error, ConnectionShutError):
            return InputFailed(f"{self._source} was closed.")
        if isinstance(error, ConnectionEndedError):
            return camera_failure(Cause.CLOSED, self._address, self._source)
        if isinstance(error, NothingTakenError):
            return camera_failure(Cause.TAKES_NOTHING, self._address, self._source)
        if isinstance(error, NoTlsError):
            return camera_failure(Cause.NO_TLS, self._address, self._source)
        is_without_picture = self._awaits_first and not self._memory.picture_timeout.has_seen_picture
        if isinstance(error, TimeoutError) and is_without_picture:
            return camera_failure(Cause.NO_PICTURE, self._address, self._source)
        return camera_socket_failure(error, self._address, self._source)


def _receiver(track: OfferedTrack, units: Units) -> RtpReceiver:
    return RtpReceiver(track.payload_type, units, is_only_type=track.is_only_type)


class CameraConnection:
    """An open connection to a camera; see `contract.OpenConnection`."""

    def __init__(self, camera: RtspInput, playing: PlayingSession) -> None:
        self._camera = camera
        self._playing = playing

    @property
    def number(self) -> int:
        return self._playing.number

    @property
    def unread(self) -> Unread:
        return self._playing.unread

    def may_wait_ns(self) -> int:
        return self._playing.may_wait_ns()

    def read(self) -> Sequence[Item]:
        return self._camera.read(self._playing)
