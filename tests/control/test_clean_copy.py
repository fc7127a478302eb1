"""Untouched pictures beside burned ones, as control sees them: parts, losses, a worker that is lost, alarms."""

from dataclasses import replace

from control.bridge import Bridge
from seacorder.model.alarm import AlarmKind
from seacorder.model.channel import clean_name
from seacorder.model.command import StartRecording
from seacorder.model.loss import LossCause
from seacorder.model.recording import FileState, FileStatus, Part
from seacorder.model.report import PartClosed, PartOpened

CLEAN = clean_name("Bow")


def part_of(order: StartRecording, number: int, start_utc_ns: int) -> Part:
    path = f"/data/Bow_clean_{number}.mp4"
    return Part(order.recording_id, CLEAN, number, path, start_utc_ns, None, 0, 0, 0, FileState.OPEN)


def beat_with_clean(bridge: Bridge, order: StartRecording, part: Part, *, is_stored: bool = True) -> None:
    """A heartbeat that says what is written of the untouched pictures too."""
    worker = bridge["Bow"]
    now_ns, utc_ns = bridge.clock.monotonic_ns(), bridge.clock.utc_ns()
    stored = (now_ns, utc_ns, now_ns, now_ns) if is_stored else (0, 0, 0, 0)
    file = FileStatus(
        order.recording_id,
        part.path,
        part.number,
        part.start_utc_ns,
        50,
        5000,
        *stored,
    )
    worker.status = replace(worker.status, keeps_clean=True, clean=file)
    worker.beat()


async def test_a_lost_worker_interrupts_both_and_each_goes_on_with_its_own_number(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    (order,) = bridge["Bow"].told(StartRecording)
    assert (order.first_part, order.first_clean_part) == (1, 1)
    begun_ns = bridge.clock.utc_ns()
    for number in (1, 2, 3):
        part = part_of(order, number, begun_ns)
        bridge["Bow"].report(PartOpened(part))
        if number < 3:
            bridge["Bow"].report(PartClosed(replace(part, state=FileState.WHOLE, end_utc_ns=begun_ns, frames=1)))
    bridge.clock.advance(2)
    beat_with_clean(bridge, order, part_of(order, 3, begun_ns))
    bridge["Bow"].lose()
    bridge["Bow"].come_back()
    again = bridge["Bow"].told(StartRecording)[-1]
    assert (again.first_part, again.first_clean_part) == (2, 4)
    bridge.clock.advance(3)
    bridge["Bow"].report(PartOpened(part_of(again, 4, bridge.clock.utc_ns())))
    await bridge.event("loss_noted")
    parts = await bridge.rows("parts", channel=CLEAN)
    assert [part.number for part in parts] == [1, 2, 3, 4]
    assert parts[2].state is not FileState.OPEN
    losses = [loss for loss in await bridge.rows("losses", channel=CLEAN) if loss.cause is LossCause.WORKER_KILLED]
    assert any(loss.to_utc_ns == parts[3].start_utc_ns for loss in losses)


async def test_nothing_of_the_untouched_pictures_on_disk_is_an_alarm(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    (order,) = bridge["Bow"].told(StartRecording)
    part = part_of(order, 1, bridge.clock.utc_ns())
    for _ in range(30):
        bridge.pass_seconds(1)
        beat_with_clean(bridge, order, part, is_stored=False)
    bridge.recorder._housekeeping._alarms.look()
    alarms = {(alarm.kind, alarm.channel) for alarm in bridge.recorder.status().alarms}
    assert (AlarmKind.RECORDING_NOT_WRITTEN, CLEAN) in alarms
    assert (AlarmKind.RECORDING_NOT_WRITTEN, "Bow") not in alarms
