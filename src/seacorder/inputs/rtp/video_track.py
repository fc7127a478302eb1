"""A camera's video: makes packets with times, formats and losses of access units, as `inputs.contract` wants them.

One connection's; runs on the channel's ingest thread.
"""

import logging
from fractions import Fraction
from typing import Any

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.base.log import RateLimit
from seacorder.inputs.failures import PACKETS_LOST
from seacorder.inputs.rtp.access_units import AccessUnits
from seacorder.inputs.rtp.arrivals import Burst
from seacorder.inputs.rtp.audio_offset import moment_of
from seacorder.inputs.rtp.decoding_times import DEEPEST, MissingPictures, PictureOrder
from seacorder.inputs.rtp.h264 import H264Units, slice_type
from seacorder.inputs.rtp.h265 import H265Units
from seacorder.inputs.rtp.packets import Unwrapped
from seacorder.inputs.rtp.picture_assembly import AccessUnit
from seacorder.inputs.rtp.recovery_points import Beginnings
from seacorder.inputs.rtp.rtcp import SenderReport
from seacorder.inputs.rtp.sdp import OfferedTrack
from seacorder.media.formats import ProbedVideo, probe_for_mp4, sane_rate, source_format
from seacorder.media.parameter_sets import CurrentSets, ParameterSets, find
from seacorder.model.sample import SourceFormat, SourcePacket, Track

log = logging.getLogger(__name__)

TIME_BASE = Fraction(1, 90_000)
_USUAL_FRAME_TICKS = 3600
_SEQUENCES_MAX = 64
"""So many sequence parameter sets are remembered. Some cameras alternate between a few; each is examined only once."""
_START_CODE = b"\x00\x00\x00\x01"
_ENCODINGS: dict[str, tuple[str, type[AccessUnits]]] = {
    "H264": ("h264", H264Units),
    "H265": ("hevc", H265Units),
    "HEVC": ("hevc", H265Units),
}
_PACKETS_LOST = f"{PACKETS_LOST} If its address has #transport=udp, remove that between dives."
_OTHER_NAMES = {"JPEG": "mjpeg", "MP4V-ES": "mpeg4", "MPV": "mpeg2video", "": "an unknown codec"}


def choose(tracks: tuple[OfferedTrack, ...], source: str) -> OfferedTrack:
    """The first video track that can be recorded. InputFailed says why there is none."""
    pictures = [one for track in tracks if track.media == "video" for one in (track, *track.alternatives)]
    if not pictures:
        raise InputFailed(f"{source} sends no video.", "Choose another of its streams.")
    chosen = next((track for track in pictures if track.encoding in _ENCODINGS), None)
    if chosen is None:
        encoding = pictures[0].encoding
        name = _OTHER_NAMES.get(encoding, encoding.lower())
        raise InputFailed(
            f"{source} sends {name} instead of H.264 or H.265.",
            "Set it to H.264 or H.265, or add #client=ffmpeg to its address.",
        )
    parameters = chosen.parameters
    if parameters.get("packetization-mode") == "2" or parameters.get("sprop-max-don-diff", "0") != "0":
        raise InputFailed(f"{source} sends its pictures interleaved, which is not supported.", "Switch that off in it.")
    return chosen


