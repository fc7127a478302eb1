"""The narrator: never pauses, whatever the device does, and says how it does."""

import queue
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import av
import pytest

from fakes.clock import FakeClock
from rig.program import DEADLINE_SECONDS, wait_for
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, SystemClock
from seacorder.base.errors import InputFailed
from seacorder.base.message import Message
from seacorder.channel.narration import narrator
from seacorder.channel.narration.link import NarrationSender
from seacorder.channel.narration.narrator import Narrator, SoundCapture
from seacorder.inputs.sound.devices import CHUNK_NS, SoundChunk, SoundInput, ToneSound
from seacorder.inputs.sound.tone import tone
from seacorder.model.narration import FRAME_SAMPLES, SAMPLE_RATE, NarrationSettings, SoundState
from seacorder.model.sample import SourcePacket, Track

TOKEN = "t" * 64
CLOCK = SystemClock()


class Plug:
    """A device that can be pulled out."""

    def __init__(self) -> None:
        self.is_in = True

    def make(self) -> SoundInput:
        return _Plugged(self)


class _Plugged:
    def __init__(self, plug: Plug) -> None:
        self._plug = plug
        self._tone = ToneSound(CLOCK)

    def open(self) -> None:
        if not self._plug.is_in:
            raise InputFailed("There is no such device.")
        self._tone.open()

    def chunks(self) -> Iterator[SoundChunk]:
        for chunk in self._tone.chunks():
            if not self._plug.is_in:
                raise InputFailed("The plug was pulled.")
            yield chunk

    def close(self) -> None:
        self._tone.close()


class Run:
    """A narrator at work."""

    def __init__(self, make_sound: Callable[[], SoundInput], **settings: object) -> None:
        self.notes: list[tuple[str, ...]] = []
        self.packets: queue.SimpleQueue[SourcePacket] = queue.SimpleQueue()
        self.voice = NarrationSender(TOKEN)
        self.narrator = Narrator(
            NarrationSettings(TOKEN, **settings),  # type: ignore[arg-type]
            SoundCapture(make_sound, CLOCK),
            self.voice,
            CLOCK,
            lambda *note: self.notes.append(note),
        )
        self.source = self.narrator.open()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for packet in self.narrator.packets():
            assert isinstance(packet, SourcePacket)
            self.packets.put(packet)

    def take(self, seconds: float) -> list[SourcePacket]:
        return [self.packets.get(timeout=DEADLINE_SECONDS) for _ in range(round(seconds * SAMPLE_RATE / FRAME_SAMPLES))]

    def close(self) -> None:
        self.narrator.close()
        self.voice.close()


@pytest.fixture
def plug() -> Plug:
    return Plug()


@pytest.fixture
def run(plug: Plug) -> Iterator[Run]:
    made = Run(plug.make)
    yield made
    made.close()


class Device:
    """The narrator's capture in simulated time: what it brings each 20 ms, for as long as it is there."""

    def __init__(self, **settings: object) -> None:
        self.clock = FakeClock()
        self.is_in = True
        self.standstill_seconds = 0.0
        """For so long the whole process gets no turn next; the device has the sound of that time."""
        self._given = 0
        self._items: list[SoundChunk | Message | None] = [None]
        self.voice = NarrationSender(TOKEN)
        self.narrator = Narrator(
            NarrationSettings(TOKEN, **settings),  # type: ignore[arg-type]
            self,  # type: ignore[arg-type]
            self.voice,
            self.clock,
            lambda *_: None,
        )
        self.narrator.open()
        self._packets = self.narrator.packets()

    @property
    def came(self) -> "Device":
        return self

    def start(self) -> None:
        pass

    def get(self, timeout: float) -> SoundChunk | Message | None:
        """As a queue's: the next item, or Empty after the time, which passes meanwhile."""
        if self._items:
            return self._items.pop(0)
        if not self.is_in:
            self.clock.advance(timeout)
            raise queue.Empty
        if self.standstill_seconds:
            self.clock.advance(self.standstill_seconds)
            count = round(self.standstill_seconds * NS_PER_SECOND / CHUNK_NS)
            self._items += [self._chunk() for _ in range(count)]
            self.standstill_seconds = 0.0
            raise queue.Empty
        self.clock.advance(CHUNK_NS / NS_PER_SECOND)
        return self._chunk()

    def _chunk(self) -> SoundChunk:
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLE_RATE // 50)
        frame.sample_rate = SAMPLE_RATE
        frame.planes[0].update(tone(self._given, frame.samples).tobytes())
        self._given += frame.samples
        return SoundChunk(frame, self.clock.monotonic_ns())

    def pull_out(self) -> None:
        self.is_in = False
        self._items.append(Message("The plug was pulled."))

    def take(self, seconds: float) -> list[Any]:
        return list(islice(self._packets, round(seconds * SAMPLE_RATE / FRAME_SAMPLES)))

    @property
    def behind_ms(self) -> float:
        """How long ago the sound was captured that comes next."""
        return (self.clock.monotonic_ns() - self.take(0.03)[0].arrived_ns) / NS_PER_MS


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    yield made
    made.voice.close()


