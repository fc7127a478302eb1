"""The newest part of the log, for a support bundle: from the log file, and from the service's journal."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.errors import NotPossible, StorageFailed
from seacorder.cli.systemd_unit import unit_name

LOG_BYTES_MAX = 5_000_000
"""So much of the log file together with the one before it, and as much of the journal."""
JOURNAL_LINES = 20_000
JOURNAL_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ServiceJournal:
    """The service's journal; `read` gives its newest lines. Raises NotPossible."""

    read: Callable[[], str]

    @classmethod
    def of(cls, name: str, *, is_of_user: bool) -> "ServiceJournal":
        """That of a service of this computer."""
        return cls(lambda: _journal(unit_name(name), is_of_user=is_of_user))


def log_text(file: Path | None, journal: ServiceJournal, without: str = "The settings name no log file.") -> str:
    """Both, as far as there are any; `without` says why there is no log file.

    Blocks; raises NotPossible if there is neither."""
    sources: list[tuple[str, Callable[[], str]]] = [("journal", journal.read)]
    if file is not None:
        sources.insert(0, (str(file), lambda: _newest(file)))
    texts: list[str] = []
    faults: list[str] = [] if file is not None else [without]
    for title, read in sources:
        try:
            texts.append(f"===== {title} =====\n{read()}")
        except (NotPossible, StorageFailed) as error:
            faults.append(error.sentence)
    if not texts:
        raise NotPossible(f"No log was found. {' '.join(faults)}", "Send what the terminal shows of it too.")
    return "\n".join([*texts, *(f"===== {fault}" for fault in faults)])


def _newest(file: Path) -> str:
    """The end of the log file, with that of the file before it where there is room. Raises StorageFailed."""
    pieces: list[str] = []
    left = LOG_BYTES_MAX
    try:
        for path in (file, file.with_name(f"{file.name}.1")):
            if left > 0 and (path == file or path.is_file()):
                tail = _tail(path, left)
                left -= len(tail)
                pieces.insert(0, tail.decode("utf-8", "replace"))
    except OSError as error:
        if not pieces:
            raise StorageFailed(f"The log file {file} cannot be read ({error.strerror}).") from error
    return "".join(pieces)


def _tail(path: Path, bytes_max: int) -> bytes:
    """The file's last bytes, from the beginning of a line on."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - bytes_max))
        text = file.read(bytes_max)
    return text if size <= bytes_max else text.partition(b"\n")[2]


def _journal(unit: str, *, is_of_user: bool) -> str:
    program = shutil.which("journalctl")
    if program is None:
        raise NotPossible("This computer has no journal (systemd).")
    scope = ["--user"] if is_of_user else []
    options = [f"--unit={unit}", f"--lines={JOURNAL_LINES}", "--no-pager", "--output=short-iso", "--no-hostname"]
    try:
        done = subprocess.run(
            [program, *scope, *options], capture_output=True, timeout=JOURNAL_SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise NotPossible(f"The journal did not come within {JOURNAL_SECONDS:g} s.") from error
    except OSError as error:
        raise NotPossible(f"The journal cannot be read ({error.strerror}).") from error
    text = done.stdout[-LOG_BYTES_MAX:].decode("utf-8", "replace")
    if done.returncode or not text.strip() or text.startswith("-- No entries --"):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NotPossible(f"The journal has nothing of {unit}{f' ({said[-1]})' if said else ''}.")
    return text
