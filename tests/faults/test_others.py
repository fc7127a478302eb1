"""The same faults on ffmpeg's segment muxer and GStreamer's splitmuxsink, for the table: what is usual elsewhere.

Fairly configured: fragmented MP4 with fragments of half a second, so that a file that is cut off can be read; both
flush what they have; splits each three seconds; and a watch that starts a recorder that has ended anew after half a
second, as a service would (`Restart=always`, `RestartSec=0.5`), with a new file name. Long form only.
"""

import contextlib
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from faults import processes
from faults.account import Account, balance_numbers, stored_numbers
from faults.cameras import Camera, serve
from faults.disks import Volume, need_volumes
from faults.files import opens, that_do_not_open
from faults.proxy import Proxy
from faults.results import note
from rig.program import wait_for
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

pytestmark = [
    pytest.mark.rtsp,
    pytest.mark.slow,
    pytest.mark.long_form,
]

AGAIN_SECONDS = 0.5
KILLS = 10
FULL_SECONDS = 6.0
LOSS_LIMIT_SECONDS, BACK_LIMIT_SECONDS, CUT_LIMIT_SECONDS = 0.6, 5.0, 3.48


def ffmpeg(url: str, folder: Path, run: int) -> list[str]:
    fragments = "movflags=+frag_keyframe+empty_moov+default_base_moof:frag_duration=500000:flush_packets=1"
    return [
        *("ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-timeout", "5000000", "-i", url),
        *("-c", "copy", "-f", "segment", "-segment_time", "3", "-reset_timestamps", "1"),
        *("-segment_format", "mp4", "-segment_format_options", fragments, str(folder / f"{run:03}_%03d.mp4")),
    ]


def splitmuxsink(url: str, folder: Path, run: int) -> list[str]:
    return [
        *("gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={url}", "protocols=tcp", "latency=0"),
        *("tcp-timeout=5000000", "!", "rtph264depay", "!", "h264parse", "!", "splitmuxsink"),
        *(f"location={folder}/{run:03}_%03d.mp4", "max-size-time=3000000000", "send-keyframe-requests=false"),
        *("async-finalize=true", "muxer-factory=mp4mux", "sink-properties=properties,buffer-mode=2"),
        "muxer-properties=properties,fragment-duration=500,streamable=true",
    ]


@dataclass(frozen=True)
class Other:
    """How to run one recorder of one camera."""

    said: str
    program: str
    command: Callable[[str, Path, int], list[str]]


OTHERS = [
    Other("ffmpeg -f segment", "ffmpeg", ffmpeg),
    Other("GStreamer splitmuxsink", "gst-launch-1.0", splitmuxsink),
]


class Service(threading.Thread):
    """Keeps one recorder running, as systemd would."""

    def __init__(self, other: Other, url: str, folder: Path) -> None:
        super().__init__(daemon=True)
        self._command, self._url, self.folder = other.command, url, folder
        self.stopping = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        run = 0
        while not self.stopping.is_set():
            with (self.folder / "log.txt").open("ab") as log:
                self.process = subprocess.Popen(self._command(self._url, self.folder, run), stdout=log, stderr=log)
            self.process.wait()
            run += 1
            self.stopping.wait(AGAIN_SECONDS)

    def files(self) -> list[Path]:
        """In the order in which they were begun."""
        return sorted(self.folder.glob("*.mp4"))

    def wait_recorded(self, files: int, size: int = 30_000) -> None:
        """Until a file beyond the first `files` has so many bytes."""
        wait_for(lambda: any(path.stat().st_size > size for path in self.files()[files:]), "pictures on disk")

    def end(self) -> None:
        """In order: with an interrupt, as it asks for."""
        self.stopping.set()
        if self.process is not None:
            self.process.send_signal(2)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            processes.kill(self.process.pid)
        self.join()


@pytest.fixture(params=OTHERS, ids=lambda other: other.program)
def other(request: pytest.FixtureRequest) -> Other:
    """The recorder."""
    found: Other = request.param
    if shutil.which(found.program) is None:
        pytest.skip(f"{found.program} is not installed")
    return found


def account_of(camera: Camera, files: list[Path]) -> Account:
    """Over the files that open."""
    return balance_numbers(camera, [n for path in files if not opens(path) for n in stored_numbers(path)], [], [])


