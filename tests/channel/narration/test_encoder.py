"""Narration on the monotonic clock: a sound card that drifts, loses samples or goes away, in simulated time."""

import itertools
import random
from array import array
from collections.abc import Iterator
from typing import Any

import av
import pytest

from seacorder.channel.narration.encoder import QUIETEST_DB, NarrationEncoder, NarrationPacket, decibels
from seacorder.inputs.sound.tone import RATE, markers, tone
from seacorder.media.aac import narration_format
from seacorder.model.narration import FRAME_SAMPLES, SAMPLE_RATE

SECOND = 1_000_000_000
MS = 1_000_000
BEGIN = 5_000 * SECOND
"""Monotonic time of the tone's sample 0."""


class Card:
    """A sound card that hears the tone, with a crystal that is off by `ppm`, and `delay_ms` of delay on the mean."""

    def __init__(self, encoder: NarrationEncoder, *, ppm: float = 0, rate: int = SAMPLE_RATE) -> None:
        self._encoder = encoder
        self._rate, self._true_rate = rate, rate * (1 + ppm / 1e6)
        self._count = rate // 50
        self._chance = random.Random(3)
        self._done = 0.0
        encoder.new_device()

    def run(self, seconds: float, *, gives: bool = True) -> Iterator[NarrationPacket]:
        """What comes out while it gives sound for so long; without `gives` what it hears is lost."""
        for _ in range(round(seconds * 50)):
            at = [int((self._done + step) / self._true_rate * RATE) for step in range(self._count)]
            self._done += self._count
            if not gives:
                continue
            heard = tone(at[0], at[-1] - at[0] + 1)
            frame = av.AudioFrame(format="s16", layout="mono", samples=self._count)
            frame.sample_rate = self._rate
            frame.planes[0].update(array("h", [heard[one - at[0]] for one in at]).tobytes())
            yield from self._encoder.take(frame, self.now_ns + int(self._chance.expovariate(1 / 2) * MS))

    @property
    def now_ns(self) -> int:
        """The true time."""
        return BEGIN + int(self._done / self._true_rate * SECOND)


def encoder(**settings: Any) -> NarrationEncoder:
    return NarrationEncoder(**{"channels": 1, "bits_per_second": 96_000, **settings})


def errors_ms(packets: list[NarrationPacket]) -> list[float]:
    """How far each second of the tone lies from where the packets' instants put it."""
    decoder: Any = av.CodecContext.create("aac", "r")
    decoder.extradata = narration_format(1).track.extradata
    samples = array("f")
    for packet in packets:
        for frame in decoder.decode(packet.packet):
            samples.extend(memoryview(frame.planes[0]).cast("f")[: frame.samples])
    begin = (packets[0].instant_ns - BEGIN) / SECOND
    errors = []
    for one in markers(samples):
        at = begin + one.sample / RATE
        assert round(at) % 256 == one.second
        errors.append((at - round(at)) * 1000)
    return errors


def is_without_gap(packets: list[NarrationPacket]) -> bool:
    return all(after.number - before.number == FRAME_SAMPLES for before, after in itertools.pairwise(packets))


@pytest.mark.parametrize("ppm", [-200, 200])
def test_a_card_that_drifts_stays_within_milliseconds(ppm: int) -> None:
    made = encoder()
    packets = list(Card(made, ppm=ppm).run(90))
    errors = errors_ms(packets)
    assert len(errors) >= 88
    assert max(map(abs, errors)) < 5, errors
    assert is_without_gap(packets)
    assert all(packet.instant_ns == made.epoch_ns + packet.number * SECOND // SAMPLE_RATE for packet in packets)


@pytest.mark.parametrize("rate", [44_100, 16_000])
def test_cards_of_other_rates(rate: int) -> None:
    errors = errors_ms(list(Card(encoder(), rate=rate).run(10)))
    assert len(errors) >= 9
    assert max(map(abs, errors)) < 5


def test_a_card_that_is_away_is_silence_of_the_right_length() -> None:
    made = encoder()
    card = Card(made)
    packets = list(card.run(10))
    for _ in range(50):
        list(card.run(0.1, gives=False))
        packets += made.silence(card.now_ns - 400 * MS)
    made.new_device()
    packets += card.run(10)
    assert is_without_gap(packets)
    errors = errors_ms(packets)
    assert 18 <= len(errors) <= 20
    assert max(map(abs, errors)) < 5


def test_samples_that_the_card_lost_cost_their_length_and_nothing_after_them() -> None:
    made = encoder()
    card = Card(made)
    packets = list(card.run(30))
    list(card.run(0.3, gives=False))  # an overrun: nobody read it in time, and nobody says so
    packets += card.run(60)
    assert is_without_gap(packets)
    assert max(map(abs, errors_ms(packets[:1200]))) < 5
    assert max(map(abs, errors_ms(packets[-2000:]))) < 5


def test_silence_can_be_the_first_thing() -> None:
    made = encoder()
    packets = [*made.silence(BEGIN), *made.silence(BEGIN + SECOND)]
    assert is_without_gap(packets)
    assert made.level.take() == (QUIETEST_DB, QUIETEST_DB)


def test_the_level_follows_the_gain() -> None:
    quiet, loud = encoder(gain_db=-12), encoder()
    list(Card(quiet).run(3))
    list(Card(loud).run(3))
    for one, other in zip(quiet.level.take(), loud.level.take(), strict=True):
        assert other - one == pytest.approx(12, abs=0.1)


def test_decibels() -> None:
    assert decibels(1.0) == 0
    assert decibels(0.1) == pytest.approx(-20)
    assert decibels(0.0) == QUIETEST_DB
