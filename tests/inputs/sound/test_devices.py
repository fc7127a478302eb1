"""Where narration comes from: a file, and ALSA as far as it can be tried without a card."""

import os
import threading
from array import array
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from seacorder.base.clock import SystemClock
from seacorder.base.errors import BadRequest, InputFailed
from seacorder.inputs.real_time import RealTime
from seacorder.inputs.sound.devices import SoundChunk, make_sound
from seacorder.inputs.sound.tone import RATE, tone
from seacorder.model.address.sound import SoundDeviceAddress, ToneAddress, parse_sound_address

CLOCK = SystemClock()


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "talk.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=RATE // 2)
        frame.sample_rate, frame.pts = RATE, 0
        frame.planes[0].update(tone(0, RATE // 2).tobytes())
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def samples_in(chunks: Iterator[SoundChunk], count: int) -> "array[int]":
    found = array("h")
    for chunk in chunks:
        plane = memoryview(chunk.frame.planes[0]).cast("B")
        found.frombytes(bytes(plane[: chunk.frame.samples * 2]))
        if len(found) >= count:
            break
    return found


def test_a_file_is_played_in_real_time_and_again(wav: Path) -> None:
    sound = make_sound(f"file:{wav}?loop=1", channels=1, clock=CLOCK)
    sound.open()
    begin_ns = CLOCK.monotonic_ns()
    found = samples_in(sound.chunks(), RATE)
    sound.close()
    assert found[: RATE // 2] == tone(0, RATE // 2) == found[RATE // 2 : RATE]
    assert CLOCK.monotonic_ns() - begin_ns > 0.9e9


def test_a_file_that_does_not_loop_ends(wav: Path) -> None:
    sound = make_sound(f"file:{wav}", channels=1, clock=CLOCK)
    sound.open()
    assert len(samples_in(sound.chunks(), 10 * RATE)) == RATE // 2


@pytest.mark.parametrize("address", ["file:/nowhere.wav", "alsa:no such card", "dshow:Microphone", "avfoundation:0"])
def test_what_cannot_be_opened_says_so(address: str) -> None:
    with pytest.raises(InputFailed, match="cannot be opened"):
        make_sound(address, channels=1, clock=CLOCK).open()


@pytest.mark.parametrize("text", ["", "default", "alsa:", "jack:system", "tone:440"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_sound_address(text)


def test_addresses() -> None:
    assert parse_sound_address("alsa:hw:1,0") == SoundDeviceAddress("alsa", "hw:1,0")
    assert parse_sound_address(" dshow:Microphone (USB Audio)") == SoundDeviceAddress("dshow", "Microphone (USB Audio)")
    assert parse_sound_address("TONE:") == ToneAddress()


@pytest.fixture
def alsa_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A device of ALSA that gives what is written into a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    settings = tmp_path / "asound.conf"
    device = f'pcm.rehearsal {{ type file slave.pcm "nothing" file "/dev/null" infile "{pipe}" format "raw" }}'
    settings.write_text(f"pcm.nothing {{ type null }}\n{device}\n", encoding="ascii")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(settings))
    return pipe


@pytest.mark.parametrize("channels", [1, 2])
def test_a_device_of_alsa(alsa_file: Path, channels: int) -> None:
    real_time = RealTime(CLOCK)

    def play() -> None:
        """In real time, as a card would."""
        begin_ns = CLOCK.monotonic_ns()
        with alsa_file.open("wb", buffering=0) as pipe:
            for number in range(100):
                real_time.wait_until(begin_ns + number * 10_000_000)
                mono = tone(number * 480, 480)
                both = array("h", [sample for sample in mono for _ in range(channels)])
                try:
                    pipe.write(both.tobytes())
                except BrokenPipeError:
                    return

    player = threading.Thread(target=play)
    player.start()
    sound = make_sound("alsa:rehearsal", channels=channels, clock=CLOCK)
    sound.open()
    found = array("h")
    for chunk in sound.chunks():
        assert len(chunk.frame.layout.channels) == channels
        assert chunk.frame.sample_rate == RATE
        found.frombytes(bytes(memoryview(chunk.frame.planes[0]).cast("B"))[: chunk.frame.samples * 2 * channels])
        if len(found) >= RATE // 2 * channels:
            break
    sound.close()
    real_time.stop()
    player.join(60)
    assert found[: RATE // 2 * channels : channels] == tone(0, RATE // 2)
