"""One picture's way through the encoder: conversion, overlay, keyframes where files begin, packets to the channel."""

import logging
from collections import deque
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock
from seacorder.base.log import RateLimit
from seacorder.channel.encoding.burn_in import BurnIn
from seacorder.channel.encoding.channel_side import EncodedChannel
from seacorder.channel.encoding.decoder import Decoded
from seacorder.channel.encoding.encoder import EncoderOrder
from seacorder.channel.encoding.encoder_failover import FAULTS, EncoderRun, NoEncoder, OpenEncoder
from seacorder.channel.encoding.frame_rate_grid import time_base_of
from seacorder.channel.encoding.picture_conversion import Conversion, Converter, Wanted, conversion_for, looks_of
from seacorder.model.encoding import EncodingPlan
from seacorder.model.event import Severity
from seacorder.model.loss import NOT_ENCODED, WhyMissing
from seacorder.model.sample import Sample, SourceFormat, Track

log = logging.getLogger(__name__)

KEYFRAME_EVERY_NS = NS_PER_SECOND
"""From one keyframe to the next, in capture time, where no file asks for one earlier."""
SAME_PRESET_SECONDS = 60.0
"""How often the same change of the preset is reported at most."""
FINE_TIME_BASE = Fraction(1, 90_000)


@dataclass(frozen=True, slots=True)
class Entered:
    """A picture that the encoder has been given and has not given back yet."""

    picture: Decoded
    instant_ns: int


@dataclass(frozen=True, slots=True)
class Given:
    """A picture that has been delivered: the frame as the encoder got it, and the sample that was made of it."""

    frame: Any
    made: Sample


RECENT = 2
"""So many delivered pictures are kept, since a start's command may come after the picture that it should begin with."""


