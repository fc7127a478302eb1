"""A wall clock of their own for programs, which a test sets while they run: a few lines of C, preloaded.

Only the wall clock is another one; the monotonic clock and the times of files stay those of the machine. (Debian's
libfaketime does the same, but in it a `clock_nanosleep` until a monotonic instant fails with EINVAL after a step.)
"""

import mmap
import shutil
import struct
import subprocess
import time
from pathlib import Path

_SOURCE = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile long long *ahead_ns;

__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("STEPPED_CLOCK"), O_RDONLY | O_CLOEXEC);
    ahead_ns = mmap(0, sizeof *ahead_ns, PROT_READ, MAP_SHARED, file, 0);
    close(file);
}

int clock_gettime(clockid_t which, struct timespec *found) {
    int failed = syscall(SYS_clock_gettime, which, found);
    if (!failed && which == CLOCK_REALTIME && ahead_ns) {
        long long now = found->tv_sec * 1000000000LL + found->tv_nsec + *ahead_ns;
        found->tv_sec = now / 1000000000LL;
        found->tv_nsec = now % 1000000000LL;
    }
    return failed;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    found->tv_sec = now.tv_sec;
    found->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (kept) *kept = now.tv_sec;
    return now.tv_sec;
}
"""


def reason_to_skip() -> str | None:
    """Why there can be no such clock on this machine; None when there can."""
    return None if shutil.which("gcc") else "gcc is not installed"


class SteppedClock:
    """UTC seconds as the programs see them are this machine's plus `offset`."""

    def __init__(self, folder: Path, *, offset: float = 0.0) -> None:
        source, self._library, self._file = folder / "clock.c", folder / "clock.so", folder / "clock"
        source.write_text(_SOURCE, encoding="ascii")
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", str(self._library), str(source)], check=True)
        self._file.write_bytes(bytes(8))
        with self._file.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 8)
        self.steps: list[tuple[float, float]] = []
        """When it was set (monotonic seconds), and to which UTC less monotonic seconds."""
        self.set(offset)

    def set(self, offset: float) -> None:
        """A step, seen by all programs at once: the page that it stands in is in the memory of all."""
        self.offset = offset
        self._shared[:] = struct.pack("=q", round(offset * 1e9))
        self.steps.append((time.monotonic(), time.time() - time.monotonic() + offset))

    def utc(self, instant: float) -> list[float]:
        """UTC seconds at a monotonic instant; both answers near a step: channels read the clock twice a second."""
        near = 0.6
        after = [begin for begin, _ in self.steps[1:]] + [float("inf")]
        found = zip(self.steps, after, strict=True)
        return [instant + ahead for (begin, ahead), end in found if begin - near <= instant < end + near]

    def variables(self) -> dict[str, str]:
        """For the programs' environment."""
        return {"LD_PRELOAD": str(self._library), "STEPPED_CLOCK": str(self._file)}
