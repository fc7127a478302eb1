"""The search for encoders survives what drivers do."""

from collections.abc import Callable

import pytest

from fakes.clock import FakeClock
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.base.errors import NotPossible
from seacorder.control.workers.encoder_probe import EncoderProbe
from seacorder.model.encoders import ENCODERS, SOFTWARE
from seacorder.model.report import EncoderTried

LIMIT_SECONDS = 10.0


def probe_with(process: Callable[[FakeWorker, tuple[str, ...]], None]) -> EncoderProbe:
    """A probe whose processes do what `process` does with the names that they are told."""
    supervisor = FakeSupervisor(FakeClock())

    def added(worker: FakeWorker) -> None:
        worker.on_start = lambda: process(worker, worker.first_message.names)  # type: ignore[attr-defined]

    supervisor.on_add = added
    return EncoderProbe(supervisor, LIMIT_SECONDS)  # type: ignore[arg-type]


async def test_a_driver_that_crashes_costs_only_its_own_encoder() -> None:
    def process(worker: FakeWorker, names: tuple[str, ...]) -> None:
        for name in names:
            if name == "hevc_nvenc":
                worker.lose("signal 11")
                return
            worker.report(EncoderTried(name, True))
        worker.end()

    probe = probe_with(process)
    trials = {trial.name: trial for trial in await probe.trials()}
    assert list(trials) == [encoder.name for encoder in ENCODERS]
    assert [name for name, trial in trials.items() if not trial.is_usable] == ["hevc_nvenc"]
    assert trials["hevc_nvenc"].sentence == "It failed while it was tried (signal 11)."
    assert await probe.available() == tuple(name for name in trials if name != "hevc_nvenc")


async def test_the_software_encoders_are_tried_first() -> None:
    told: list[str] = []

    def process(worker: FakeWorker, names: tuple[str, ...]) -> None:
        told.extend(names)
        for name in names:
            worker.report(EncoderTried(name, True))
        worker.end()

    await probe_with(process).trials()
    assert tuple(told[: len(SOFTWARE)]) == SOFTWARE


async def test_processes_that_say_nothing_are_no_answer() -> None:
    with pytest.raises(NotPossible):
        await probe_with(lambda worker, _: worker.lose()).available()
