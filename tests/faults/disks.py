"""Volumes of this machine that can be made to run full, hang, fail and come back: ext4 in a file, mounted by a loop.

Nothing is simulated: a frozen file system (`fsfreeze`) holds every write in the kernel until it is thawed, a shut-down
one answers every call with EIO as an unplugged disk does, and one that has met an error is read-only. Needs root.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import pytest

EXT4_IOC_SHUTDOWN = 0x8004587D
"""linux/fs/ext4/ext4.h: _IOR('X', 125, __u32)."""
SHUTDOWN_NO_FLUSH = 2
SPARE_BYTES = 300_000_000
API_SECONDS = 0.05
"""Within which the services answer 99 of 100 questions, whatever a disk does."""


def need_volumes() -> None:
    """Skips with the reason where volumes cannot be mounted."""
    if os.geteuid() != 0:
        pytest.skip("mounting volumes needs root")
    for tool in ("mkfs.ext4", "mount", "umount", "fsfreeze", "losetup", "e2fsck"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")


class Volume:
    """An ext4 file system of its own, at `path`."""

    def __init__(self, path: Path, size_bytes: int = SPARE_BYTES) -> None:
        self.path = path
        self._image = path.with_suffix(".img")
        self._fillers = 0
        self._devices: list[str] = []
        self._is_frozen = False
        with self._image.open("wb") as image:
            image.truncate(size_bytes)
        run("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=0", self._image)
        path.mkdir()
        self._mount()

    @property
    def free_bytes(self) -> int:
        return shutil.disk_usage(self.path).free

    def fill(self, leave_bytes: int) -> Path:
        """Another program's file, which leaves so much free."""
        self._fillers += 1
        filler = self.path / f"filler{self._fillers}"
        step = self.free_bytes - leave_bytes
        with filler.open("wb") as file:
            while step > 0 and self.free_bytes > leave_bytes:
                size = min(step, self.free_bytes - leave_bytes)
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
                except OSError:
                    step //= 2  # the file's own bookkeeping needs blocks as well
        return filler

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Every write waits in the kernel until the block ends."""
        run("fsfreeze", "--freeze", self.path)
        self._is_frozen = True
        try:
            yield
        finally:
            self.thaw()

    def thaw(self) -> None:
        if self._is_frozen:
            run("fsfreeze", "--unfreeze", self.path)
            self._is_frozen = False

    def turn_read_only(self) -> None:
        """As the kernel does when it finds an error in the file system."""
        device = run("findmnt", "-no", "SOURCE", self.path).strip()
        (Path("/sys/fs/ext4") / Path(device).name / "trigger_fs_error").write_text("a test\n")

    def unplug(self) -> None:
        """Every call answers EIO from now on."""
        handle = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, EXT4_IOC_SHUTDOWN, struct.pack("I", SHUTDOWN_NO_FLUSH))
        finally:
            os.close(handle)

    def plug_in(self) -> None:
        """The same disk, mounted anew: what had files open on it holds dead handles."""
        run("umount", "--lazy", self.path)
        self._mount()

    def take_away(self) -> None:
        """Unmounted while files are open on it: the folder is empty from now on, on the disk below."""
        run("umount", "--lazy", self.path)

    def bring_back(self) -> None:
        """The same file system, mounted at its place again."""
        run("mount", self._devices[-1], self.path)

    def close(self) -> None:
        self.thaw()
        if os.path.ismount(self.path):
            run("umount", "--lazy", self.path)
        for device in self._devices:
            run("losetup", "--detach", device)
        self._image.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _mount(self) -> None:
        # A device of its own each time: `mount -o loop` would take the dead one again.
        device = run("losetup", "--find", "--show", self._image).strip()
        self._devices.append(device)
        check = subprocess.run(["e2fsck", "-fy", device], capture_output=True, text=True, check=False)
        assert check.returncode < 4, check.stdout
        run("mount", "-o", "errors=remount-ro", device, self.path)


def run(*command: str | Path) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


OF_CATALOGUE = "/api/v1/losses?limit=10"
QUESTIONS = ("/api/inspector/isrecording", "/api/v1/status", OF_CATALOGUE, "/api/stats/ping")
"""What is asked all along a fault: two from memory, one of the catalogue, one of the other kind of service."""


class Prober:
    """Asks questions all the time, each on a thread of its own, and keeps how long each answer took."""

    def __init__(self, url: str, *, may_lack_catalogue: bool = False) -> None:
        """`may_lack_catalogue`: its disk is the one that hangs, so that 503 is an answer in order, too."""
        unknown = (503,) if may_lack_catalogue else ()
        self._askers = [
            _Asker(url, question, (200, *unknown) if question == OF_CATALOGUE else (200,)) for question in QUESTIONS
        ]

    @property
    def asked(self) -> int:
        """How many questions were answered."""
        return sum(len(asker.seconds) for asker in self._askers)

    @property
    def p99(self) -> float:
        """Seconds; over all questions."""
        return _p99([seconds for asker in self._askers for seconds in asker.seconds])

    @property
    def refused(self) -> list[str]:
        """Questions that were not answered in order, and how."""
        return [asker.refusal for asker in self._askers if asker.refusal]

    def __str__(self) -> str:
        return ", ".join(map(str, self._askers))

    def __enter__(self) -> Self:
        for asker in self._askers:
            asker.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for asker in self._askers:
            asker.stop()
        print(self)
        assert error is not None or not self.refused, self.refused


class _Asker(threading.Thread):
    def __init__(self, url: str, question: str, in_order: tuple[int, ...]) -> None:
        super().__init__(name=question, daemon=True)
        self._in_order = in_order
        self._url = url
        self.question = question
        self._ended = threading.Event()
        self.seconds: list[float] = []
        self.refusal = ""

    def run(self) -> None:
        with httpx.Client(timeout=60) as http:
            while not self._ended.wait(0.05):
                begin = time.monotonic()
                try:
                    answer = http.get(self._url + self.question)
                except httpx.HTTPError as fault:
                    self.refusal = f"{self.question}: {fault!r}"
                    return
                self.seconds.append(time.monotonic() - begin)
                if answer.status_code not in self._in_order:
                    self.refusal = f"{self.question}: {answer.status_code} {answer.text}"

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def __str__(self) -> str:
        return f"{self.question} {_p99(self.seconds) * 1000:.0f} ms of {len(self.seconds)}"


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) * 99 // 100] if seconds else float("inf")


class LowestFree(threading.Thread):
    """The least that a volume had free."""

    def __init__(self, volume: Volume) -> None:
        super().__init__(daemon=True)
        self._volume = volume
        self._ended = threading.Event()
        self.bytes = volume.free_bytes

    def run(self) -> None:
        while not self._ended.wait(0.01):
            self.bytes = min(self.bytes, self._volume.free_bytes)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self.join()