def numbers_follow(packets: list[SourcePacket]) -> bool:
    first = packets[0].pts
    assert first is not None
    return [packet.pts for packet in packets] == [first + at * FRAME_SAMPLES for at in range(len(packets))]


def test_packets_come_from_a_device(run: Run) -> None:
    assert numbers_follow(run.take(2))
    assert run.narrator.status.state is SoundState.LIVE
    assert run.source.video.codec == "aac"
    assert run.source.video.track is Track.VIDEO


def test_packets_come_in_real_time_with_their_capture_time(device: Device) -> None:
    assert numbers_follow(device.take(2))
    assert 0 < device.behind_ms < 100
    assert device.narrator.status.missing_seconds == 0


def test_after_a_standstill_of_the_machine_all_of_its_sound_is_there(device: Device) -> None:
    packets = device.take(1)
    device.standstill_seconds = 3.0
    packets += device.take(4)
    assert numbers_follow(packets)
    assert device.narrator.status.missing_seconds == 0


def test_silence_comes_in_real_time_too(device: Device) -> None:
    packets = device.take(1)
    device.pull_out()
    packets += device.take(2)
    assert 0 < device.behind_ms < 1000
    assert device.narrator.status.missing_seconds > 1.9
    assert numbers_follow(packets)


def test_while_the_plug_is_out_silence_takes_its_place(run: Run, plug: Plug) -> None:
    packets = run.take(1)
    plug.is_in = False
    wait_for(lambda: run.narrator.status.state is SoundState.FAILED, "the loss to be noticed")
    assert run.narrator.status.why in {Message("The plug was pulled."), Message("There is no such device.")}
    wait_for(lambda: run.narrator.status.missing_seconds > 1, "silence")
    plug.is_in = True
    wait_for(lambda: run.narrator.status.state is SoundState.LIVE, "it to be back")
    packets += run.take(3)
    assert numbers_follow(packets)
    assert [kind for kind, *_ in run.notes] == ["narration_missing", "narration_back"]


def test_a_device_that_is_never_there_is_silence_from_the_beginning(plug: Plug) -> None:
    plug.is_in = False
    run = Run(plug.make)
    try:
        assert numbers_follow(run.take(2))
        assert run.narrator.status.state is SoundState.FAILED
    finally:
        run.close()


def test_silence_is_told_from_a_hum(plug: Plug) -> None:
    run = Run(plug.make, gain_db=-40.0, silent_db=-50.0)
    try:
        run.take(2)
        wait_for(lambda: run.narrator.status.silent_since_utc_ns is not None, "silence to be noticed")
        assert run.narrator.status.level_db < -50
    finally:
        run.close()


def test_the_offset_moves_capture_times_and_nothing_else() -> None:
    taken = []
    for offset_ms in (0, 200):
        device = Device(offset_ms=offset_ms)
        taken.append([(one.pts, one.arrived_ns - offset_ms * NS_PER_MS) for one in device.take(2)])
        device.voice.close()
    assert taken[0] == taken[1]


class _Mute:
    """A device that opens and then gives nothing, as a card that hangs."""

    def __init__(self) -> None:
        self._closed = threading.Event()

    def open(self) -> None:
        pass

    def chunks(self) -> Iterator[SoundChunk]:
        self._closed.wait(DEADLINE_SECONDS)
        yield from ()

    def close(self) -> None:
        self._closed.set()


def test_a_device_that_hangs_is_told_with_how_long() -> None:
    run = Run(_Mute)
    try:
        run.take(4)
        wait_for(lambda: run.narrator.status.stalled_seconds > 3.5, "the time to be told")
        status = run.narrator.status
        assert status.state is SoundState.FAILED
        assert status.why == Message("The sound device is open but has sent nothing for 3 s.", "Check its plug.")
    finally:
        run.close()


def test_what_comes_out_decodes(run: Run) -> None:
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = run.source.video.extradata
    frames = [frame for packet in run.take(1) for frame in decoder.decode(packet.packet)]
    assert sum(frame.samples for frame in frames) > 0.9 * SAMPLE_RATE


def test_the_first_failure_is_the_alarms_and_a_new_reason_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(narrator, "FIRST_DELAY_SECONDS", 0.0)
    reasons = iter(["It is unplugged.", "It is unplugged.", "It is in use."])

    def make() -> SoundInput:
        reason = next(reasons, None)
        if reason is None:
            capture.stop()
        raise InputFailed(reason or "It was stopped.", "Check its plug.")

    capture = SoundCapture(make, CLOCK)
    capture.work()
    assert [record.getMessage() for record in caplog.records] == ["It is in use. Check its plug."]