class VideoTrack:
    """One connection's video. `units` takes the payloads; `items` returns what is finished."""

    def __init__(self, offered: OfferedTrack, source: str, clock: Clock) -> None:
        self._codec, make_units = _ENCODINGS[offered.encoding]
        self.units = make_units()
        self._offered = offered
        self.control = offered.control
        self.source = source
        self._rate_limit = RateLimit(clock)
        self.audio_template: Any = None
        """Goes into every format; None without sound."""
        self._format: SourceFormat | None = None
        self._known: frozenset[bytes] = frozenset()
        """The parameter sets that the format holds, and so each file."""
        self._sequence: set[bytes] = set()
        """Sequence parameter sets that are known not to change the format."""
        self._current = CurrentSets(self._codec)
        """The parameter sets in force."""
        self._seen: tuple[bytes, ...] = ()
        """The parameter sets of the last keyframe that was examined."""
        self._keeps_sets = False
        """The camera has sent parameter sets that the format does not hold: they are stored with the pictures."""
        self._times = Unwrapped()
        self._beginnings = Beginnings()
        self._order = PictureOrder(0, _USUAL_FRAME_TICKS)
        self._missing = MissingPictures(0)
        self._frame_ticks = 0
        self._damaged = 0
        self._arrived_ns = 0
        self._begun: tuple[int, int] | None = None
        """(RTP time, when its first bytes came) of the picture that is not whole yet."""
        self._told_by_times = 0
        """In a stream that reorders: for so many more pictures a loss may still show as a hole in the times."""
        self.report: SenderReport | None = None
        """The newest sender report; the next packet takes it along."""
        self.origin: int | None = None
        """RTP time, unwrapped, of the first picture that was handed over; pts count from it."""
        self.origin_arrived_ns = 0
        """When that picture came (monotonic)."""

    def items(self, burst: Burst, newest: int) -> list[SourcePacket | SourceFormat]:
        """The finished pictures, from the first one on that a file may begin with. A new format precedes its first.

        `newest`: RTP time of the newest packet, which may be of a picture that is not finished.
        """
        ready = self.units.ready
        arrivals: list[int] = []
        if ready:
            arrivals = burst.arrivals([unit.timestamp for unit in ready], newest, 90_000, self._begun)
            self._begun = None
        self._note_begun(burst, newest)
        items: list[SourcePacket | SourceFormat] = []
        if self.units.damaged != self._damaged:
            self._say_damaged()
        for unit, arrived_ns in zip(ready, arrivals, strict=True):
            if unit.parameter_sets:
                self._current.put(unit.parameter_sets)
            time = self._times.take(unit.timestamp)
            recovery = self._beginnings.take(time, is_keyframe=unit.is_keyframe, recovery_frames=unit.recovery_frames)
            if recovery is not None and (new := self._changed_format(unit)) is not None:
                items.append(new)
            if self._format is not None:
                items.append(self._packet(unit, time, recovery, arrived_ns))
        ready.clear()
        return items

    def _note_begun(self, burst: Burst, newest: int) -> None:
        """Of a picture that comes with several reads the first one tells when it came."""
        if not self.units.is_within:
            self._begun = None
        elif self._begun is None or self._begun[0] != newest:
            self._begun = newest, burst.came_ns

    def _packet(self, unit: AccessUnit, time: int, recovery: int | None, arrived_ns: int) -> SourcePacket:
        """`time`: RTP's, unwrapped. `recovery`: as `Beginnings.take` returns it."""
        begins = recovery is not None
        if self.origin is None:
            self.origin, self.origin_arrived_ns = time, arrived_ns
        pts = time - self.origin
        content = unit.content
        if unit.parameter_sets:
            # Parameter sets that the format does not hold must be stored with the picture; and from then on the old
            # ones as well when they come again, for they replace the new ones.
            self._keeps_sets = self._keeps_sets or not self._known.issuperset(unit.parameter_sets)
        if self._keeps_sets:
            # A player that begins here needs all sets in force, not only those that came with this picture.
            sets = self._current.all if begins else unit.parameter_sets
            content = b"".join(len(one).to_bytes(4, "big") + one for one in sets) + content
        report, self.report = self.report, None
        order, waited = self._order, max(0, arrived_ns - self._arrived_ns) * 9 // 100_000
        self._arrived_ns = arrived_ns
        dts = order.decoding_time(pts, waited, content)
        reorders = order.reorders
        missing = self._missing.before(dts, damaged=unit.damaged, lost=unit.lost)
        if unit.damaged or unit.lost:
            self._told_by_times = DEEPEST + 1
        return SourcePacket(
            Track.VIDEO,
            content,
            None if order.is_stray else pts,
            dts,
            self._frame_ticks,
            begins,
            len(content),
            arrived_ns,
            unit.is_doubtful,
            None if report is None else _camera_ns(report, time),
            0 if reorders else missing,
            not reorders or self._is_counted(),
            recovery or 0,
        )

    def _is_counted(self) -> bool:
        """`missing_before` tells all that is missing here, so that the timeline need not look for holes in the times.
        For a stream that reorders: there a hole in the decoding times comes up to `DEEPEST` pictures after the loss.
        """
        self._told_by_times -= self._told_by_times > 0
        return self._told_by_times == 0

    def _changed_format(self, keyframe: AccessUnit) -> SourceFormat | None:
        """The new format if `keyframe` begins one, else None."""
        if self._format is None:
            return self._begin(keyframe)
        if keyframe.parameter_sets == self._seen:
            return None
        self._seen = keyframe.parameter_sets
        found = self._sets(self._current.all)
        if not found.is_complete or found.sequence <= self._sequence:
            return None
        probed = self._probe(found, keyframe)
        if self._has_same_pictures(probed):
            # The open files go on: from now on parameter sets are stored with the pictures.
            log.debug("%s changed its picture parameters, but not the size or the format of its pictures.", self.source)
            self._sequence = set(found.sequence) if len(self._sequence) > _SEQUENCES_MAX else self._sequence
            self._sequence |= found.sequence
            return None
        log.debug("%s changed its picture parameters.", self.source)
        return self._use(found, probed)

    def _begin(self, keyframe: AccessUnit) -> SourceFormat | None:
        """The first format; None while parameter sets are missing."""
        found = self._sets(keyframe.parameter_sets)
        if not found.is_complete:
            found = self._sets(self._offered.parameter_sets + keyframe.parameter_sets)
        if not found.is_complete:
            return None
        self._current.put(found.all)
        self._seen = keyframe.parameter_sets
        return self._use(found, self._probe(found, keyframe))

    def _probe(self, found: ParameterSets, keyframe: AccessUnit) -> ProbedVideo:
        return probe_for_mp4(self._codec, found.as_byte_stream() + _as_byte_stream(keyframe.content), TIME_BASE)

    def _has_same_pictures(self, probed: ProbedVideo) -> bool:
        """Size and pixel format (bit depth, colour) are the present format's; profile and level may differ."""
        if self._format is None:
            return False
        old, new = self._format.templates[Track.VIDEO].codec_context, probed.template.codec_context
        return bool((old.width, old.height, old.pix_fmt) == (new.width, new.height, new.pix_fmt))

    def _use(self, found: ParameterSets, probed: ProbedVideo) -> SourceFormat:
        rate = sane_rate(self._offered.frame_rate) or probed.frame_rate
        self._frame_ticks = round(90_000 / rate) if rate else 0
        self._order = PictureOrder(
            probed.reorder_depth,
            self._frame_ticks or _USUAL_FRAME_TICKS,
            None if probed.tells_depth else _has_b_slice,
        )
        self._missing = MissingPictures(self._frame_ticks)
        self._known, self._sequence = frozenset(found.all), set(found.sequence)
        self._keeps_sets = False
        self._format = source_format(probed.template, self.audio_template, frame_rate=rate)
        return self._format

    def _sets(self, units: tuple[bytes, ...]) -> ParameterSets:
        return find(b"".join(_START_CODE + unit for unit in units), self._codec)

    def _say_damaged(self) -> None:
        self._damaged = self.units.damaged
        held = self._rate_limit.allow("damaged")
        if held is not None:
            log.warning(_PACKETS_LOST, self.source, self._damaged)


def _camera_ns(report: SenderReport, time: int) -> int:
    """What the camera's clock showed at an unwrapped RTP time."""
    moment = moment_of(report, time)
    return moment.ns + (time - moment.time) * NS_PER_SECOND // 90_000


def _has_b_slice(content: bytes) -> bool:
    """True when an H.264 picture's first slice is one of B type, whose picture may be shown before earlier ones."""
    at = 0
    while at + 5 < len(content):
        begin, at = at + 4, at + 4 + int.from_bytes(content[at : at + 4], "big")
        if 1 <= content[begin] & 0x1F <= 5:
            return (slice_type(content[begin + 1 : begin + 13]) or 0) % 5 == 1
    return False


def _as_byte_stream(content: bytes) -> bytes:
    units: list[bytes] = []
    at = 0
    while at + 4 <= len(content):
        stop = at + 4 + int.from_bytes(content[at : at + 4], "big")
        units += (_START_CODE, content[at + 4 : stop])
        at = stop
    return b"".join(units)
