"""`service`: the recorder as a systemd service, of the system or of one user."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.errors import BadRequest, NotPossible, StorageFailed
from seacorder.cli.machine_facts import plain_path
from seacorder.cli.systemd_unit import MARK, STOP_SECONDS, ServicePlan, unit_name, unit_text
from seacorder.config.load import find, load
from seacorder.config.schema import Settings

SYSTEM_FOLDER = Path("/etc/systemd/system")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NETWORK = re.compile(r"(?!file:)[a-z0-9+]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Systemd:
    """The service manager, of the system or of a user: where its units are, and how to call it."""

    folder: Path
    run: Callable[[Sequence[str]], Ran]
    """Runs `systemctl` with these words."""
    is_there: bool
    may_change: bool

    @classmethod
    def of(cls, *, is_of_user: bool) -> "Systemd":
        """The service manager of this machine."""
        program = shutil.which("systemctl")
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        scope = ["--user"] if is_of_user else []
        return cls(
            folder=home / "systemd/user" if is_of_user else SYSTEM_FOLDER,
            run=lambda words: _run([str(program), *scope, *words]),
            is_there=program is not None and Path("/run/systemd/system").is_dir(),
            may_change=is_of_user or (hasattr(os, "geteuid") and os.geteuid() == 0),
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """The options of `service install`."""

    config: Path | None = None
    name: str = "seacorder"
    run_as: str | None = None
    is_of_user: bool = False


def install(wish: Wish, systemd: Systemd, *, is_shown_only: bool) -> None:
    """Writes the unit, starts it, and lets it start with the machine. With `is_shown_only` it only prints the unit.

    Raises SettingsError, BadRequest or NotPossible before anything is changed.
    """
    name = unit_name(wish.name)
    text = unit_text(planned(wish))
    if is_shown_only:
        print(text, end="")
        return
    _check_may_change(systemd)
    file = systemd.folder / name
    if file.exists():
        raise NotPossible(
            f"{name} is installed already ({file}).",
            "`seacorder service status` shows it; `seacorder service remove` removes it, then install it again.",
        )
    _write(file, text)
    for words in (["daemon-reload"], ["enable", "--now", name]):
        done = systemd.run(words)
        if done.code:
            raise NotPossible(
                f"{file} is written, but `systemctl {' '.join(words)}` failed ({done.fault}).",
                "Correct that and run it again, or remove the service with `seacorder service remove`.",
            )
    print(f"{name} is installed ({file}) and started; it starts with the computer and whenever it has ended.")
    if wish.is_of_user:
        print("Without a login it starts only after `loginctl enable-linger`, which lets your services run then too.")


def remove(name: str, systemd: Systemd) -> None:
    """Stops the service, which finishes every file, and deletes its unit. Raises NotPossible."""
    name = unit_name(name)
    _check_may_change(systemd)
    file = systemd.folder / name
    if not file.is_file():
        raise NotPossible(f"{name} is not installed: there is no {file}.")
    if MARK not in _text_of(file):
        raise NotPossible(f"{file} was not written by `seacorder service install`; it is left as it is.")
    done = systemd.run(["disable", "--now", name])
    if done.code:
        raise NotPossible(f"{name} could not be stopped ({done.fault}); it is left as it is.")
    try:
        file.unlink()
    except OSError as error:
        raise StorageFailed(f"{file} cannot be deleted ({error.strerror}).") from error
    systemd.run(["daemon-reload"])
    print(f"{name} was stopped and is removed. Recordings and settings stay.")


def show_status(name: str, systemd: Systemd) -> bool:
    """Prints what the service does; True when it runs. Raises NotPossible without systemd."""
    facts = facts_of(name, systemd)
    print("\n".join(told(unit_name(name), facts)))
    return facts.get("ActiveState") == "active"


def facts_of(name: str, systemd: Systemd) -> dict[str, str]:
    """What systemd reports about a service. Nothing of its unit: variables in it may hold passwords of cameras.

    Raises NotPossible without systemd.
    """
    _check_is_there(systemd)
    keys = ("LoadState", "ActiveState", "SubState", "UnitFileState", "NRestarts", "ActiveEnterTimestamp", "Result")
    done = systemd.run(["show", unit_name(name), f"--property={','.join(keys)}"])
    if done.code:
        raise NotPossible(f"systemd does not answer ({done.fault}).")
    return dict(line.split("=", 1) for line in done.out.splitlines() if "=" in line)


def told(name: str, facts: dict[str, str]) -> list[str]:
    """What systemd reports about a service, as lines for people."""
    if facts.get("LoadState", "not-found") == "not-found":
        return [f"{name} is not installed."]
    since, restarts = facts.get("ActiveEnterTimestamp", ""), facts.get("NRestarts", "0")
    state = f"{facts.get('ActiveState', '?')} ({facts.get('SubState', '?')})"
    starts = "starts" if facts.get("UnitFileState") == "enabled" else "does not start"
    is_active = facts.get("ActiveState") == "active"
    lines = [
        f"{name} is {state}{f' since {since}' if since and is_active else ''}.",
        f"It {starts} with the computer; systemd has started it again {restarts} times.",
    ]
    if not is_active:
        lines.append(f"Last result: {facts.get('Result', '?')}. Why: `journalctl -u {name}`.")
    return lines


def planned(wish: Wish) -> ServicePlan:
    """The values of the unit, from the settings file as the service will read it.

    Raises SettingsError and BadRequest.
    """
    config = find(wish.config).absolute()
    user = None if wish.is_of_user else wish.run_as or os.environ.get("SUDO_USER")
    with _home_of(user):
        settings = load(config, {})
    storage = settings.storage
    logs = () if settings.log.file is None else (settings.log.file.parent,)
    second = () if storage.fallback_root is None else (storage.fallback_root,)
    return ServicePlan(
        command=(sys.executable, "-P", "-m", "seacorder", "serve", "--config", str(config)),
        folder=str(config.parent),
        needed=tuple(map(str, (storage.root, storage.catalogue_path.parent))),
        wanted=tuple(map(str, (*second, *storage.allowed_directories, *storage.drives.values(), *logs))),
        mounts=tuple(mount_points()),
        needs_network=_needs_network(settings),
        user=user,
        is_of_user=wish.is_of_user,
    )


def mount_points(table: Path = Path("/proc/self/mountinfo"), planned_table: Path = Path("/etc/fstab")) -> list[str]:
    """The mount points of this machine: those in use, and those in /etc/fstab whose disks are not there now."""
    found: list[str] = []
    for file, column in ((table, 4), (planned_table, 1)):
        with contextlib.suppress(OSError):
            rows = (line.split() for line in file.read_text("utf-8", "replace").splitlines())
            found += [row[column] for row in rows if len(row) > column and not row[0].startswith("#")]
    return [plain_path(path) for path in found if path.startswith("/")]


def _needs_network(settings: Settings) -> bool:
    return settings.server.host not in _LOOPBACK or any(_NETWORK.match(one.input) for one in settings.channels)


@contextlib.contextmanager
def _home_of(user: str | None) -> Iterator[None]:
    """Within the block, `~` is the home folder of this user, as it will be for the service. Changes HOME meanwhile.

    Raises BadRequest if there is no such user.
    """
    if user is None:
        yield
        return
    import pwd

    try:
        home = pwd.getpwnam(user).pw_dir
    except KeyError as error:
        raise BadRequest(
            f"There is no user {user!r} on this computer.", "Name one that exists with --run-as."
        ) from error
    before = os.environ.get("HOME")
    os.environ["HOME"] = home
    try:
        yield
    finally:
        if before is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = before


def _check_is_there(systemd: Systemd) -> None:
    if not systemd.is_there:
        raise NotPossible(
            "This computer is not run by systemd, so `seacorder service` cannot be used.",
            "How Seacorder starts with the computer on Windows, macOS and elsewhere is in docs/setup/service.md.",
        )


def _check_may_change(systemd: Systemd) -> None:
    _check_is_there(systemd)
    if not systemd.may_change:
        raise NotPossible(
            "Only root may change services of the system.",
            "Run this with sudo, or use --user for a service of your own.",
        )


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageFailed(f"{file} cannot be written ({error.strerror}).") from error


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError as error:
        raise StorageFailed(f"{file} cannot be read ({error.strerror}).") from error


def _run(words: Sequence[str]) -> Ran:
    """Runs a command and waits for it: when it stops the recorder, until all files are finished."""
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=STOP_SECONDS + 30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ran(1, fault=str(error))
    said = [line for line in done.stderr.splitlines() if line.strip()]
    return Ran(done.returncode, done.stdout, said[-1] if said else f"exit code {done.returncode}")
