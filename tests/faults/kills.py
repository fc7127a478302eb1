"""What kills cost and how that is judged, whoever was killed."""

import time
from pathlib import Path

import av

from faults.account import Account
from faults.cameras import Camera
from faults.results import is_long
from rig.frames import packet_count
from rig.program import Program, wait_for
from seacorder.model.loss import BY_CAMERA

SPLIT_MINUTES = 0.05
LOSS_LIMIT_SECONDS = 0.6
BACK_LIMIT_SECONDS = 5.0
STANDSTILL_SECONDS = 10.0
TOLD_SECONDS = 1.5
"""By then a camera of the rig has told its clock, which it does some two times a second."""
COUNTED_SECONDS = 10.0
"""By then a busy machine has heard of it too. A loss is counted again for 15 s."""


class Toll:
    """What kills cost, from the numbers in the pictures alone."""

    def __init__(self) -> None:
        self.kills = 0
        self.lost_seconds = 0.0
        self.back_seconds = 0.0

    def add(self, camera: Camera, account: Account, killed_at: float) -> None:
        """The kill's hole: recorded frames lost before it, and when frames are stored again after it."""
        newest = camera.captured(killed_at)
        hole = min(account.holes, key=lambda one: abs(one.before - newest))
        rate = camera.spec.rate
        self.kills += 1
        self.lost_seconds = max(self.lost_seconds, (newest - hole.before) / rate)
        self.back_seconds = max(self.back_seconds, (hole.after - newest) / rate)


def judge(account: Account, frames_a_hole: int = 0) -> None:
    """Balanced, nothing twice, and a loss for each hole: two where a split's end was lost as well."""
    assert account.repeated == 0, str(account)
    assert abs(account.difference) <= frames_a_hole * len(account.holes), str(account)
    assert len(account.losses) >= len(account.holes), str(account)


def assert_back(seconds: float) -> None:
    """How soon a process starts is up to the machine too: the table says it in each form, and only the long form, which
    has the machine to itself, fails for it."""
    assert seconds > 0
    if is_long():
        assert seconds <= BACK_LIMIT_SECONDS


def assert_within(seconds: float, limit: float) -> None:
    """The table says it in each form, and only the long form, which has the machine to itself, fails for the limit; one
    that stands still for moments beside other tests adds these.
    """
    assert seconds <= limit + (0.0 if is_long() else STANDSTILL_SECONDS)


def let_cameras_tell(program: Program, cameras: list[Camera]) -> None:
    """Waits until what these cameras say has settled the count of the last hole of each.

    That is when the camera's clock has counted it. Where that clock is not known before the hole, it never will; then
    the estimate is to be right.
    """
    begin = time.monotonic()
    wait_for(lambda: time.monotonic() >= begin + TOLD_SECONDS, "the cameras to tell their clocks")
    end = begin + COUNTED_SECONDS
    wait_for(lambda: are_counted(program, cameras) or time.monotonic() >= end, "the newest losses to be counted")


def are_counted(program: Program, cameras: list[Camera]) -> bool:
    """The newest loss of each is counted by the camera's clock."""
    newest = {row["channel"]: row["detail"] for row in program.rows("losses")}
    return all(newest.get(camera.name, "").endswith(BY_CAMERA) for camera in cameras)


def is_settled(program: Program, recording: str | None = None) -> bool:
    """Every file, of one recording or all, is whole or repaired, but those cut off before their first picture."""
    rows = [row for row in program.rows("parts") if recording in {None, row["recording_id"]}]
    return all(row["state"] in {"whole", "repaired"} or is_without_picture(Path(row["path"])) for row in rows)


def is_without_picture(path: Path) -> bool:
    try:
        return not packet_count(path)
    except av.FFmpegError:
        return False  # it waits for its repair
