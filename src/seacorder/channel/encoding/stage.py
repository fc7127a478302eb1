"""Between the input and the channel: packets pass through, or go by way of the encode thread.

`Stage.take` gets every packet, or `take_all` those that have come together, on the thread that reads the source. Where
pictures pass through, it hands the packet to the channel. Where they are encoded, the channel gives the packet its
times (`receive`) and the stage puts it into the queue of the encode thread, which gives the result back to the channel
(`deliver`).

An operator's change of the encoding waits until the pictures have reached its instant (`change`, `_change_over`). Where
pictures change between passing through and being encoded, the encode thread first finishes what it has.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from seacorder.base.message import Message
from seacorder.channel.encoding.channel_side import StagedChannel
from seacorder.channel.encoding.encode_step import EncodeStep
from seacorder.channel.encoding.frame_queue import NO_PRIMER, Primer
from seacorder.channel.encoding.pipeline import Pipeline
from seacorder.channel.encoding.thread import EncodeThread
from seacorder.model.command import ChangeEncoding
from seacorder.model.encoding import EncodingPlan, EncodingSettings, EncodingStatus, Machine
from seacorder.model.encoding_decision import plan_for
from seacorder.model.sample import Sample, SourceFormat, SourcePacket, Track

Decide = Callable[[SourceFormat, EncodingSettings, Machine], EncodingPlan]


def decide(source: SourceFormat, asked: EncodingSettings, machine: Machine) -> EncodingPlan:
    """What becomes of a camera's pictures; see `plan_for`."""
    return plan_for(source.picture, asked, machine)


def as_it_comes(_source: SourceFormat, _asked: EncodingSettings, _machine: Machine) -> EncodingPlan:
    """What becomes of the narrator's packets: it has encoded them itself."""
    return EncodingPlan(is_pass_through=True, sentence="Narration is AAC already.")


