"""What the kernel's tables say of this computer: processor, memory, disks, ports. Pure functions of their texts.

Only what is asked for is taken from a table, never a whole line: the sources and options of network mounts hold the
users and passwords of servers (`//pilot:secret@nas/dives`, `username=pilot,password=secret`).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

_ESCAPED = re.compile(r"\\([0-7]{3})")
_PORT_LISTENED_ON = "0A"
"""TCP_LISTEN, in the fourth column of /proc/net/tcp."""
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a disk is mounted. Neither its source nor its options."""

    point: str
    file_system: str
    is_read_only: bool


def processor_model(cpuinfo: str) -> str:
    """The processor's name in /proc/cpuinfo; empty where there is none (ARM)."""
    found = re.search(r"^(?:model name|Hardware|Model)\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    return found[1].strip() if found else ""


def memory_bytes(meminfo: str) -> dict[str, int]:
    """Total, available and unused swap, from /proc/meminfo."""
    names = {"MemTotal": "total", "MemAvailable": "available", "SwapTotal": "swap_total", "SwapFree": "swap_free"}
    rows = (line.split() for line in meminfo.splitlines())
    found = {row[0].rstrip(":"): row[1] for row in rows if len(row) > 1 and row[1].isdecimal()}
    return {name: int(found[row]) * _KIB for row, name in names.items() if row in found}


def uptime_seconds(uptime: str) -> float | None:
    """Since this computer was started, from /proc/uptime."""
    first = uptime.split()[:1]
    try:
        return float(first[0]) if first else None
    except ValueError:
        return None


def system_name(os_release: str) -> str:
    """The system's name and version, from /etc/os-release."""
    found = re.search(r"^PRETTY_NAME=\"?([^\"\n]+)", os_release, re.MULTILINE)
    return found[1] if found else ""


def mounts(mountinfo: str) -> tuple[Mount, ...]:
    """What is mounted, from /proc/self/mountinfo; see proc_pid_mountinfo(5) for its columns."""
    return tuple(_mounts(mountinfo))


def _mounts(mountinfo: str) -> Iterator[Mount]:
    for line in mountinfo.splitlines():
        own, separator, rest = line.partition(" - ")
        columns, behind = own.split(" "), rest.split(" ")
        if not separator or len(columns) < 6 or len(behind) < 3:
            continue
        # Of all options only ro is looked at: of the mount itself, and of the whole file system.
        is_read_only = "ro" in columns[5].split(",") or "ro" in behind[2].split(",")
        yield Mount(plain_path(columns[4]), behind[0], is_read_only)


def plain_path(written: str) -> str:
    """A path of mountinfo or /etc/fstab as it is: these tables write a blank in it as `\\040`."""
    return _ESCAPED.sub(lambda digits: chr(int(digits[1], 8)), written)


def mount_of(folder: str, mounted: Sequence[Mount]) -> Mount | None:
    """The mount that a folder lies on: the innermost, and of those at one place the newest."""
    path = PurePosixPath(folder)
    above = [mount for mount in mounted if path.is_relative_to(mount.point)]
    return max(reversed(above), key=lambda mount: len(PurePosixPath(mount.point).parts), default=None)


def ports_listened_on(tables: Sequence[str], wanted: Collection[int]) -> tuple[int, ...]:
    """Which of the wanted ports somebody listens on, from /proc/net/tcp and /proc/net/tcp6. Tells no address."""
    rows = (line.split() for table in tables for line in table.splitlines()[1:])
    open_ports = {_port(row[1]) for row in rows if len(row) > 3 and row[3] == _PORT_LISTENED_ON}
    return tuple(sorted(set(wanted) & open_ports))


def _port(address: str) -> int:
    """The port of `0100007F:32C8`."""
    digits = address.rpartition(":")[2]
    return int(digits, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,4}", digits) else 0