class EncodeStep:
    """Called on the encode thread. On any thread, `cores` may be set, and `delay_ms`, `run.name` and `run.preset` read.

    The ingest thread reads `next_number` and calls `begin_numbers` where encoding ends: the encode thread has finished
    then.
    """

    def __init__(
        self, channel: EncodedChannel, clock: Clock, open_encoder: OpenEncoder, burn_in: BurnIn | None
    ) -> None:
        self._channel, self._clock, self._burn_in = channel, clock, burn_in
        self.run = EncoderRun(open_encoder, clock, channel.note, channel.settings.name)
        self._rate_limit = RateLimit(clock, SAME_PRESET_SECONDS)
        self.plan = EncodingPlan(is_pass_through=True, sentence="")
        self.format: SourceFormat | None = None
        """The format of what is stored, sound included; None before the first picture."""
        self._source: SourceFormat | None = None
        self._aspect: Fraction | None = None
        self.cores = channel.settings.machine.cores
        """How many processor cores the next encoder that is opened may use."""
        self._time_base = FINE_TIME_BASE
        self._conversion: Conversion | None = None
        self._converter: Converter | None = None
        self._after_overlay: Converter | None = None
        self._ready: tuple[Decoded, Any] | None = None
        """The newest picture and its frame as the encoder gets it, in case the picture is repeated."""
        self._in_flight: dict[int, Entered] = {}
        self._recent: deque[Given] = deque(maxlen=RECENT)
        self._next_keyframe_ns = 0
        """The first picture captured at or after this instant (monotonic) becomes a keyframe."""
        self._last_pts = -1
        self._number: int | None = None
        self._delays: deque[tuple[int, int]] = deque(maxlen=1000)
        """Of each of the latest pictures: when it was encoded (monotonic), and how long it had waited before, in ns."""

    def follow(self, source: SourceFormat, plan: EncodingPlan) -> None:
        """The pictures from now on are of this source and are encoded by this plan. Blocks while the old encoder
        ends."""
        self.end()
        self._source, self.plan = source, plan
        self.run.follow(plan)
        self._time_base = self._chosen_time_base(source, plan)
        self._last_pts = -1

    @property
    def next_number(self) -> int | None:
        """The number of the next stored frame; None before the first."""
        return self._number

    def begin_numbers(self, number: int | None) -> None:
        """The next stored frame gets this number; None: the one that it was received with."""
        self._number = number

    def missed(self, instant_ns: int, number: int, why: WhyMissing) -> None:
        """A picture is not encoded; by its capture instant (monotonic) and the number that it was received with. It
        takes a number all the same, so that stored and lost frames together are counted without a gap."""
        self._number = (number if self._number is None else self._number) + 1
        self._channel.missed(instant_ns, why)

    def _not_encoded(self, sample: Sample) -> None:
        self.missed(sample.instant_ns, sample.number, NOT_ENCODED)

    def media(self, sample: Sample) -> Fraction:
        """Media time of a sample of the source, in seconds."""
        return sample.pts * (self._source.video.time_base if self._source is not None else FINE_TIME_BASE)

    def store(self, picture: Decoded, media: Fraction, aspect: Any) -> None:
        """Encodes one picture, to be stored at a media time in seconds. Blocks while it is encoded.

        `aspect`: a pixel's width divided by its height. A picture that no encoder takes is a loss; nothing is raised.
        """
        self._aspect = Fraction(aspect) if aspect else None
        instant_ns = picture.sample.instant_ns + int((media - self.media(picture.sample)) * NS_PER_SECOND)
        pts = max(round(media / self._time_base), self._last_pts + 1)
        as_keyframe = self._channel.takes_keyframe(instant_ns)
        while True:
            try:
                if as_keyframe:
                    pts = max(pts, self._catch_up())
                packets = self._encoded(Entered(picture, instant_ns), pts, as_keyframe=as_keyframe)
            except NoEncoder:
                self._not_encoded(picture.sample)
                return
            except FAULTS as fault:
                self._give_up(pts, fault)
                continue
            except Exception as fault:
                # An error that nobody has foreseen counts as the encoder's, so that each picture is stored or listed as
                # lost.
                log.exception("Encoding made an unexpected error, see below. Seacorder goes on by itself.")
                self._give_up(pts, fault)
                continue
            self._last_pts = pts
            self._deliver(packets)
            return

    def _give_up(self, pts: int, fault: BaseException) -> None:
        """Gives up the encoder at work: what it holds is lost, but for its last picture, which the next encoder
        gets."""
        self._in_flight.pop(pts, None)
        self._lose_in_flight()
        self.run.failed(fault)

    def step(self, by: int) -> bool:
        """Changes to a faster (-1) or better (1) preset with the next picture, a keyframe; False when there is no such
        preset.
        """
        if not self.run.step(by):
            return False
        self.end()
        self._say_preset(self.run.preset, is_faster=by < 0)
        return True

    def _say_preset(self, preset: str, *, is_faster: bool) -> None:
        """Tells of another preset, of each one at most once per minute: a load that comes and goes changes it often."""
        if self._rate_limit.allow(f"{preset} {is_faster}") is None:
            return
        name = self._channel.settings.name
        if is_faster:
            fact = f"{name}: slightly lower picture quality (preset {preset}), so that this computer keeps up."
            self._channel.note("encoder_preset", Severity.INFO, fact, "Close other programs on this computer.")
        else:
            fact = f"{name}: better picture quality again (preset {preset})."
            self._channel.note("encoder_preset", Severity.INFO, fact)

    def end(self) -> None:
        """Delivers what the encoder still holds, and closes it."""
        self._recent.clear()
        self._deliver(self.run.end())
        self._lose_in_flight()
        self._conversion = self._ready = None

    @property
    def delay_ms(self) -> float:
        """Mean time that pictures of the last second waited before they were encoded; see `EncodingStatus`. Any
        thread."""
        now_ns = self._clock.monotonic_ns()
        delays = [delay for when, delay in list(self._delays) if now_ns - when <= NS_PER_SECOND]
        return sum(delays) / len(delays) / NS_PER_MS if delays else 0.0

    def _catch_up(self) -> int:
        """Encodes the pictures again that a new recording should begin with and whose start's command came too late.

        Only the new recording gets these packets. The next picture is a keyframe for all outputs, so the others do not
        notice. Returns the least presentation time that the next picture may have.
        """
        begin_ns = self._channel.outputs_begin_ns()
        late = [one for one in self._recent if begin_ns is not None and one.made.instant_ns >= begin_ns]
        self._recent.clear()
        if not late or not self.run.is_open or self._in_flight or self.format is None:
            # An encoder that holds pictures back cannot encode others again in between: the recording begins later.
            return self._last_pts + 1
        samples: list[Sample] = []
        for place, one in enumerate(late):
            self._last_pts += 1
            packets = self.run.encoder.encode(one.frame, self._last_pts, as_keyframe=place == 0)
            if len(packets) != 1:
                return self._last_pts + 1
            packet = packets[0]
            samples.append(one.made._replace(packet=packet, is_keyframe=packet.is_keyframe, size=packet.size))
        self._channel.begin_late(samples, self.format)
        return self._last_pts + 1

    def _encoded(self, entered: Entered, pts: int, *, as_keyframe: bool) -> list[Any]:
        frame = self._prepared(entered.picture)
        self._in_flight[pts] = entered
        is_due = entered.instant_ns >= self._next_keyframe_ns
        begin_ns = self._clock.monotonic_ns()
        packets = self.run.encoder.encode(frame, pts, as_keyframe=as_keyframe or is_due)
        now_ns = self._clock.monotonic_ns()
        if as_keyframe or is_due:
            self._next_keyframe_ns = entered.instant_ns + KEYFRAME_EVERY_NS - self._tolerance_ns
        self._delays.append((now_ns, begin_ns - entered.picture.arrived_ns))
        return packets

    @property
    def _tolerance_ns(self) -> int:
        """Half a frame: the keyframe of each second is the picture nearest to it."""
        return self._channel.frame_ns // 2

    def _prepared(self, picture: Decoded) -> Any:
        """The picture as the encoder takes it, with the overlay. Opens another encoder when the pictures have changed
        in size or format."""
        if self._ready is not None and self._ready[0] is picture and self.run.is_open:
            return self._ready[1]
        looks = looks_of(picture.frame, self._aspect)
        if self._conversion is None or self._conversion.source != looks or not self.run.is_open:
            plan = self.plan
            wanted = Wanted(self.run.kind, (plan.width, plan.height), is_upright=plan.burn_in)
            self._open(picture, conversion_for(looks, wanted, picture.frame.format))
        frame = picture.frame if self._converter is None else self._converter.apply(picture.frame)
        if self._burn_in is not None and self.plan.burn_in:
            sample = picture.sample
            frame = self._fitting(self._burn_in.apply(frame, sample.instant_ns, sample.utc_ns))
        self._ready = (picture, frame)
        return frame

    def _fitting(self, burned: Any) -> Any:
        """A picture with its overlay, converted back to the encoder's pixel format where the overlay needed another
        one."""
        if self._conversion is None or burned.format.name == self._conversion.out.pixel_format:
            return burned
        if self._after_overlay is None:
            looks = looks_of(burned, self._conversion.out.aspect)
            self._after_overlay = Converter(Conversion(looks, (looks.width, looks.height), self._conversion.out))
        return self._after_overlay.apply(burned)

    def _open(self, picture: Decoded, shape: Conversion) -> None:
        self.end()
        self.run.open(
            EncoderOrder(
                encoder=self.run.kind.known.name,
                preset=self.run.preset,
                bit_rate=self.plan.bit_rate,
                frame_rate=self.plan.frame_rate or (self._source.frame_rate if self._source is not None else None),
                time_base=self._time_base,
                threads=max(1, round(self.cores)),
                looks=shape.out,
            )
        )
        self._conversion, self._converter, self._after_overlay = shape, Converter(shape), None
        self._next_keyframe_ns = picture.sample.instant_ns

    def _deliver(self, packets: list[Any]) -> None:
        for packet in packets:
            entered = self._in_flight.pop(packet.pts, None)
            if entered is None:
                continue
            stored = self._stored_format()
            sample = entered.picture.sample
            number = sample.number if self._number is None else self._number
            self._number = number + 1
            made = Sample(
                track=Track.VIDEO,
                packet=packet,
                pts=packet.pts,
                dts=packet.pts if packet.dts is None else min(packet.pts, packet.dts),
                duration=packet.duration or 0,
                is_keyframe=packet.is_keyframe,
                size=packet.size,
                instant_ns=entered.instant_ns,
                utc_ns=entered.instant_ns + sample.clock_ns,
                number=number,
            )
            self._channel.deliver(made, stored)
            if self._ready is not None and self._ready[0] is entered.picture:
                self._recent.append(Given(self._ready[1], made))

    def _stored_format(self) -> SourceFormat:
        """The encoder's format with the source's sound. The same object as before while nothing has changed, so that a
        file goes on."""
        made, source = self.run.format, self._source
        if source is not None and source.audio is not None:
            templates = {**made.templates, Track.AUDIO: source.templates[Track.AUDIO]}
            made = replace(made, audio=source.audio, templates=templates)
        if self.format is None or not self.format.fits(made):
            self.format = made
        return self.format

    def _lose_in_flight(self) -> None:
        for entered in self._in_flight.values():
            self._not_encoded(entered.picture.sample)
        self._in_flight.clear()

    @staticmethod
    def _chosen_time_base(source: SourceFormat, plan: EncodingPlan) -> Fraction:
        """The time base of what is stored: exact for a fixed frame rate, else the source's own, so that its times are
        kept."""
        if plan.frame_rate:
            return time_base_of(plan.frame_rate)
        own = source.video.time_base
        return own if own.numerator == 1 and 1_000 <= own.denominator <= 1_000_000 else FINE_TIME_BASE
