"""A clean machine: this system's files with nothing of this checkout, no network at all, and a systemd of its own.

It is made of namespaces and a file system in memory over the real one: whatever is installed, written or started in it
is gone when it is left, and nothing of the real system changes. Its Python has no ensurepip, as Debian's when nobody
has installed python3-venv. Needs Linux, root, overlayfs and systemd.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rig.program import children, wait_for

_MAKE = r"""
set -eu
top=$1 hidden=$2 root=$1/root
mount -t tmpfs -o size=4g tmpfs "$top"
mkdir "$top/new" "$top/kept" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$top/new,workdir=$top/kept" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
for folder in root run tmp; do mount -t tmpfs tmpfs "$root/$folder"; done
[ ! -d "$root$hidden" ] || mount -t tmpfs tmpfs "$root$hidden"
if [ -d /sys/fs/cgroup/systemd ]; then
  mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
  mkdir "$root/sys/fs/cgroup/systemd"
  mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
else
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
fi
rm -rf "$root"/usr/lib/python3*/ensurepip "$root"/etc/pip.conf
rm -rf "$root"/etc/systemd/system/* "$root"/usr/lib/systemd/system/*.wants "$root"/etc/fstab
printf '[Unit]\nRequires=systemd-journald.service\n' > "$root/etc/systemd/system/clean.target"
printf '%s' "$3" > "$root/usr/local/bin/sudo"
chmod 755 "$root/usr/local/bin/sudo"
exec chroot "$root" env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=clean.target --show-status=no --log-target=null
"""

_SUDO = """#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
[ "$1" = -u ] || exec env SUDO_USER=root "$@"
user=$2; shift 2
HOME=$(getent passwd "$user" | cut -d: -f6); export HOME
exec setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"
"""
"""Enough of sudo for the documents' commands. Debian's is not always installed."""

_LOOPBACK_UP = (
    "import fcntl, socket, struct; s = socket.socket(); "
    "fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 0x41))"  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING
)


@dataclass(frozen=True, slots=True)
class CleanMachine:
    first_pid: int
    """Its systemd's, as this system sees it."""

    def words(self, *words: str) -> list[str]:
        """A command as it is run in there, from root's home folder and with an empty environment."""
        root = f"/proc/{self.first_pid}/root"
        enter = ["nsenter", f"--target={self.first_pid}", "--all", f"--root={root}", f"--wd={root}/root"]
        inside = ["HOME=/root", "LANG=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin"]
        return [*enter, "/usr/bin/env", "-i", *inside, *words]

    def run(self, text: str, *, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Runs lines of a shell, which end with the first that fails. Both outputs are in `stdout`."""
        return subprocess.run(
            self.words("sh", "-ec", text), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            text=True, check=False, timeout=seconds,
        )

    def say(self, text: str) -> str:
        """What lines of a shell print; AssertionError when one fails."""
        done = self.run(text)
        assert done.returncode == 0, f"{text}\n{done.stdout}"
        return done.stdout

    def put(self, file: Path, place: str) -> None:
        """Copies a file of this system into it."""
        with file.open("rb") as content:
            subprocess.run(self.words("dd", f"of={place}", "status=none"), stdin=content, check=True)


def why_not() -> str | None:
    """Why there can be no clean machine here; None if there can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root can make a clean machine"
    if "overlay" not in Path("/proc/filesystems").read_text(encoding="ascii"):
        return "this system has no overlayfs"
    needed = ("unshare", "nsenter", "setpriv", "systemctl", "/usr/bin/python3")
    missing = [name for name in needed if shutil.which(name) is None]
    return f"not there: {', '.join(missing)}" if missing else None


@contextmanager
def clean_machine(hidden: Path) -> Iterator[CleanMachine]:
    """Runs one without the folder `hidden`; when it is left, all its processes are killed and its files are gone."""
    with tempfile.TemporaryDirectory() as top, _control_group() as group:
        script = f'echo $$ > {group}/cgroup.procs; exec unshare -C sh -c "$0" sh "$@"'
        # It ends with the tests, however these end.
        bound = ["setpriv", "--pdeathsig=KILL"]
        spaces = ["unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child=SIGKILL"]
        process = subprocess.Popen([*bound, *spaces, "sh", "-c", script, _MAKE, top, str(hidden), _SUDO])
        try:
            machine = CleanMachine(wait_for(lambda: children(process.pid), "the clean machine's first process")[0])
            wait_for(lambda: machine.run("systemctl is-active clean.target").returncode == 0, "its systemd")
            machine.say(f'/usr/bin/python3 -c "{_LOOPBACK_UP}"')
            yield machine
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


@contextmanager
def _control_group() -> Iterator[Path]:
    """A group of its own for the machine's systemd, which makes more below it."""
    first = Path("/sys/fs/cgroup/systemd")
    group = Path(tempfile.mkdtemp(prefix="seacorder-test-", dir=first if first.is_dir() else first.parent))
    try:
        yield group
    finally:
        wait_for(lambda: _is_removed(group), "the machine's processes to end")


def _is_removed(group: Path) -> bool:
    for folder in [*sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True), group]:
        with suppress(OSError):
            folder.rmdir()
    return not group.exists()
