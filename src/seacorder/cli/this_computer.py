"""What this computer is, for a support bundle: reads the kernel's tables and asks each folder's disk.

Neither its name nor its addresses, its environment or its processes.
"""

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from seacorder.base.background import within
from seacorder.base.processor import usable_cores
from seacorder.cli import machine_facts as facts

DISK_SECONDS = 2.0
"""How long a disk may take to answer; one that is dead never does."""
_PROC = Path("/proc")


def system() -> list[str]:
    """The operating system, a line for each fact."""
    lines = [f"{platform.system()} {platform.release()} {platform.machine()}"]
    name = facts.system_name(_text(Path("/etc/os-release")))
    return [*lines, name] if name else lines


def computer_facts(folders: Iterable[Path], ports: Sequence[int]) -> dict[str, Any]:
    """Processor, memory, time, limits, the disks of these folders, and which of these ports are in use. Blocks."""
    mounted = facts.mounts(_text(_PROC / "self/mountinfo"))
    tables = [_text(_PROC / "net" / name) for name in ("tcp", "tcp6")]
    return {
        "system": system(),
        "processor": facts.processor_model(_text(_PROC / "cpuinfo")) or platform.processor(),
        "cores": os.cpu_count(),
        "usable_cores": usable_cores(),
        "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "memory_bytes": facts.memory_bytes(_text(_PROC / "meminfo")),
        "uptime_seconds": facts.uptime_seconds(_text(_PROC / "uptime")),
        "time_zone": time.strftime("%Z %z"),
        "clock_is_synchronised": _clock_is_synchronised(),
        "open_files": _open_files(),
        "ports_in_use": list(facts.ports_listened_on(tables, ports)) if any(tables) else None,
        "folders": [_folder(folder, mounted) for folder in dict.fromkeys(folders)],
    }


def _folder(folder: Path, mounted: Sequence[facts.Mount]) -> dict[str, Any]:
    mount = facts.mount_of(str(folder), mounted)
    found: dict[str, Any] = {"folder": str(folder)}
    if mount is not None:
        found |= {"mounted_at": mount.point, "file_system": mount.file_system, "is_read_only": mount.is_read_only}
    try:
        return found | within(DISK_SECONDS, f"the disk of {folder}", lambda: _space(folder))
    except TimeoutError:
        return found | {"fault": f"The disk did not answer within {DISK_SECONDS:g} s."}
    except OSError as error:
        return found | {"fault": f"{error.strerror}."}


def _space(folder: Path) -> dict[str, Any]:
    usage = shutil.disk_usage(folder)
    return {"total_bytes": usage.total, "free_bytes": usage.free, "may_be_written": os.access(folder, os.W_OK)}


def _open_files() -> list[int] | None:
    """How many files a process may have open: what holds now, and what it may be raised to."""
    if sys.platform == "win32":
        return None
    import resource

    return list(resource.getrlimit(resource.RLIMIT_NOFILE))


def _clock_is_synchronised() -> bool | None:
    """None where the system does not say."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    words = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


def _text(path: Path) -> str:
    """The text of a small file of the system; empty where there is none."""
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
