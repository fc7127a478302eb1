"""Narration beside the pictures: in sync for an hour whatever the camera's clock does, in simulated time."""

import itertools
import random
from fractions import Fraction

import pytest

from seacorder.channel.narration.placement import NarrationPlacement
from seacorder.channel.timing.timeline import Timeline
from seacorder.model.narration import FRAME_SAMPLES, SAMPLE_RATE
from seacorder.model.sample import Sample, SourcePacket, Track, TrackFormat

SECOND = 1_000_000_000
MS = 1_000_000
BASE = Fraction(1, 90_000)
VIDEO = TrackFormat(Track.VIDEO, "h264", BASE, b"", 640, 360)
RATE = 25
BEGIN = 5_000 * SECOND
PACKET_NS = FRAME_SAMPLES * SECOND / SAMPLE_RATE


class Stage:
    """A camera whose clock is off by `ppm`, behind a network, and a narrator that is `late_ns` behind."""

    def __init__(self, ppm: int = 0, late_ns: int = 70 * MS, jitter_ms: float = 0.0) -> None:
        self.narration = NarrationPlacement(channels=1)
        self.timeline = Timeline(utc_minus_monotonic_ns=10**18)
        self.timeline.connect(VIDEO, None, Fraction(RATE))
        self.placed: list[Sample] = []
        self.pictures: list[Sample] = []
        self._ppm, self._late_ns, self._jitter_ms = ppm, late_ns, jitter_ms
        self._chance = random.Random(7)
        self._spoken = self._shown = 0
        self._arrived_ns = 0

    def run(self, seconds: float, *, speaks: bool = True, shows: bool = True) -> None:
        """Goes on for so long; without `speaks` the narrator is away, without `shows` the camera."""
        for number in range(self._shown, self._shown + round(seconds * RATE)):
            captured_ns = BEGIN + number * SECOND // RATE
            delay_ns = int(min(80, self._chance.expovariate(1 / self._jitter_ms)) * MS) if self._jitter_ms else 0
            self._arrived_ns = max(self._arrived_ns + 1, captured_ns + delay_ns)
            self._speak(self._arrived_ns, speaks=speaks)
            self._shown += 1
            if not shows:
                continue
            ticks = number * SECOND // RATE * (1_000_000 + self._ppm) // 1_000_000 * 90_000 // SECOND
            packet = SourcePacket(Track.VIDEO, None, ticks, ticks, 3600, number % RATE == 0, 100, self._arrived_ns)
            picture = self.timeline.stamp(packet)
            self.placed += self.narration.up_to(picture, VIDEO)
            self.pictures.append(picture)

    def _speak(self, now_ns: int, *, speaks: bool) -> None:
        while (instant_ns := BEGIN + round(self._spoken * PACKET_NS)) + self._late_ns <= now_ns:
            if speaks:
                self.narration.hear(instant_ns, self._spoken.to_bytes(8, "big"))
            self._spoken += 1

    @property
    def spoken(self) -> list[tuple[int, Sample]]:
        """What was said and has been placed, with its number."""
        return [(int.from_bytes(bytes(one.packet), "big"), one) for one in self.placed if one.size == 8]

    def errors_ms(self) -> list[float]:
        """How far each packet lies from where the picture of the same true moment lies, by the camera's own clock."""
        first = self.pictures[0].pts / 90_000
        return [
            (one.pts / SAMPLE_RATE - first - number * PACKET_NS / SECOND * (1 + self._ppm / 1e6)) * 1000
            for number, one in self.spoken
        ]


@pytest.mark.slow
@pytest.mark.parametrize("ppm", [-100, 100])
def test_in_sync_over_an_hour(ppm: int) -> None:
    stage = Stage(ppm, jitter_ms=15.0)
    stage.run(3600)
    errors = stage.errors_ms()
    assert len(errors) > 168_000
    # The whole error, with the network's least delay in it, which nobody can see.
    assert max(map(abs, errors)) < 12
    assert stage.narration.status.missing_seconds == 0
    assert stage.narration.status.late_packets == 0


def test_every_packet_has_its_own_place_in_order() -> None:
    stage = Stage(ppm=100, jitter_ms=15)
    stage.run(600)
    steps = {after.pts - before.pts for before, after in itertools.pairwise(stage.placed)}
    # A tick more or less follows the drift; a picture that came quicker than any before it is worth some, once.
    assert all(FRAME_SAMPLES - 96 <= step <= FRAME_SAMPLES + 96 for step in steps), steps
    assert [number for number, _ in stage.spoken] == list(range(len(stage.spoken)))


def test_narration_that_is_away_is_silence_of_the_right_length() -> None:
    stage = Stage(ppm=50)
    stage.run(60)
    stage.run(30, speaks=False)
    stage.run(60)
    assert max(map(abs, stage.errors_ms())) < 12
    silence = [one for one in stage.placed if one.size != 8]
    assert sum(one.duration for one in silence) / SAMPLE_RATE == pytest.approx(30, abs=0.05)
    assert stage.narration.status.missing_seconds == pytest.approx(30, abs=0.05)
    for before, after in itertools.pairwise(stage.placed):
        assert FRAME_SAMPLES // 2 <= after.pts - before.pts < 3 * FRAME_SAMPLES // 2


def test_silence_comes_while_the_narrator_is_still_away() -> None:
    stage = Stage()
    stage.run(30, speaks=False)
    last = stage.placed[-1]
    assert stage.pictures[-1].instant_ns - last.instant_ns < 1.1 * SECOND
    assert not stage.narration.status.is_heard


def test_what_is_said_while_the_camera_is_away_has_its_place_all_the_same() -> None:
    stage = Stage()
    stage.run(20)
    stage.run(30, shows=False)
    stage.run(20)
    assert [number for number, _ in stage.spoken] == list(range(len(stage.spoken)))
    assert max(map(abs, stage.errors_ms())) < 12


def test_when_the_camera_was_away_for_long_no_flood_of_silence_comes() -> None:
    stage = Stage()
    stage.run(10)
    before = len(stage.placed)
    stage.run(600, shows=False)
    stage.run(1)
    # The last minute that was said, and nothing for the nine before, which the pictures miss as well.
    assert len(stage.placed) - before < 62 * SAMPLE_RATE / FRAME_SAMPLES
    assert max(map(abs, stage.errors_ms())) < 12


def test_a_new_connection_of_the_camera_leaves_sound_where_pictures_are() -> None:
    stage = Stage(ppm=100)
    stage.run(1800)
    stage.timeline.connect(VIDEO, None, Fraction(RATE))
    begin = len(stage.pictures)
    first_said = len(stage.spoken)
    stage.run(60)
    picture = stage.pictures[begin]
    offset_ns = picture.instant_ns - picture.pts * SECOND // 90_000
    for _, one in stage.spoken[first_said + 100 :]:
        assert abs(one.pts * SECOND / SAMPLE_RATE + offset_ns - one.instant_ns) < 12 * MS
    assert all(after.pts > before.pts for before, after in itertools.pairwise(stage.placed))


def test_a_channel_may_have_it_later_than_it_was_captured() -> None:
    stage = Stage()
    stage.narration = NarrationPlacement(channels=1, offset_ns=250 * MS)
    stage.run(20)
    assert min(stage.errors_ms()) > 240
    assert max(stage.errors_ms()) < 260
    assert [number for number, _ in stage.spoken] == list(range(len(stage.spoken)))


def test_narration_that_is_too_late_is_counted_and_left() -> None:
    stage = Stage(late_ns=3 * SECOND)
    stage.run(20)
    assert stage.spoken == []
    assert stage.narration.status.late_packets > 700
