"""A camera is tried in a process of its own: its picture, or why there is none, within a limit."""

from collections.abc import Callable

import pytest

from fakes.clock import FakeClock
from fakes.workers import FakeSupervisor, FakeWorker
from rig.ports import free_ports
from seacorder.base.errors import NotPossible, WorkerLost
from seacorder.base.message import Message
from seacorder.config.definition_body import read_definition
from seacorder.control.workers import input_trial
from seacorder.control.workers.input_trial import InputTrials
from seacorder.model.channel import PictureFormat
from seacorder.model.command import PreviewOverlay, TryInput, TryLine
from seacorder.model.overlay import OverlaySettings
from seacorder.model.report import InputTried, JpegPicture, LineTried
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.worker import Callbacks

PICTURE = PictureFormat("h264", 1280, 720, 25.0)
ORDER = TryInput("rtsp://10.0.0.9/1", "Test")


def trials_with(process: Callable[[FakeWorker], None], seconds: float = 60.0) -> InputTrials:
    supervisor = FakeSupervisor(FakeClock())

    def added(worker: FakeWorker) -> None:
        worker.on_start = lambda: process(worker)

    supervisor.on_add = added
    return InputTrials(supervisor, seconds=seconds)  # type: ignore[arg-type]


async def test_the_last_step_counts() -> None:
    def process(worker: FakeWorker) -> None:
        assert worker.first_message == ORDER
        worker.report(InputTried(PICTURE))
        worker.report(InputTried(PICTURE, b"picture"))

    assert await trials_with(process).result(ORDER) == InputTried(PICTURE, b"picture")


async def test_a_crash_is_told_with_how_far_it_came() -> None:
    def process(worker: FakeWorker) -> None:
        worker.report(InputTried(PICTURE))
        worker.lose("signal 11")

    tried = await trials_with(process).result(ORDER)
    assert tried.picture == PICTURE
    assert tried.why is not None
    assert "crashed" in tried.why.fact


@pytest.mark.parametrize(("steps", "words"), [([], "what it sends"), ([InputTried(PICTURE)], "no complete picture")])
async def test_a_source_that_hangs_is_left_after_the_limit(steps: list[InputTried], words: str) -> None:
    tried = await trials_with(lambda worker: [worker.report(one) for one in steps] and None, 0.01).result(ORDER)
    assert tried.why is not None
    assert words in tried.why.fact


async def test_too_many_at_once_are_refused() -> None:
    trials = trials_with(lambda worker: None)
    trials._waiting = input_trial.WAITING_MAX
    with pytest.raises(NotPossible):
        await trials.result(ORDER)


async def test_a_real_process_shows_a_test_pattern_and_says_why_a_camera_cannot_be_reached() -> None:
    supervisor = Supervisor(Callbacks())
    trials = InputTrials(supervisor)
    shown = await trials.result(TryInput("test:?size=320x240&rate=25", "Bow"))
    assert shown.picture is not None
    assert (shown.picture.width, shown.why) == (320, None)
    assert shown.jpeg.startswith(b"\xff\xd8")
    (port,) = free_ports(1)
    refused = await trials.result(TryInput(f"rtsp://rov:secret@127.0.0.1:{port}/1", "Bow"))
    assert refused.jpeg == b""
    assert isinstance(refused.why, Message)
    assert "secret" not in refused.why.text
    assert not list(supervisor)


async def test_a_preview_is_drawn_and_one_that_fails_is_told() -> None:
    order = PreviewOverlay(b"picture", OverlaySettings(), "Bow", "", {}, 0)
    drawn = JpegPicture(0, b"drawn")
    assert await trials_with(lambda worker: worker.report(drawn)).preview(order) == drawn
    with pytest.raises(WorkerLost):
        await trials_with(lambda worker: worker.lose("signal 11")).preview(order)


async def test_a_process_that_reads_no_line_is_told() -> None:
    with pytest.raises(WorkerLost, match="Nothing else was disturbed"):
        await trials_with(lambda worker: worker.lose("signal 11")).line(TryLine((), "7.5"))


async def test_a_real_process_reads_a_line_and_ends_a_regular_expression_that_never_ends() -> None:
    supervisor = Supervisor(Callbacks())
    trials = InputTrials(supervisor)
    fields = [{"name": "depth", "position": 1, "unit": "m"}]
    good = read_definition("Depth", {"kind": "expression", "expression": "D([0-9.]+)", "fields": fields})
    assert await trials.line(TryLine(good.parts, "D7.5")) == LineTried((("depth", "m"),), (7.5,))
    endless = read_definition("Depth", {"kind": "expression", "expression": "((a+)+)$", "fields": fields})
    tried = await trials.line(TryLine(endless.parts, "a" * 60 + "!"))
    assert tried == LineTried(refusal="The regular expression takes too long over this line.")
    assert not list(supervisor)
