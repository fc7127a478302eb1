"""Pictures that are decoded in another process: the same as here; and what follows when that ends or hangs."""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence

import pytest

from fakes.clock import FakeClock
from fakes.footage import Footage, Recipe, footage
from seacorder.base.clock import Clock
from seacorder.base.errors import InputFailed
from seacorder.base.pipe import decode, encode
from seacorder.channel.pictures.client import COMMAND, PictureProcess
from seacorder.media import still_decoder
from seacorder.media.packing import packed, packed_format
from seacorder.model.channel import PictureFault
from seacorder.model.command import TakeFramegrab
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant
from seacorder.model.recording import FileKind
from seacorder.model.sample import Sample, Track
from seacorder.sinks.still.framegrab import make_framegrab, pixel_aspect_of, thumbnail_of

NAMING = Naming("/", "", 0, "", 0, FileKind.FRAMEGRAB)
HANGS = (sys.executable, "-c", "import sys; sys.stdin.buffer.read()")
ENDS = (sys.executable, "-c", "import sys; sys.stdin.buffer.read(1); sys.exit(5)")
LIES = (sys.executable, "-c", "import sys; sys.stdin.buffer.read(1); print('x' * 100); sys.stdin.buffer.read()")


@pytest.fixture(scope="module")
def shot() -> Footage:
    return footage(Recipe())


Start = Callable[..., PictureProcess]


@pytest.fixture
def start() -> Iterator[Start]:
    """Makes picture processes; they are ended after the test."""
    made: list[PictureProcess] = []

    def one(clock: Clock, command: Sequence[str] = COMMAND) -> PictureProcess:
        made.append(PictureProcess(clock, command=command))
        return made[-1]

    yield one
    for process in made:
        process.stop()


def video(shot: Footage) -> list[Sample]:
    return [sample for sample in shot.samples if sample.track is Track.VIDEO]


def command(shot: Footage) -> TakeFramegrab:
    last = video(shot)[4]
    return TakeFramegrab(1, "f1", Instant(last.instant_ns, last.utc_ns), NAMING, None)


def test_packed_pictures_survive_the_pipe_and_decode_to_the_same_picture(shot: Footage) -> None:
    samples, source = decode(encode((packed(video(shot)[:5]), packed_format(shot.source)))[4:])
    there, _ = still_decoder.decode(samples, samples[-1], source)
    here, _ = still_decoder.decode(video(shot)[:5], video(shot)[4], shot.source)
    assert [bytes(plane) for plane in there.planes] == [bytes(plane) for plane in here.planes]
    assert pixel_aspect_of(source) == pixel_aspect_of(shot.source)


def test_the_picture_process_makes_the_same_stills_and_sees_the_same(shot: Footage, start: Start) -> None:
    pictures = start(FakeClock()).of("Bow")
    samples = video(shot)[:5]
    asked = (command(shot), samples, shot.source, "Bow")
    assert pictures.framegrab(*asked) == make_framegrab(*asked)
    assert pictures.thumbnail(samples, shot.source, 64) == thumbnail_of(samples, shot.source, 64)
    assert pictures.see(samples[0], shot.source) is None
    assert pictures.processor_time_ns() > 0


def test_what_cannot_be_decoded_is_said_as_here(shot: Footage, start: Start) -> None:
    pictures = start(FakeClock()).of("Bow")
    broken = [video(shot)[0]._replace(packet=b"nothing")]
    with pytest.raises(InputFailed, match="cannot be decoded"):
        pictures.thumbnail(broken, shot.source, 64)


@pytest.mark.parametrize("child", [ENDS, LIES], ids=["it ends", "it lies"])
def test_a_process_that_ends_or_lies_fails_the_still_and_another_is_started_in_a_while(
    shot: Footage, start: Start, child: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    clock = FakeClock()
    process = start(clock, child)
    pictures = process.of("Bow")
    for _ in range(2):  # the second one finds it ended, and does not start another one at once
        with pytest.raises(InputFailed, match="picture process ended"):
            pictures.thumbnail(video(shot)[:1], shot.source, 64)
    assert "The picture process stopped unexpectedly" in caplog.text
    clock.advance(1.0)
    process._command = COMMAND
    assert pictures.thumbnail(video(shot)[:1], shot.source, 64)


def test_a_process_that_hangs_is_ended(
    shot: Footage, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seacorder.channel.pictures.client.STILL_SECONDS", 0.3)
    with pytest.raises(InputFailed, match="did not answer"):
        start(FakeClock(), HANGS).of("Bow").thumbnail(video(shot)[:1], shot.source, 64)


def test_a_fault_is_not_taken_back_by_a_process_that_knows_nothing_of_it(shot: Footage, start: Start) -> None:
    pictures = start(FakeClock()).of("Bow")
    pictures._fault = PictureFault.FROZEN
    assert pictures.see(video(shot)[0], shot.source) is PictureFault.FROZEN
