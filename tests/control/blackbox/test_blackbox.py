"""The blackbox over fake workers with real files: it runs by itself, is told apart, keeps to its limits, is kept."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from control.bridge import Bridge
from seacorder.base.errors import BadRequest, NotKnown, NotPossible, StorageFailed
from seacorder.model.alarm import AlarmKind
from seacorder.model.blackbox import BlackboxSettings, StartBlackbox, is_of_blackbox
from seacorder.model.channel import ChannelState
from seacorder.model.file_note import FileNote
from seacorder.model.loss import Loss, LossCause
from seacorder.model.observation_entry import Entry
from seacorder.model.recording import FileKind, FileState, Part
from seacorder.model.report import FileExamined
from seacorder.model.settings import SettingsChange
from seacorder.storage import account_file, blackbox_files

MINUTE_NS = 60 * 10**9


@pytest.fixture
async def recorder(bridge: Bridge, tmp_path: Path) -> Bridge:
    """It runs, and its blackbox has recorded for ten seconds."""
    bridge.blackbox = BlackboxSettings(str(tmp_path / "bb"), ("Bow", "Stern"), reserve_bytes=0)
    bridge.build()
    await bridge.start()
    bridge.pass_seconds(10)
    return bridge


def box(bridge: Bridge):
    found = bridge.recorder.blackbox.box
    assert found is not None
    return found


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.mp4"))


async def test_it_records_from_the_start_and_nobody_hears_of_it(recorder: Bridge) -> None:
    (order,) = recorder["Bow"].told(StartBlackbox)
    assert is_of_blackbox(order.id)
    view = recorder.recorder.status().blackbox
    assert view is not None
    assert view.is_recording
    assert not recorder.recorder.is_recording()
    assert recorder.recorder.status().recording_id is None
    assert await recorder.rows("parts") == ()
    assert "part_opened" not in recorder.kinds()


async def test_a_recording_beside_it_is_its_own(recorder: Bridge) -> None:
    outcome = await recorder.recorder.start_recording()
    await recorder.recorder.stop_recording()
    assert {part.recording_id for part in await recorder.rows("parts")} == {outcome.id}
    assert box(recorder).view().is_recording


async def test_what_reaches_no_disk_is_an_alarm_and_it_ends_by_itself(recorder: Bridge) -> None:
    recorder["Bow"].blackbox.writes = False
    recorder.pass_seconds(2)
    alarm = next(one for one in recorder.recorder.status().alarms if one.kind is AlarmKind.BLACKBOX_NOT_RECORDING)
    assert "The blackbox does NOT record Bow." in alarm.fact
    recorder["Bow"].blackbox.writes = True
    recorder.pass_seconds(1)
    assert recorder.recorder.status().alarms == ()


async def test_a_camera_without_a_picture_is_no_fault_of_the_blackbox(recorder: Bridge) -> None:
    recorder["Bow"].blackbox.writes = False
    recorder["Bow"].beat(ChannelState.FAILED, "Bow does not answer.")
    recorder.pass_seconds(5)
    assert [one.kind for one in recorder.recorder.status().alarms] == [AlarmKind.CAMERA_FAILED]


async def test_a_recording_process_that_was_killed_goes_on_with_the_next_number(recorder: Bridge) -> None:
    recorder["Bow"].lose()
    assert any(one.kind is AlarmKind.BLACKBOX_NOT_RECORDING for one in recorder.recorder.status().alarms)
    recorder["Bow"].come_back()
    assert [order.first_part for order in recorder["Bow"].told(StartBlackbox)] == [1, 2]
    await box(recorder).holdings.work()
    assert [one.part.state for one in box(recorder).holdings.files if one.part] == [FileState.INTERRUPTED]


async def test_a_stretch_becomes_a_recording_of_the_same_files(recorder: Bridge) -> None:
    now_ns = recorder.clock.utc_ns()
    keeping = asyncio.ensure_future(recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns))
    await asyncio.sleep(0)
    why = recorder.recorder.against_restart()
    kept = await keeping
    assert why is not None
    assert (why.fact, recorder.recorder.against_restart()) == ("A stretch of the blackbox is being kept.", None)
    assert (kept.channels, kept.files, kept.losses, kept.is_linked) == (("Bow", "Stern"), 2, 0, True)
    parts = await recorder.rows("parts")
    assert {(part.recording_id, part.number, part.state) for part in parts} == {
        (kept.recording_id, 1, FileState.WHOLE)
    }
    (recording,) = await recorder.rows("recordings")
    assert recording.id == kept.recording_id
    held = [one for one in box(recorder).holdings.files if one.part is not None]
    assert all(Path(part.path).samefile(one.paths[0]) for part, one in zip(parts, held, strict=True))
    assert "blackbox_kept" in recorder.kinds()
    assert box(recorder).view().is_recording


async def test_a_stretch_that_is_kept_has_the_clocks_of_its_time(recorder: Bridge) -> None:
    """Also after the program was started again: they lie beside the files."""
    now_ns = recorder.clock.utc_ns()
    recorder.recorder.blackbox.clock_stepped(5_000_000_000)
    first = await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    (before,) = recorder.recorder.blackbox.clocks.of([first.recording_id])
    assert [(one.at, one.step_ns) for one in before.samples] == [("start", 0), ("step", 5_000_000_000)]
    await recorder.crash()
    recorder.clock.advance(60)
    recorder.build()
    await recorder.start()
    await recorder.until(box(recorder)._loading.done)
    again = await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    (after,) = recorder.recorder.blackbox.clocks.of([again.recording_id])
    assert after.samples == before.samples


async def test_while_a_stretch_is_kept_nobody_removes_it(recorder: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    uses, said, give = recorder.recorder.removals.uses, [], blackbox_files.give

    def watched(*files, **limits):
        said.extend(map(uses.why, uses.needed))
        return give(*files, **limits)

    monkeypatch.setattr(blackbox_files, "give", watched)
    now_ns = recorder.clock.utc_ns()
    kept = await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    assert set(said) == {"It is being kept from the blackbox."}
    assert uses.why(kept.recording_id) == ""


async def test_two_stretches_with_the_same_file_are_two_recordings(recorder: Bridge) -> None:
    now_ns = recorder.clock.utc_ns()
    first = await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    second = await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    assert first.recording_id != second.recording_id
    assert len({part.path for part in await recorder.rows("parts")}) == 4


async def test_names_without_the_channel_are_told_apart(recorder: Bridge) -> None:
    await recorder.recorder.change_settings(SettingsChange(filename_template="dive"))
    now_ns = recorder.clock.utc_ns()
    await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    assert sorted(Path(part.path).name for part in await recorder.rows("parts")) == ["dive.mp4", "dive_2.mp4"]


async def test_a_video_that_cannot_be_read_takes_room_and_goes_as_the_others_do(
    recorder: Bridge, tmp_path: Path
) -> None:
    left = tmp_path / "bb" / "2020-01-01_00" / "Bow_20200101T000000000Z.mp4"
    left.parent.mkdir()
    left.write_bytes(b"?" * 100)
    recorder.examined[str(left)] = FileExamined(str(left), None)
    await recorder.crash()
    recorder.build()
    await recorder.start()
    blackbox = box(recorder)
    await recorder.until(lambda: blackbox._loading is not None and blackbox._loading.done())
    await blackbox.holdings.work()
    assert blackbox.holdings.files[0].paths == [left]
    blackbox.holdings._settings = replace(blackbox.settings, max_bytes=0)
    await blackbox.holdings.work()
    assert not left.exists()


async def test_its_losses_come_along(recorder: Bridge) -> None:
    now_ns = recorder.clock.utc_ns()
    at_ns = now_ns - 5 * 10**9
    loss = Loss("Bow", at_ns, at_ns + 10**9, 24, LossCause.STALL, box(recorder).id)
    recorder["Bow"].report(loss)
    assert await recorder.rows("losses") == ()
    kept = await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    assert await recorder.rows("losses") == (replace(loss, recording_id=kept.recording_id),)


@pytest.mark.parametrize(("begin", "end", "fault"), [(0, 0, BadRequest), (-2, 3600, BadRequest), (-7200, -7000, None)])
async def test_a_stretch_that_cannot_be_is_refused(
    recorder: Bridge, begin: int, end: int, fault: type[Exception] | None
) -> None:
    now_ns = recorder.clock.utc_ns()
    with pytest.raises(fault or NotPossible):
        await recorder.recorder.blackbox.keep(now_ns + begin * 10**9, now_ns + end * 10**9)
    assert await recorder.rows("recordings") == ()


async def test_a_name_that_cannot_be_made_leaves_nothing(recorder: Bridge, tmp_path: Path) -> None:
    now_ns = recorder.clock.utc_ns()
    await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    before = files(tmp_path)
    held = box(recorder).holdings.files[-1]
    held.paths[0].unlink()  # by hand
    with pytest.raises(StorageFailed):
        await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    assert len(files(tmp_path)) == len(before) - 1


async def test_after_a_stretch_that_could_not_be_kept_the_next_start_removes_nothing_of_others(
    recorder: Bridge, tmp_path: Path
) -> None:
    await recorder.recorder.change_settings(SettingsChange(filename_template="dive", directory_template="rec"))
    now_ns = recorder.clock.utc_ns()
    await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    before = set(tmp_path.rglob("dive*.mp4"))
    box(recorder).holdings.files[-1].paths[0].unlink()  # by hand
    with pytest.raises(StorageFailed):
        await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    (folder,) = {path.parent for path in before}
    later = [folder / f"dive_{number}.mp4" for number in range(3, 6)]
    for path in later:
        path.write_bytes(b"recorded after that")
    await recorder.crash()
    recorder.build()
    await recorder.start()
    await recorder.until(recorder.recorder.blackbox._undoing.done)
    assert set(tmp_path.rglob("dive*.mp4")) == before | set(later)


async def test_the_oldest_go_beyond_the_limit_and_never_what_is_needed(recorder: Bridge, tmp_path: Path) -> None:
    blackbox = box(recorder)
    for _ in range(3):
        recorder.clock.advance(60)
        for name in ("Bow", "Stern"):
            recorder[name].blackbox.carry_out(_split(recorder), recorder.clock.utc_ns())
    await blackbox.holdings.work()
    assert len(blackbox.holdings.files) == 6
    oldest = blackbox.holdings.files[0]
    blackbox.holdings._settings = replace(blackbox.settings, max_bytes=350)
    with blackbox.needs.held(oldest.begin_utc_ns, oldest.begin_utc_ns + 1):
        await blackbox.holdings.work()
        left = blackbox.holdings.files
        assert (len(left), left[0]) == (3, oldest)
    await blackbox.holdings.work()
    assert blackbox.holdings.files[0] == oldest  # there is room again: nothing more has to go
    assert len(files(tmp_path / "bb")) == 3 + 2


async def test_a_clip_that_runs_needs_what_is_recorded_meanwhile(recorder: Bridge) -> None:
    needs, now_ns = box(recorder).needs, recorder.clock.utc_ns()
    assert not needs.are_there(now_ns, now_ns + MINUTE_NS)
    await recorder.recorder.start_clip(FileKind.CLIP)
    assert needs.are_there(now_ns, now_ns + MINUTE_NS)
    assert not needs.are_there(now_ns - 2 * MINUTE_NS, now_ns - MINUTE_NS)
    await recorder.recorder.stop_clip(FileKind.CLIP)
    assert not needs.are_there(now_ns, now_ns + MINUTE_NS)


async def test_after_an_unexpected_end_it_goes_on_and_knows_what_was_there(recorder: Bridge, tmp_path: Path) -> None:
    now_ns = recorder.clock.utc_ns()
    await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)  # so that some files are in the account
    first_id, open_parts = box(recorder).id, dict(box(recorder).open)
    await recorder.crash()
    for part in open_parts.values():
        note = FileNote(FileKind.RECORDING, part.channel, first_id, part.number, part.first_frame, part.start_utc_ns)
        recorder.examined[part.path] = FileExamined(
            part.path, FileState.INTERRUPTED, note=note, frames=40, bytes=100, newest_frame_utc_ns=now_ns + 1
        )
    recorder.clock.advance(30)
    recorder.build()
    await recorder.start()
    blackbox = box(recorder)
    await recorder.until(lambda: blackbox._loading is not None and blackbox._loading.done())
    await blackbox.holdings.work()
    assert sorted(one.part.state.value for one in blackbox.holdings.files if one.part) == [
        "interrupted", "interrupted", "whole", "whole",
    ]
    recorder.pass_seconds(5)
    later_ns = recorder.clock.utc_ns()
    kept = await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, later_ns)
    assert kept.files == 6
    ended = [loss for loss in await recorder.rows("losses") if loss.cause is LossCause.PROGRAM_ENDED]
    assert {loss.channel for loss in ended} == {"Bow", "Stern"}


async def test_files_of_before_are_found_once_its_disk_is_back(recorder: Bridge, tmp_path: Path) -> None:
    blackbox = box(recorder)
    await recorder.until(lambda: blackbox._loading is not None and blackbox._loading.done())
    recorder["Bow"].blackbox.writes = False
    recorder.pass_seconds(2)
    blackbox.look()
    hour = tmp_path / "bb" / "2020-01-01_00"
    hour.mkdir()
    before = hour / "Bow_20200101T000000000Z.mp4"
    before.write_bytes(b"x" * 100)
    part = Part("blackbox-0", "Bow", 1, str(before), 1, 10**9, 0, 25, 100, FileState.WHOLE)
    account_file.append(hour, [part])
    recorder["Bow"].blackbox.writes = True
    recorder.pass_seconds(1)
    blackbox.look()
    await recorder.until(blackbox._loading.done)
    assert [one.part for one in blackbox.holdings.files] == [part]


async def test_without_one_there_is_nothing_to_ask(bridge: Bridge) -> None:
    await bridge.start()
    assert bridge.recorder.status().blackbox is None
    with pytest.raises(NotKnown, match="no blackbox"):
        await bridge.recorder.blackbox.keep(0, 1)
    with pytest.raises(NotKnown):
        bridge.recorder.blackbox.view()


def _split(bridge: Bridge):
    from seacorder.model.blackbox import SplitBlackbox
    from seacorder.model.instant import Instant

    return SplitBlackbox(Instant.now(bridge.clock))


async def test_an_observation_outside_of_any_recording_holds_what_was_recorded_around_it(recorder: Bridge) -> None:
    one = await recorder.recorder.observations.observe(Entry("NOTE", text="A fish"))
    await recorder.catalogue.flush()
    blackbox = box(recorder)
    await blackbox._observed.look(0)
    assert blackbox.needs.are_there(one.start.utc_ns, one.start.utc_ns + 1)
    await recorder.recorder.observations.withdraw(one.id)
    await recorder.catalogue.flush()
    await blackbox._observed.look(0)
    assert not blackbox.needs.are_there(one.start.utc_ns, one.start.utc_ns + 1)


async def test_however_many_observations_there_are_none_is_passed_over(
    recorder: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await recorder.recorder.observations.observe(Entry("NOTE", text="A fish"))
    recorder.clock.advance(300)
    last = await recorder.recorder.observations.observe(Entry("NOTE", text="Another one"))
    await recorder.catalogue.flush()
    monkeypatch.setattr("seacorder.catalogue.queries.LIMIT_MAX", 1)
    blackbox = box(recorder)
    await blackbox._observed.look(0)
    needed = [blackbox.needs.are_there(one.start.utc_ns, one.start.utc_ns + 1) for one in (first, last)]
    assert needed == [True, True]


async def test_what_a_run_that_ended_in_the_middle_of_keeping_has_made_is_removed(
    recorder: Bridge, tmp_path: Path
) -> None:
    made, listed = tmp_path / "DATA_1" / "Bow.mp4", tmp_path / "DATA_2" / "Bow.mp4"
    for path in (made, listed):
        path.parent.mkdir()
        path.write_bytes(b"x")
    now_ns = recorder.clock.utc_ns()
    kept = await recorder.recorder.blackbox.keep(now_ns - MINUTE_NS, now_ns)
    for identifier, path, is_left in ((kept.recording_id, listed, True), ("never listed", made, False)):
        recorder.catalogue.save_text("blackbox_keeping", json.dumps({"recording": identifier, "files": [str(path)]}))
        await recorder.crash()
        recorder.build()
        await recorder.start()
        await recorder.until(recorder.recorder.blackbox._undoing.done)
        assert path.exists() is is_left
        assert path.parent.exists() is is_left
