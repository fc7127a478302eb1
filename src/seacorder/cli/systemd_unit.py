"""The text of the recorder's systemd unit. Pure: values in, text out.

The unit itself says what each line is for, because whoever finds it on the machine has no other document at hand.
Quoting follows systemd.syntax(7), systemd.unit(5) and systemd.service(5): `%` begins a specifier everywhere, `$` begins
a variable in a command's arguments, and each kind of value has its own rules for quotes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from seacorder.base.errors import BadRequest

MARK = "# Written by `seacorder service install`; `seacorder service remove` takes it away."
STOP_SECONDS = 120
"""Seconds. Longer than the recorder's own limit: it gives its parts about 100 s to finish files, then kills them."""
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.-")
_NOT_IN_AN_EXECUTABLE = frozenset("\"'\\")


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """What a unit is made of."""

    command: tuple[str, ...]
    """Program and arguments, without quotes."""
    folder: str
    """Where it is started."""
    needed: tuple[str, ...]
    """Folders whose disks must be mounted before the recorder starts."""
    wanted: tuple[str, ...] = ()
    """Folders whose disks are waited for; without them it starts all the same."""
    mounts: tuple[str, ...] = ()
    """The mount points of this machine, also of disks that are not there now."""
    needs_network: bool = False
    user: str | None = None
    """The user that it runs as; None: the one that runs the service manager."""
    is_of_user: bool = False
    """A service of one user instead of the system's."""


def unit_text(plan: ServicePlan) -> str:
    """The unit file. Raises BadRequest for a path that systemd cannot be told."""
    sections = [[MARK], _unit_section(plan), _service_section(plan), _install_section(plan)]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def unit_name(name: str) -> str:
    """The name with `.service` at its end. Raises BadRequest if it cannot be a unit's name."""
    bare = name.removesuffix(".service")
    if not bare or not set(bare) <= _NAME_CHARACTERS or len(bare) > 200:
        raise BadRequest(f"{name!r} is no name of a service.", "Use letters, digits, and - _ . : between them.")
    return f"{bare}.service"


def mount_unit(mount: str) -> str:
    """The unit of a mount point: `/mnt/my disk` is `mnt-my\\x20disk.mount` (systemd-escape --path)."""
    bare = "/".join(part for part in mount.split("/") if part)
    if not bare:
        return "-.mount"
    plain = _NAME_CHARACTERS - {"-"}
    escaped = "".join(
        "-" if letter == "/" else letter if letter in plain else "".join(f"\\x{byte:02x}" for byte in letter.encode())
        for letter in bare
    )
    return ("\\x2e" + escaped[1:] if escaped.startswith(".") else escaped) + ".mount"


def mount_of(folder: str, mounts: Iterable[str]) -> str | None:
    """The innermost mount point above a folder; None if that is the root file system."""
    parents = {str(PurePosixPath(folder)), *map(str, PurePosixPath(folder).parents)}
    return max((mount for mount in mounts if mount in parents and mount != "/"), key=len, default=None)


def _unit_section(plan: ServicePlan) -> list[str]:
    lines = [
        "[Unit]",
        "Description=Seacorder, video recorder",
        "# It is always started again, however quickly it fails: the cause may pass.",
        "StartLimitIntervalSec=0",
        "# Without these disks it would record on the disk of the system.",
        f"RequiresMountsFor={' '.join(map(_listed, dict.fromkeys(plan.needed)))}",
    ]
    wanted = _mounts_of(plan.wanted, plan) - _mounts_of(plan.needed, plan)
    if wanted:
        units = " ".join(mount_unit(mount) for mount in sorted(wanted))
        lines += [
            f"# Waited for, but it records without them too: {', '.join(map(_commented, sorted(wanted)))}",
            f"Wants={units}",
            f"After={units}",
        ]
    if plan.needs_network and not plan.is_of_user:
        lines += ["Wants=network-online.target", "After=network-online.target"]
    return lines


def _service_section(plan: ServicePlan) -> list[str]:
    return [
        "[Service]",
        "Type=exec",
        f"ExecStart={_command(plan.command)}",
        f"WorkingDirectory={_plain(plan.folder)}",
        *([f"User={plan.user}"] if plan.user else []),
        *([] if plan.is_of_user else [
            "# Where it remembers which disks files go to; not every user has a home that can be written.",
            "StateDirectory=%N",
        ]),
        "Restart=always",
        "RestartSec=2",
        "# The first process alone is told to end: it passes that on, and files are finished.",
        "KillMode=mixed",
        "# Every file complete and on disk, also on a slow one.",
        f"TimeoutStopSec={STOP_SECONDS}",
        "# A channel's process that was killed for want of memory is started again by the recorder itself.",
        "OOMPolicy=continue",
    ]


def _install_section(plan: ServicePlan) -> list[str]:
    lines = ["[Install]"]
    target = "default.target" if plan.is_of_user else "multi-user.target"
    mounts = [] if plan.is_of_user else sorted(_mounts_of(plan.needed, plan))
    if mounts:
        lines.append("# A disk that comes later brings the recorder with it.")
    return [*lines, f"WantedBy={' '.join([target, *map(mount_unit, mounts)])}"]


def _mounts_of(folders: Iterable[str], plan: ServicePlan) -> set[str]:
    return {mount for folder in folders if (mount := mount_of(folder, plan.mounts)) is not None}


def _command(words: Sequence[str]) -> str:
    # systemd takes no quotes in the name of a program, only in arguments.
    if _NOT_IN_AN_EXECUTABLE & set(words[0]):
        words = ("/usr/bin/env", *words)
    first, *rest = words
    return " ".join([_quoted(first), *(_quoted(word).replace("$", "$$") for word in rest)])


def _quoted(text: str) -> str:
    """A word of a command, in double quotes where it needs them."""
    escaped = _plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if not text or set(text) & set(" '\"\\;#") else escaped


def _listed(path: str) -> str:
    """A path in a list of paths, which knows quotes and no backslashes."""
    plain = _plain(path)
    if not set(plain) & set(" '\""):
        return plain
    quote = "'" if '"' in plain else '"'
    if quote in plain:
        raise BadRequest(f"{path}: systemd cannot wait for a path with both kinds of quotes.", "Rename the folder.")
    return f"{quote}{plain}{quote}"


def _plain(text: str) -> str:
    if not text.isprintable():
        raise BadRequest(
            f"{text!r} has characters that cannot be written in a systemd unit.", "Rename the file or folder."
        )
    return text.replace("%", "%%")


def _commented(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
