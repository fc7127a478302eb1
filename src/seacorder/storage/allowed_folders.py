"""Folders that a client may name: relative ones under the root, absolute ones only where the settings allow them.

Clients of the commercial recorder send Windows paths. On another system those land under the root, drive letter or
server first (`C:\\tmp\\Data1` is `C/tmp/Data1`), unless the settings map the letter to a folder. Both `/` and `\\`
separate, on every system, as they do in templates.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from seacorder.base.errors import BadRequest
from seacorder.model.file_name import COMPONENT_BYTES_MAX, component
from seacorder.storage.disk import Disk, this_machine
from seacorder.storage.disk_faults import sentence_of

FIELD = "Directory"
DIRECTORY_BYTES_MAX = 1000
"""Leaves room for what templates add (storage.names) within Linux' 4096 bytes."""

_EXTENDED = re.compile(r"^\\\\[?.]\\(UNC\\)?", re.IGNORECASE)
_DRIVE = re.compile(r"^([A-Za-z]):")
_SEPARATOR = re.compile(r"[/\\]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class AllowedFolders:
    """Turns a client's text into a folder, or refuses it with BadRequest (field `Directory`).

    Looks at the file system for symbolic links, so calls may block as long as the disk takes. Safe from any thread.
    """

    def __init__(
        self,
        root: Path,
        allowed: Sequence[Path] = (),
        drives: Mapping[str, Path] | None = None,
        *,
        is_windows: bool = os.name == "nt",
        disk: Disk | None = None,
    ) -> None:
        """`root`, `allowed` and the folders of `drives` (letter: folder) are absolute and may not exist yet."""
        self._root = root
        self._drives = {letter.upper(): folder for letter, folder in (drives or {}).items()}
        self._allowed = (root, *allowed, *self._drives.values())
        self._is_windows = is_windows
        self._disk = disk or this_machine()

    def resolve(self, text: str | None) -> Path:
        """The absolute folder that `text` names, whether it exists or not; the root for None."""
        if text is None:
            return self._root
        _check_text(text)
        folder = self._place(text)
        if len(os.fsencode(folder)) > DIRECTORY_BYTES_MAX:
            raise _refused(f"is longer than {DIRECTORY_BYTES_MAX} bytes; choose a shorter folder")
        bases = [base for base in self._allowed if folder.is_relative_to(base)]
        if not bases:
            raise _refused(f"{folder} is outside of the allowed folders: {self._places()}")
        _check_names(folder, max(bases, key=lambda base: len(base.parts)))
        if not self.holds(folder):
            raise _refused(f"{folder} leads through a link to outside of the allowed folders: {self._places()}")
        return folder

    def holds(self, folder: Path) -> bool:
        """True when the folder lies in an allowed one once every link is followed; BadRequest for links in a ring."""
        return any(_real(folder).is_relative_to(_real(base)) for base in self._allowed)

    def create(self, text: str | None) -> Path:
        """As `resolve`, and makes the folder with its parents, durably; fine if it stands already."""
        folder = self.resolve(text)
        try:
            for changed in self._disk.make_folders(folder):
                self._disk.sync_folder(changed)
        except OSError as fault:
            raise _refused(f"{folder} cannot be made. {sentence_of(fault, folder / '_')}") from fault
        return folder

    def _place(self, text: str) -> Path:
        """The folder by its text alone."""
        extended = _EXTENDED.match(text)
        if extended:
            text = ("\\\\" if extended[1] else "") + text[extended.end() :]
        drive = _DRIVE.match(text)
        base = self._base(text, drive[1].upper() if drive else None)
        components = _SEPARATOR.split(text[drive.end() :] if drive else text)
        return base.joinpath(*(name for name in components if name not in {"", "."} and _leads_down(name)))

    def _base(self, text: str, letter: str | None) -> Path:
        """What the components of `text` stand under."""
        is_unc = text.startswith("\\\\")
        if self._is_windows and (letter or is_unc):
            if letter is None:
                raise _refused("is a network folder; map it to a drive letter and allow that")
            return Path(f"{letter}:\\")
        if letter is not None:
            return self._drives.get(letter, self._root / letter)
        return Path("/") if text.startswith("/") else self._root

    def _places(self) -> str:
        return ", ".join(str(folder) for folder in self._allowed) + " (see allowed_directories in the settings)."


def _leads_down(name: str) -> bool:
    """True, or BadRequest for a name of dots and blanks alone, which may lead up, and for one that no disk takes."""
    if not name.rstrip(". "):
        raise _refused(f'contains "{name}"; give the folder without it')
    if len(name.encode()) > COMPONENT_BYTES_MAX:
        raise _refused(f"has a name of more than {COMPONENT_BYTES_MAX} bytes in it; choose a shorter one")
    return True


def _check_names(folder: Path, base: Path) -> None:
    """BadRequest for a name below `base` that Windows' file systems refuse.

    On every system: an NTFS or exFAT disk under Linux refuses such a name when the recording starts, and a folder
    of that name cannot be copied to such a disk later.
    """
    for name in folder.relative_to(base).parts:
        fit = component(name)
        if fit != name:
            raise _refused(f'contains "{name}", a name that not every disk can hold; write "{fit}", for example')


def _check_text(text: str) -> None:
    if not text.strip():
        raise _refused("is empty; give a folder, for example Job1/Dive2")
    if _CONTROL.search(text):
        raise _refused("contains a control character; give plain text")


def _refused(reason: str) -> BadRequest:
    return BadRequest(f"{FIELD} {reason.rstrip('.')}.", field=FIELD)


def _real(folder: Path) -> Path:
    """The folder with every symbolic link followed, as far as it exists."""
    try:
        return folder.resolve()
    except (OSError, RuntimeError) as fault:
        raise _refused(f"{folder} cannot be looked at; its links may lead in a ring") from fault
