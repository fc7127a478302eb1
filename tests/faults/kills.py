"""What kills cost and how that is judged, whoever was killed."""

from pathlib import Path

import av

from faults.account import Account
from faults.cameras import Camera
from faults.results import is_long
from rig.frames import packet_count
from rig.program import Program, wait_for

SPLIT_MINUTES = 0.05
LOSS_LIMIT_SECONDS = 0.6
BACK_LIMIT_SECONDS = 5.0
TOLD_SECONDS = 1.5
"""By then a camera of the rig has told its clock, which it does some two times a second."""


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


def let_cameras_tell(camera: Camera) -> None:
    """Waits until what the cameras say has settled the count of the last holes."""
    until = camera.captured() + TOLD_SECONDS * camera.spec.rate
    wait_for(lambda: camera.captured() >= until, "the cameras to tell their clocks")


def is_settled(program: Program, recording: str | None = None) -> bool:
    """Every file, of one recording or all, is whole or repaired, but those cut off before their first picture."""
    rows = [row for row in program.rows("parts") if recording in {None, row["recording_id"]}]
    return all(row["state"] in {"whole", "repaired"} or is_without_picture(Path(row["path"])) for row in rows)


def is_without_picture(path: Path) -> bool:
    try:
        return not packet_count(path)
    except av.FFmpegError:
        return False  # it waits for its repair
