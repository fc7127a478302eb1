"""Narration through the whole program: in sync with the pictures in the finished files, whatever happens to it."""

import itertools
import os
import signal
import subprocess
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import pytest
from av.error import FFmpegError

from rig.frames import frame_numbers, missing_and_repeated
from rig.program import Program, running, wait_for
from rig.sound import heard_seconds, later_than_picture_ms, samples_of, whole_seconds
from seacorder.evidence.check import check_file
from seacorder.evidence.rebuild import read_folders
from seacorder.model.file_note import NOTE_KEY, FileNote
from seacorder.model.recording import FileState, Part

SYNC_MS = 40
LATE_SECONDS = 1.0
"""Sound that comes so late is not waited for: each channel has silence in its place, and says for how long."""
CHANNELS = {"Bow": "test:?size=320x180&rate=25", "Stern": "test:?size=320x180&rate=30&gop=15"}
ENCODED = {"Wheel": "test:?size=320x180&rate=10&codec=raw"}
"""What comes as raw pictures goes through the encoder."""
RATES = {"Bow": 25, "Stern": 30, "Wheel": 10}


def settings(into: str) -> str:
    return f'[audio]\ninput = "tone:"\ninto = "{into}"\n[recording]\nsplit_time_minutes = 0.1\n'


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with running(tmp_path, CHANNELS, more=settings("all")) as made:
        made.wait_live()
        wait_for(lambda: narration(made)["listeners"] == len(CHANNELS), "both channels to listen")
        yield made


def narration(program: Program) -> dict[str, object]:
    found: dict[str, object] = program.get("/api/v1/status")["narration"]
    return found


def missing_seconds(program: Program, name: str) -> float:
    """For how long a channel has had silence in the place of narration."""
    return float(program.channel(name)["narration"]["missing_seconds"])


def path_of_repaired(program: Program) -> str | None:
    return next((part["path"] for part in program.rows("parts") if part["state"] == "repaired"), None)


def narrator_pid(program: Program) -> int:
    """The narrator is started behind the channels, and whoever is started again comes last."""
    return program.worker_pids()[-1]


@pytest.mark.slow
def test_sound_and_pictures_are_in_sync_in_every_part_of_every_channel(tmp_path: Path) -> None:
    channels = CHANNELS | ENCODED
    with running(tmp_path, channels, more=settings("all")) as program:
        program.wait_live()
        wait_for(lambda: narration(program)["listeners"] == len(channels), "all channels to listen")
        before = {name: missing_seconds(program, name) for name in channels}
        program.get("/api/inspector/startrecording")
        program.wait_recorded(14)
        program.get("/api/inspector/stoprecording")
        assert narration(program)["missing_seconds"] == 0
        missing = {name: missing_seconds(program, name) - before[name] for name in channels}
    for name in channels:
        files = program.files(f"*@{name}*.mp4")
        assert len(files) >= 3
        late = [one for file in files for one in later_than_picture_ms(file)]
        unheard = [whole_seconds(file) - {heard.second for heard in heard_seconds(file)} for file in files]
        assert sum(map(len, unheard)) <= (missing[name] + 1 if missing[name] else 0), unheard
        assert len(late) >= 8
        assert max(map(abs, late)) < SYNC_MS, late
        # All of it, but for what had not come when it was stopped and a packet at each split.
        length = sum(len(samples_of(file)[1]) for file in files) / 48_000
        pictures = sum(len(frame_numbers(file)) for file in files) / RATES[name]
        assert pictures - 0.3 - LATE_SECONDS < length < pictures + 0.1


@pytest.mark.slow
def test_a_narrator_that_is_killed_costs_no_picture_and_is_back(program: Program) -> None:
    program.get("/api/inspector/startrecording")
    program.wait_recorded(3)
    pid = narrator_pid(program)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: narration(program)["restarts"], "another narrator")
    wait_for(lambda: program.channel("Bow")["narration"]["missing_seconds"] > 0, "silence in its place")
    wait_for(lambda: narration(program)["listeners"] == len(CHANNELS), "the narration to be back")
    back = program.channel("Bow")["recording_seconds"]
    program.wait_recorded(back + 8)
    program.get("/api/inspector/stoprecording")
    wait_for(lambda: "audio_failed" not in program.alarms(), "the alarm to be over")
    assert program.rows("losses") == []
    for name in CHANNELS:
        files = program.files(f"*@{name}*.mp4")
        assert missing_and_repeated(frame_numbers(*files)) == ([], [])
        late = [one for file in files for one in later_than_picture_ms(file)]
        assert len(late) >= 6
        assert max(map(abs, late)) < SYNC_MS, late
        assert program.channel(name)["narration"]["missing_seconds"] > 0


