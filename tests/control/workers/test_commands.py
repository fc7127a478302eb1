"""Commands to all workers at once: each channel has an outcome, whatever its worker does."""

import pytest

from fakes.clock import FakeClock
from fakes.workers import FakeSupervisor
from seacorder.control.workers.commands import ChannelWorkers, MakeCommand
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import (
    SetOverlayText,
    StartClip,
    StartRecording,
    StopClip,
    StopRecording,
    TakeFramegrab,
)
from seacorder.model.encoding import EncodingSettings, Machine
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.narration import NarrationSettings
from seacorder.model.recording import FileKind
from seacorder.supervisor.worker import Callbacks

NOW = Instant(1, 2)
NAMING = Naming("/", "", 0, "", 0, FileKind.RECORDING)
NARRATOR = ChannelSettings(9, "Talk", "alsa:default", narrator=NarrationSettings("t" * 64, into="file"))


@pytest.fixture
def supervisor() -> FakeSupervisor:
    return FakeSupervisor(FakeClock())


def workers_of(supervisor: FakeSupervisor, narrator: ChannelSettings | None = None) -> ChannelWorkers:
    channels = [ChannelSettings(index, name, "test:") for index, name in enumerate(("Bow", "Stern", "Port"))]
    workers = ChannelWorkers(supervisor, channels, narrator)  # type: ignore[arg-type]
    workers.add_all(Callbacks())
    return workers


GOES_ON = "Recording is not affected."
UNANSWERED = [
    (lambda request, _: StartRecording(request, "r", NOW, NAMING, SplitSchedule(0, 0), reevaluate_tags=False),
     "If Stern does not show ● on the page within 10 s, see the alarms."),
    (lambda request, _: StopRecording(request, NOW),
     ("Seacorder goes on finishing its file. Wait half a minute before you switch anything off; the file can be played "
     "in any case.")),
    (lambda request, _: StartClip(request, "c", FileKind.CLIP, NOW, NAMING),
     f"{GOES_ON} If Stern is to be in the clip, stop the clip and start it again."),
    (lambda request, _: StartClip(request, "a", FileKind.ANOMALY, NOW, NAMING),
     f"{GOES_ON} If Stern is to be in the anomaly, stop the anomaly and start it again."),
    (lambda request, _: StopClip(request, FileKind.CLIP, NOW),
     f"{GOES_ON} The file of the clip can be played as it stands."),
    (lambda request, _: TakeFramegrab(request, "f", NOW, NAMING),
     f"{GOES_ON} If no event says that the framegrab is stored, try again."),
]  # fmt: skip


@pytest.mark.parametrize(("make", "action"), UNANSWERED)
async def test_a_channel_that_does_not_answer_says_what_holds_for_the_command(
    supervisor: FakeSupervisor, make: MakeCommand, action: str
) -> None:
    workers = workers_of(supervisor)
    workers.start(["Stern"])
    supervisor["Stern"].is_hung = True
    (stern,) = await workers.ask(["Stern"], make, 0.01)
    assert stern.reason.both == ("Stern did not confirm within 0.01 s.", action)


async def test_each_channel_has_an_outcome(supervisor: FakeSupervisor) -> None:
    workers = workers_of(supervisor)
    workers.start(["Bow", "Stern"])
    supervisor["Stern"].is_hung = True
    bow, stern, port = await workers.ask(workers.names, lambda request, _: StopRecording(request, NOW), 0.01)
    assert (bow.channel, bow.ok) == ("Bow", True)
    assert (stern.channel, stern.ok, stern.is_unanswered) == ("Stern", False, True)
    assert (port.channel, port.ok, port.is_unanswered) == ("Port", False, False)


def test_workers_that_run_already_are_not_started_again(supervisor: FakeSupervisor) -> None:
    started: list[str] = []
    workers = ChannelWorkers(supervisor, [ChannelSettings(0, "Bow", "test:")])  # type: ignore[arg-type]
    workers.add_all(Callbacks(on_started=started.append))
    workers.start(["Bow"])
    workers.start(["Bow"])
    assert started == ["Bow"]


async def test_a_narrator_with_files_of_its_own_records_and_is_sent_nothing_else(supervisor: FakeSupervisor) -> None:
    workers = workers_of(supervisor, NARRATOR)
    workers.start(workers.everybody)
    assert workers.recording_names == ("Bow", "Stern", "Port", "Talk")
    workers.send_all(SetOverlayText(NOW, "12 m"))
    assert supervisor["Talk"].commands == []
    assert len(supervisor["Port"].commands) == 1


async def test_a_new_process_begins_with_the_encoding_that_is_in_force(supervisor: FakeSupervisor) -> None:
    workers = workers_of(supervisor)
    encoding = EncodingSettings(is_smart=False, encoder="libx264")
    workers.begin_with("Stern", encoding, Machine((), 1.0))
    assert supervisor["Stern"].first_message.encoding == encoding  # type: ignore[attr-defined]
    assert supervisor["Bow"].first_message.encoding != encoding  # type: ignore[attr-defined]