def test_another_recorder_killed(
    other: Other, tmp_path: Path, cameras_server: RtspServer, numbered: SourceFile, chance: Random
) -> None:
    camera = serve(cameras_server, f"Other-{other.program}", numbered)
    service = Service(other, camera.url, tmp_path)
    service.start()
    killed: list[float] = []
    pause = threading.Event()
    for _ in range(KILLS):
        service.wait_recorded(len(service.files()))
        pause.wait(chance.uniform(0.0, 3.0))
        assert service.process is not None
        killed.append(time.monotonic())
        processes.kill(service.process.pid)
    service.wait_recorded(len(service.files()))
    service.end()
    begun = [path for path in service.files() if path.stat().st_size > 0]
    faults = that_do_not_open(begun)
    account = account_of(camera, begun)
    lost = back = 0.0
    for moment in killed:
        newest = camera.captured(moment)
        hole = min(account.holes, key=lambda one, newest=newest: abs(one.before - newest))
        lost = max(lost, (newest - hole.before) / camera.spec.rate)
        back = max(back, (hole.after - newest) / camera.spec.rate)
    note("kill -9: recorded frames lost", times=KILLS, worst=f"{lost:.2f} s", limit=f"{LOSS_LIMIT_SECONDS} s",
         kept=lost <= LOSS_LIMIT_SECONDS, recorder=other.said)  # fmt: skip
    note("… frames are stored again after", times=KILLS, worst=f"{back:.2f} s", limit=f"{BACK_LIMIT_SECONDS} s",
         kept=back <= BACK_LIMIT_SECONDS, recorder=other.said)  # fmt: skip
    note("… files that ffprobe does not open", times=len(begun), worst=str(len(faults)), limit="0",
         kept=not faults, recorder=other.said)  # fmt: skip
    note("… account: frames in no file and in no loss", times=len(account.holes),
         worst=f"{account.difference} of {account.sent}", limit="1 a hole",
         kept=account.difference <= len(account.holes), recorder=other.said)  # fmt: skip


@dataclass(frozen=True)
class Away:
    """A camera that is away for a while."""

    said: str
    seconds: float
    begin: Callable[[Proxy], None]
    end: Callable[[Proxy], None]


def speak(proxy: Proxy) -> None:
    """The silence is over: the connections from before are gone, and new ones are served."""
    proxy.cut()
    proxy.release()


AWAY = [
    Away("camera cut for 5 s, and back", 5.0, lambda proxy: proxy.refuse(), lambda proxy: proxy.accept()),
    Away("camera silent for 8 s, and back", 8.0, lambda proxy: proxy.hold(), speak),
]


@pytest.mark.parametrize("away", AWAY, ids=["cut", "silent"])
def test_another_recorder_whose_camera_is_away(
    away: Away, other: Other, tmp_path: Path, cameras_server: RtspServer, numbered: SourceFile
) -> None:
    camera = serve(cameras_server, f"Away-{other.program}-{away.seconds:.0f}", numbered)
    proxy = Proxy(cameras_server.port)
    service = Service(other, proxy.url_of(camera.url), tmp_path)
    service.start()
    try:
        service.wait_recorded(0)
        away.begin(proxy)
        threading.Event().wait(away.seconds)
        known = len(service.files())
        away.end(proxy)
        back = time.monotonic()
        service.wait_recorded(known)
    finally:
        service.end()
        proxy.close()
    account = account_of(camera, [path for path in service.files() if path.stat().st_size > 0])
    ends = [hole.after for hole in account.holes if camera.instant(hole.before) < back]
    seconds = max((camera.instant(end) - back for end in ends), default=0.0)
    note(f"{away.said}: frames are stored again after", times=1, worst=f"{seconds:.2f} s",
         limit=f"{CUT_LIMIT_SECONDS} s", kept=seconds <= CUT_LIMIT_SECONDS, recorder=other.said)  # fmt: skip
    note("… account: frames in no file and in no loss", times=len(account.holes),
         worst=f"{account.difference} of {account.sent}", limit="1 a hole",
         kept=account.difference <= len(account.holes), recorder=other.said)  # fmt: skip


def test_another_recorder_whose_disk_is_full(
    other: Other, tmp_path: Path, cameras_server: RtspServer, numbered: SourceFile
) -> None:
    need_volumes()
    camera = serve(cameras_server, f"Full-{other.program}", numbered)
    with Volume(tmp_path / "files") as volume:
        service = Service(other, camera.url, volume.path)
        service.start()
        try:
            service.wait_recorded(0)
            filling = volume.fill(0)
            threading.Event().wait(FULL_SECONDS)
            known = len(service.files())
            filling.unlink()
            room = time.monotonic()
            service.wait_recorded(known)
        finally:
            service.end()
        begun = [path for path in service.files() if path.stat().st_size > 0]
        faults = that_do_not_open(begun)
        account = account_of(camera, begun)
    ends = [hole.after for hole in account.holes if camera.instant(hole.before) < room]
    seconds = max((camera.instant(end) - room for end in ends), default=0.0)
    seconds = max(0.0, seconds)  # what is stored before there is room again is in time
    note(f"disk full for {FULL_SECONDS:.0f} s, and room again: frames are stored again after", times=1,
         worst=f"{seconds:.2f} s", limit=f"{BACK_LIMIT_SECONDS} s", kept=seconds <= BACK_LIMIT_SECONDS,
         recorder=other.said)  # fmt: skip
    note("… files that ffprobe does not open", times=len(begun), worst=str(len(faults)), limit="0",
         kept=not faults, recorder=other.said)  # fmt: skip
    note("… account: frames in no file and in no loss", times=len(account.holes),
         worst=f"{account.difference} of {account.sent}", limit="1 a hole",
         kept=account.difference <= len(account.holes), recorder=other.said)  # fmt: skip