@pytest.mark.slow
def test_one_channel_alone_can_have_it(tmp_path: Path) -> None:
    with running(tmp_path, CHANNELS, more=settings("Stern")) as program:
        program.wait_live()
        wait_for(lambda: narration(program)["listeners"] == 1, "the channel to listen")
        program.get("/api/inspector/startrecording")
        program.wait_recorded(3)
        program.get("/api/inspector/stoprecording")
        assert program.channel("Bow")["picture"]["audio_codec"] is None
        assert program.channel("Bow")["narration"] is None
        (file,) = program.files("*@Stern.mp4")
        late = later_than_picture_ms(file)
        assert late
        assert max(map(abs, late)) < SYNC_MS


@pytest.mark.slow
def test_it_takes_the_place_of_the_cameras_own_sound(tmp_path: Path) -> None:
    source = tmp_path / "camera.mp4"
    with av.open(str(source), "w") as out:
        picture, sound = out.add_stream("libx264", rate=25), out.add_stream("aac", rate=44_100, layout="stereo")
        picture.width, picture.height, picture.pix_fmt, picture.gop_size = 320, 180, "yuv420p", 25
        for number in range(75):
            out.mux(picture.encode(av.VideoFrame(320, 180, "yuv420p")))
            frame = av.AudioFrame(format="fltp", layout="stereo", samples=1764)
            frame.sample_rate, frame.pts = 44_100, number * 1764
            loud = array("f", [0.5 if at // 20 % 2 else -0.5 for at in range(1764)])
            for plane in frame.planes:
                plane.update(loud.tobytes())
            out.mux(sound.encode(frame))
        out.mux([*picture.encode(None), *sound.encode(None)])
    more = settings("Bow").replace("tone:", "alsa:there is no such card")
    addresses = {"Bow": f"file:{source}?loop=1", "Stern": f"file:{source}?loop=1"}
    with running(tmp_path, addresses, more=more) as program:
        program.record(3)
        program.get("/api/inspector/stoprecording")
    (bow,), (stern,) = program.files("*@Bow.mp4"), program.files("*@Stern.mp4")
    with av.open(str(bow)) as narrated, av.open(str(stern)) as own:
        assert [stream.type for stream in narrated.streams] == [stream.type for stream in own.streams]
        assert (narrated.streams.audio[0].sample_rate, own.streams.audio[0].sample_rate) == (48_000, 44_100)
        assert max(max(map(abs, memoryview(f.planes[0]).cast("f"))) for f in narrated.decode(audio=0)) < 0.001
        assert max(max(map(abs, memoryview(f.planes[0]).cast("f"))) for f in own.decode(audio=0)) > 0.2


@pytest.mark.slow
def test_without_a_microphone_pictures_are_recorded_and_it_is_said(tmp_path: Path) -> None:
    more = settings("all").replace("tone:", "alsa:there is no such card")
    with running(tmp_path, CHANNELS, more=more) as program:
        program.wait_live()
        wait_for(lambda: "audio_failed" in {one["kind"] for one in program.get("/api/v1/status")["alarms"]}, "an alarm")
        program.get("/api/inspector/startrecording")
        program.wait_recorded(3)
        program.get("/api/inspector/stoprecording")
        (file,) = program.files("*@Bow.mp4")
        _, samples = samples_of(file)
        assert len(samples) > 1.5 * 48_000
        assert max(map(abs, samples)) < 0.001


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Program]:
    """A program whose narration goes into files of its own."""
    with running(tmp_path, CHANNELS, more=settings("file")) as made:
        made.wait_live()
        wait_for(lambda: narration(made)["state"] == "live", "the narrator to speak")
        yield made


def seconds_in(file: Path) -> float:
    """How much sound can be read from a file; 0 while it has only begun."""
    try:
        return len(samples_of(file)[1]) / 48_000
    except FFmpegError:
        return 0.0


def seconds_by_the_note(file: Path) -> list[float]:
    """How far each second that is heard lies from where the file's note and times put it, in milliseconds."""
    with av.open(str(file)) as container:
        first_utc = FileNote.from_json(container.metadata[NOTE_KEY]).first_frame_utc_ns / 1e9
    found = []
    for heard in heard_seconds(file):
        utc = first_utc + heard.at_seconds
        assert round(utc) % 256 == heard.second
        found.append((utc - round(utc)) * 1000)
    return found


@pytest.mark.slow
def test_a_file_of_its_own_is_split_with_the_channels_and_stands_in_the_catalogue(beside: Program) -> None:
    beside.get("/api/inspector/startrecording")
    beside.wait_recorded(14)
    assert narration(beside)["path"] in {str(path) for path in beside.files("*@Narration*.m4a")}
    beside.get("/api/inspector/stoprecording")
    files = beside.files("*@Narration*.m4a")
    parts = [part for part in beside.rows("parts") if part["channel"] == "Narration"]
    assert [part["path"] for part in parts] == [str(file) for file in files]
    assert {part["state"] for part in parts} == {"whole"}
    # Without a gap: each part begins with the packet after the last one's last.
    for before, after in itertools.pairwise(parts):
        assert after["first_frame"] == before["first_frame"] + before["frames"]
    assert [len(samples_of(file)[1]) / 1024 for file in files] == [part["frames"] for part in parts]
    for name in CHANNELS:
        begins = [part["start_utc"] for part in beside.rows("parts") if part["channel"] == name]
        assert len(begins) == len(parts)
    errors = [one for file in files for one in seconds_by_the_note(file)]
    # The end of a part may cut a second's sound in two; then neither half is heard.
    assert len(errors) >= 14 - len(files)
    assert max(map(abs, errors)) < SYNC_MS, errors
    with av.open(str(beside.files("*@Bow.mp4")[0])) as container:
        assert not container.streams.audio
    assert beside.rows("losses") == []


@pytest.mark.slow
def test_a_file_of_its_own_survives_a_kill_is_repaired_and_can_be_catalogued_again(beside: Program) -> None:
    beside.get("/api/inspector/startrecording")
    beside.wait_recorded(3)
    growing = beside.files("*@Narration*.m4a")[-1]
    on_disk = wait_for(lambda: seconds_in(growing) > 2 and seconds_in(growing), "two seconds of it to be on the disk")
    before = len(beside.files("*@Narration*.m4a"))
    os.kill(narrator_pid(beside), signal.SIGKILL)
    wait_for(lambda: len(beside.files("*@Narration*.m4a")) > before, "another part")
    begun = beside.channel("Bow")["recording_seconds"]
    beside.wait_recorded(begun + 2)
    beside.get("/api/inspector/stoprecording")
    cut_off = Path(wait_for(lambda: path_of_repaired(beside), "the repair"))
    (loss,) = beside.rows("losses")
    assert (loss["channel"], loss["cause"]) == ("Narration", "worker_killed")
    files = beside.files("*@Narration*.m4a")
    assert seconds_in(growing) >= on_disk
    assert all(abs(error) < SYNC_MS for file in files for error in seconds_by_the_note(file))
    reading = check_file(cut_off, decodes=True)
    assert (reading.damage, reading.facts.state) == ("", FileState.REPAIRED)
    again = [row for row in read_folders([beside.root]) if isinstance(row, Part) and row.channel == "Narration"]
    assert [(row.path, row.number) for row in again] == [
        (str(file), number) for number, file in enumerate(files, 1)
    ]


@pytest.mark.slow
def test_after_a_crash_of_the_program_a_file_of_its_own_goes_on_as_the_channels_do(beside: Program) -> None:
    beside.get("/api/inspector/startrecording")
    beside.wait_recorded(3)
    beside.kill()
    wait_for(lambda: answers(beside) and beside.rows("recordings")[-1]["continues"], "the recording to go on")
    beside.wait_recorded(2)
    wait_for(lambda: len(beside.files("*@Narration*.m4a")) >= 2, "narration to go on")
    beside.wait_recorded(4)
    beside.get("/api/inspector/stoprecording")
    wait_for(lambda: all(part["state"] != "interrupted" for part in beside.rows("parts")), "the files to be examined")
    parts = [part for part in beside.rows("parts") if part["channel"] == "Narration"]
    assert {part["state"] for part in parts} == {"whole"}
    assert len({part["recording_id"] for part in parts}) == 2
    losses = {loss["channel"]: loss["cause"] for loss in beside.rows("losses")}
    assert losses == dict.fromkeys((*CHANNELS, "Narration"), "program_ended")
    for file in beside.files("*@Narration*.m4a"):
        assert all(abs(error) < SYNC_MS for error in seconds_by_the_note(file))
    beside.stop()
    command = [sys.executable, "-m", "seacorder", "check", "--config", str(beside.settings_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def answers(program: Program) -> bool:
    try:
        return bool(program.get("/api/v1/status"))
    except httpx.TransportError:
        return False