class Stage:
    """Fed by the thread that reads the source; `change`, `status`, `frames_to_encode` and `busy_seconds` may be called
    on any.

    The lock keeps `change` and the ingest thread from altering plan and waiting changes at the same time. It is held
    while the encode thread finishes, so `change` may block as long: five seconds at most.
    """

    def __init__(self, channel: StagedChannel, decide: Decide, encoding: EncodeStep) -> None:
        self._channel = channel
        self._decide = decide
        self._encoding = encoding
        self._pipeline = Pipeline(channel, channel.clock, encoding)
        self._thread: EncodeThread | None = None
        self._lock = threading.Lock()
        settings = channel.settings
        self._asked = ChangeEncoding(0, settings.encoding, settings.machine)
        """What is in force."""
        self._waiting: list[ChangeEncoding] = []
        """The changes that are not in force yet, the earliest first. Replaced and never altered, since `take` reads it
        without the lock.
        """
        self._source: SourceFormat | None = None
        """Of the present connection or the last one; as files get it (`stored_format`)."""
        self._plan: EncodingPlan | None = None
        self._is_plain = True
        """Pictures pass through, and no change waits."""

    def take(self, packet: SourcePacket) -> None:
        """One packet of the present connection. Waits for the encoder only where encoding ends or begins: five seconds
        at most."""
        if self._is_plain:
            self._channel.take(packet)
        elif self._waiting and packet.arrived_ns >= self._waiting[0].from_ns:
            self._take_until_change(packet)
        elif self._channel.encoding.is_on:
            # A change that waits does not concern this packet: it arrived, so it was captured, before the instant.
            self._take_encoded(packet)
        else:
            self._channel.take(packet)

    def take_all(self, packets: Sequence[SourcePacket]) -> None:
        """Packets of the present connection that have come together; otherwise as `take`."""
        if self._is_plain:
            self._channel.take_all(packets)
            return
        for packet in packets:
            self.take(packet)

    def connected(self, source: SourceFormat) -> None:
        """A connection has been made, or its format has changed; packets of that format follow. Blocks while what came
        before is encoded, five seconds at most."""
        with self._lock:
            source = self._channel.stored_format(source)
            now_ns = self._channel.clock.monotonic_ns()
            due = [one for one in self._waiting if one.from_ns <= now_ns]
            self._waiting = [one for one in self._waiting if one.from_ns > now_ns]
            self._asked = due[-1] if due else self._asked
            plan = self._plan_for(source, self._asked)
            self._drain()
            self._source = source
            self._channel.connected(source)
            self._follow(source, plan)

    def disconnected(self, why: Message) -> None:
        """The connection is lost or could not be made. What came before is encoded first: blocks for that, five seconds
        at most."""
        self._drain()
        self._channel.disconnected(why)

    def change(self, change: ChangeEncoding) -> None:
        """Encodes in another way from the first picture captured at or after an instant; pass-through begins with the
        first keyframe after it. A change that asks for what is done already only replaces the plan's sentence.

        It replaces the changes that wait for the same instant or a later one.
        """
        with self._lock:
            if self._source is None or self._waiting or not self._adopt_if_same(change, self._source):
                self._waiting = [one for one in self._waiting if one.from_ns < change.from_ns] + [change]
                self._choose_way()

    def _adopt_if_same(self, change: ChangeEncoding, source: SourceFormat) -> bool:
        """Brings a change into force at once if it asks for what is done already. If it asks for something else,
        does nothing and returns False."""
        plan = self._plan_for(source, change)
        if self._plan is None or replace(plan, sentence=self._plan.sentence) != self._plan:
            return False
        self._asked, self._plan = change, plan
        self._encoding.cores = change.machine.cores
        return True

    def finish(self) -> None:
        """Waits until everything that has been taken is with the channel, five seconds at most."""
        self._drain()

    def status(self) -> EncodingStatus | None:
        """What is done now; None before the source is known."""
        plan, counts = self._plan, self._pipeline.counts
        if plan is None:
            return None
        if plan.is_pass_through:
            return EncodingStatus(
                plan.sentence, plan.encoder, dropped_frames=counts.dropped, asked_from_ns=self._asked.from_ns
            )
        run = self._encoding.run
        return EncodingStatus(
            sentence=plan.sentence,
            encoder=run.name or plan.encoder,
            planned_encoder=plan.encoder,
            preset=run.preset or plan.preset,
            bit_rate=plan.bit_rate,
            dropped_frames=counts.dropped,
            passed_over_frames=counts.passed_over,
            repeated_frames=counts.repeated,
            delay_ms=self._encoding.delay_ms,
            asked_from_ns=self._asked.from_ns,
            fault=run.fault,
        )

    def _plan_for(self, source: SourceFormat, change: ChangeEncoding) -> EncodingPlan:
        asked = change.encoding
        plan = self._decide(source, asked, change.machine)
        return replace(plan, burn_in=asked.burn_in, deinterlace=asked.deinterlace)

    def _follow(self, source: SourceFormat, plan: EncodingPlan, primer: Primer = NO_PRIMER) -> None:
        """Brings a plan into force, for packets that have not been taken yet. The encode thread must have finished."""
        # The channel numbers pictures as they come; an encoder's frames may be more or fewer. Where encoding has
        # ended, the channel goes on behind the last stored frame.
        if plan.is_pass_through and self._encoding.next_number is not None:
            self._channel.number_from(self._encoding.next_number)
            self._encoding.begin_numbers(None)
        self._enter(plan)
        if not plan.is_pass_through:
            if self._thread is None:
                self._thread = EncodeThread(self._pipeline, self._channel.clock)
                self._thread.start()
            self._thread.begin(source, plan, primer)
        self._choose_way()

    def _enter(self, plan: EncodingPlan) -> None:
        self._plan = plan
        self._encoding.cores = self._asked.machine.cores
        self._channel.encoding.is_on = not plan.is_pass_through
        self._channel.texts.is_burned_in = plan.burn_in and not plan.is_pass_through

    def _choose_way(self) -> None:
        """Notes which way `take` sends packets, and tells the channel from when on pictures will be encoded."""
        side, source = self._channel.encoding, self._source
        self._is_plain = not (side.is_on or self._waiting)
        is_on = [not self._plan_for(source, one).is_pass_through if source else False for one in self._waiting]
        side.on_from_ns = min((one.from_ns for one, on in zip(self._waiting, is_on, strict=True) if on), default=None)

    def _take_encoded(self, packet: SourcePacket) -> None:
        sample = self._channel.receive(packet)
        if sample is not None:
            self._put(sample, packet.arrived_ns)

    def _take_until_change(self, packet: SourcePacket) -> None:
        """One packet that may have been captured at or after the instant of a change that waits."""
        sample, source = self._channel.receive(packet), self._source
        if sample is None or source is None:
            return
        if sample.track is Track.VIDEO:
            with self._lock:
                sample = self._change_over(sample, source)
        if self._channel.encoding.is_on:
            self._put(sample, packet.arrived_ns)
        else:
            self._channel.deliver(sample, source)

    def _put(self, sample: Sample, arrived_ns: int) -> None:
        if self._thread is not None:
            self._thread.put(sample, arrived_ns)

    def _change_over(self, sample: Sample, source: SourceFormat) -> Sample:
        """Brings into force the change that is due with this picture, or leaves it to a later picture.

        Pass-through must begin with a keyframe. Encoding may begin with any picture, if the channel still has those
        that the decoder must have seen before it. Returns the sample; where pass-through begins, with the number that
        follows the stored frames.
        """
        due = [one for one in self._waiting if one.from_ns <= sample.instant_ns]
        if not due or self._plan is None:
            return sample
        plan = self._plan_for(source, due[-1])
        stays_encoded = not plan.is_pass_through and self._channel.encoding.is_on
        primer = NO_PRIMER
        if not stays_encoded and not sample.is_keyframe:
            pictures = [] if plan.is_pass_through else self._channel.primer()
            if not pictures:
                return sample  # the next picture is asked again
            primer = Primer(tuple(pictures), sample.number)
        self._asked = due[-1]
        self._waiting = [one for one in self._waiting if one.from_ns > sample.instant_ns]
        if stays_encoded and self._thread is not None:
            # Pictures captured before the instant may still be in the queue: the encode thread changes over by itself.
            self._enter(plan)
            self._thread.change(self._asked.from_ns, plan)
            self._choose_way()
            return sample
        self._drain()
        number = self._encoding.next_number
        self._follow(source, plan, primer)
        if not plan.is_pass_through or number is None:
            return sample
        # This picture was received before `_follow`, with a number of the channel's own: it takes the first one itself.
        self._channel.number_from(number + 1)
        return sample._replace(number=number)

    def frames_to_encode(self) -> int:
        """Pictures that have been received and are not encoded yet. Any thread."""
        return self._thread.waiting if self._thread is not None else 0

    def busy_seconds(self) -> float:
        """For how long the encode thread has been with one picture. Any thread."""
        return self._thread.busy_seconds() if self._thread is not None else 0.0

    def _drain(self) -> None:
        if self._thread is not None:
            self._thread.drain()
