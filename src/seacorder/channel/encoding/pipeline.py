"""From the source's packets to the encoder: decodes, follows changes of the plan, drops what comes too late, keeps the
fixed frame rate where one is asked for. Runs on the encode thread."""

from collections import deque
from typing import Any

from seacorder.base.clock import NS_PER_MS, Clock
from seacorder.channel.encoding.channel_side import EncodedChannel
from seacorder.channel.encoding.decoder import Decoded
from seacorder.channel.encoding.encode_step import EncodeStep
from seacorder.channel.encoding.frame_queue import NO_PRIMER, Arrival, NewPlan, Primer, RefusedPictures
from seacorder.channel.encoding.frame_rate_grid import Grid, PictureCounts
from seacorder.channel.encoding.load import Load, Work
from seacorder.channel.encoding.pictures import Pictures
from seacorder.model.encoding import EncodingPlan
from seacorder.model.loss import NOT_DECODED, TOO_SLOW
from seacorder.model.sample import SourceFormat, Track

LATE_NS = 1500 * NS_PER_MS
"""A picture that has waited for so long is dropped."""
IN_TIME_NS = 400 * NS_PER_MS
"""After a picture has been dropped, so are those that have waited longer than this: one long hole, not many short
ones."""
SKIP_AFTER_NS = 500 * NS_PER_MS
"""If dropping decoded pictures has not caught up within so long, packets are not even decoded, up to a keyframe that
has just come."""
INTRA_ONLY = ("rawvideo", "mjpeg")
"""Codecs of which each picture is a keyframe, so that any packet can be left undecoded."""


class Pipeline:
    """Called on the encode thread alone; `counts` may be read on any."""

    def __init__(self, channel: EncodedChannel, clock: Clock, encoding: EncodeStep) -> None:
        self._channel, self._clock, self._encoding = channel, clock, encoding
        self._changes: deque[NewPlan] = deque()
        self._source: SourceFormat | None = None
        self._pictures: Pictures | None = None
        self._grid: Grid | None = None
        self._previous: Decoded | None = None
        self._late_since_ns: int | None = None
        self._is_skipping = False
        self._skip_after_ns = SKIP_AFTER_NS
        self._load = Load()
        self.counts = PictureCounts()

    def begin(self, source: SourceFormat, plan: EncodingPlan, primer: Primer = NO_PRIMER) -> None:
        """A new connection or format, or the beginning of encoding after pass-through. `primer`: what the decoder must
        have seen before the next packet."""
        self.flush()
        self._source, self._pictures = source, Pictures(source)
        self._pictures.prime(primer.samples)
        if primer.next_number is not None:
            self._encoding.begin_numbers(primer.next_number)
        self._skip_after_ns = 0 if source.video.codec in INTRA_ONLY else SKIP_AFTER_NS
        self._changes.clear()
        self._follow(plan)

    def change(self, change: NewPlan) -> None:
        """Another plan, from the first picture captured at or after its instant on."""
        self._changes.append(change)

    def push(self, arrival: Arrival) -> None:
        """One packet of the source. Blocks while it is decoded and encoded."""
        pictures, encoding = self._pictures, self._encoding
        if arrival.sample.track is Track.AUDIO:
            if encoding.format is not None:
                self._channel.deliver(arrival.sample, encoding.format)
        elif pictures is not None:
            begin_ns = self._clock.monotonic_ns()
            if self._skips(arrival, begin_ns):
                self._drop(arrival.sample.instant_ns, arrival.sample.number)
                return
            as_progressive = encoding.plan.deinterlace or not encoding.run.kind.keeps_fields
            for picture in pictures.push(arrival, as_progressive=as_progressive):
                self._take(picture)
            self._account_damaged(pictures)
            self._judge(begin_ns, begin_ns - arrival.arrived_ns)

    def refused(self, refused: RefusedPictures) -> None:
        """Pictures for which the queue had no room."""
        for instant_ns, number in refused.pictures:
            self._drop(instant_ns, number)

    def flush(self) -> None:
        """Everything that the decoder, the deinterlacer and the encoder hold is stored or listed as lost."""
        if self._pictures is not None:
            for picture in self._pictures.flush():
                self._take(picture)
            self._account_damaged(self._pictures)
        self._encoding.end()
        self._pictures = None

    def _skips(self, arrival: Arrival, now_ns: int) -> bool:
        """Whether a packet is left undecoded, because encoding cannot catch up otherwise."""
        waited_ns = now_ns - arrival.arrived_ns
        if self._is_skipping:
            self._is_skipping = not arrival.sample.is_keyframe or waited_ns > IN_TIME_NS
        elif self._late_since_ns is not None and now_ns - self._late_since_ns >= self._skip_after_ns:
            self._is_skipping = waited_ns > IN_TIME_NS
        if self._is_skipping:
            self._late_since_ns = None
        return self._is_skipping

    def _judge(self, begin_ns: int, waited_ns: int) -> None:
        """Takes a faster or a better preset where the load asks for it."""
        now_ns = self._clock.monotonic_ns()
        step = self._load.step_for(Work(now_ns, now_ns - begin_ns, waited_ns))
        if step:
            self._encoding.step(step)

    def _follow(self, plan: EncodingPlan) -> None:
        if self._source is not None:
            self._encoding.follow(self._source, plan)
        self._grid = Grid(plan.frame_rate, self.counts) if plan.frame_rate else None
        self._previous = None
        self._load = Load()

    def _take(self, picture: Decoded) -> None:
        """A picture of the source, in the order in which it is shown."""
        sample = picture.sample
        while self._changes and sample.instant_ns >= self._changes[0].from_ns:
            self._follow(self._changes.popleft().plan)
        now_ns = self._clock.monotonic_ns()
        is_late = now_ns - picture.arrived_ns > (LATE_NS if self._late_since_ns is None else IN_TIME_NS)
        self._late_since_ns = (self._late_since_ns or now_ns) if is_late else None
        if is_late:
            self._drop(sample.instant_ns, sample.number)
        elif self._grid is None:
            self._store(picture, self._encoding.media(sample))
        else:
            self._pace(picture, self._grid)

    def _drop(self, instant_ns: int, number: int) -> None:
        self.counts.dropped += 1
        if self._grid is not None:
            self._grid.leave_hole()
        self._encoding.missed(instant_ns, number, TOO_SLOW)

    def _pace(self, picture: Decoded, grid: Grid) -> None:
        """Stores pictures at a fixed frame rate: some are repeated, some are left out."""
        before, now = grid.take(self._encoding.media(picture.sample))
        for point in before:
            if self._previous is not None:
                self._store(self._previous, grid.time_of(point))
        for point in now:
            self._store(picture, grid.time_of(point))
        self._previous = picture

    def _store(self, picture: Decoded, media: Any) -> None:
        aspect = self._pictures.pixel_aspect if self._pictures is not None else None
        self._encoding.store(picture, media, aspect)

    def _account_damaged(self, pictures: Pictures) -> None:
        for sample in pictures.damaged():
            self._encoding.missed(sample.instant_ns, sample.number, NOT_DECODED)
