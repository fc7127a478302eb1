"""A camera whose picture freezes, and turns black, while its stream keeps its rate: noticed, told, and over again."""

import os
import time
from pathlib import Path

import pytest

from faults import processes
from faults.cameras import Camera, serve, small
from faults.results import note
from rig.fixtures import MakeSource
from rig.program import Program, running, wait_for
from rig.rtsp_server import RtspServer

pytestmark = [
    pytest.mark.rtsp,
    pytest.mark.slow,
    pytest.mark.alone("an alarm within ten seconds, for 2 % of a core"),
]

BITS_PER_SECOND = 8_000_000
MOVING_SECONDS, FAULT_SECONDS = 8.0, 12.0
SEEN_MOVING_SECONDS = 3.0
"""So long before a fault the picture has to be seen moving."""
KINDS = FROZEN, BLACK = "camera_frozen", "camera_black"
"""In turns, whichever comes first."""
NOTICED_SECONDS = 10.0
OVER_SECONDS = 4.0
"""A look, which comes every two seconds, with a keyframe a second."""
CORE_SHARE = 0.02
WATCH_NICENESS = 10
"""As the watch's thread sets it: by this it is found among its process's threads."""


@pytest.fixture
def camera(cameras_server: RtspServer, rig_source: MakeSource) -> Camera:
    """1920 x 1080 with 8 Mbit/s: 8 s of a moving pattern, 12 s of a still, 8 s that move, 12 s of black, again and
    again. The still is one source over and over, so nothing in it changes where that begins anew.
    """
    full = {"width": 1920, "height": 1080, "gop": 25, "bits_per_second": BITS_PER_SECOND, "seconds": 4}
    moving = rig_source(small(**full, noise=True))
    still, black = (rig_source(small(**full, shows=shows)) for shows in ("still", "black"))
    others = [moving, *[still] * 3, moving, moving, *[black] * 3]
    return serve(cameras_server, "Bow", moving, *others)


class Watch:
    """The watch's thread of the only worker."""

    def __init__(self, program: Program) -> None:
        (pid,) = processes.workers(program)
        tasks = Path(f"/proc/{pid}/task")
        own = os.getpriority(os.PRIO_PROCESS, pid)
        (self._task,) = (one for one in tasks.iterdir() if self._niceness(one) == min(19, own + WATCH_NICENESS))
        self._begin = (time.monotonic(), self._seconds())

    @property
    def share(self) -> float:
        """Of one core, since the beginning."""
        return (self._seconds() - self._begin[1]) / (time.monotonic() - self._begin[0])

    def _niceness(self, task: Path) -> int:
        return int(self._fields(task)[16])

    def _seconds(self) -> float:
        fields = self._fields(self._task)
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _fields(self, task: Path) -> list[str]:
        """From the third of proc(5) on: the second is a name in brackets."""
        return (task / "stat").read_text(encoding="ascii").rpartition(")")[2].split()


def seconds_until(program: Program, kind: str, begin: float, *, stands: bool) -> float:
    """From `begin`, by the monotonic clock, until an alarm stands, or stands no more."""
    wait_for(lambda: (kind in program.alarms()) is stands, f"{kind} to be {stands}")
    return time.monotonic() - begin


def begin_of_fault(camera: Camera, place: int) -> float:
    """By the monotonic clock; the faults come one after the other, from place 0 on."""
    return camera.begin + MOVING_SECONDS + place * (MOVING_SECONDS + FAULT_SECONDS)


def test_a_frozen_and_a_black_picture_are_told_within_ten_seconds(tmp_path: Path, camera: Camera) -> None:
    with running(tmp_path, {camera.name: camera.url}) as program:
        program.record(1.0)
        watch = Watch(program)
        told: dict[str, float] = {}
        over: dict[str, float] = {}
        place = 0
        while begin_of_fault(camera, place) - SEEN_MOVING_SECONDS < time.monotonic():
            place += 1
        for one in (place, place + 1):
            kind, begin = KINDS[one % 2], begin_of_fault(camera, one)
            wait_for(lambda begin=begin: time.monotonic() >= begin, f"the picture to become {kind}")
            assert program.alarms() == {}
            told[kind] = seconds_until(program, kind, begin, stands=True)
            over[kind] = seconds_until(program, kind, begin + FAULT_SECONDS, stands=False)
        share = watch.share
        program.post("/api/v1/recording/stop")
        losses = program.rows("losses")
    worst, cleared = max(told.values()), max(over.values())
    words = f"frozen {told[FROZEN]:.1f} s, black {told[BLACK]:.1f} s"
    what = "picture frozen, then black, in a steady stream of 1080p with 8 Mbit/s: alarm after"
    note(what, times=2, worst=words, limit="10 s", kept=worst <= NOTICED_SECONDS)
    again = f"{cleared:.1f} s"
    note("… it moves again: alarm over after", times=2, worst=again, limit="4 s", kept=cleared <= OVER_SECONDS)
    spent = f"{share:.2%} of a core"
    note("… what the watch takes of a core", times=1, worst=spent, limit="2 %", kept=share <= CORE_SHARE)
    assert worst <= NOTICED_SECONDS
    assert cleared <= OVER_SECONDS
    assert share <= CORE_SHARE
    assert losses == []
