"""Folders that a client may name: relative ones under the root, absolute ones only where the settings allow them.

Clients that were written for the commercial recorder send Windows paths. On other systems such a path becomes a folder
under the root that begins with the drive letter or the server's name (`C:\\tmp\\Data1` becomes `C/tmp/Data1`), unless
the settings map the drive letter to a folder. Both `/` and `\\` separate names, on every system, as in templates.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from seacorder.base.errors import BadRequest
from seacorder.model.file_name import COMPONENT_BYTES_MAX, component
from seacorder.storage.disk import Disk, this_machine
from seacorder.storage.disk_faults import message_of

FIELD = "Directory"
DIRECTORY_BYTES_MAX = 1000
"""So that this and what templates add to it (`storage.names`) fit into the 4096 bytes of a path on Linux."""

_EXTENDED = re.compile(r"^\\\\[?.]\\(UNC\\)?", re.IGNORECASE)
_DRIVE = re.compile(r"^([A-Za-z]):")
_SEPARATOR = re.compile(r"[/\\]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class AllowedFolders:
    """Turns a client's text into a folder, or refuses it with BadRequest (field `Directory`).

    Follows symbolic links, so a call blocks for as long as the file system takes. Safe from any thread.
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
        """`root`, `allowed` and the folders of `drives` (letter: folder) are absolute; they need not exist yet."""
        self._root = root
        self._drives = {letter.upper(): folder for letter, folder in (drives or {}).items()}
        self._allowed = (root, *allowed, *self._drives.values())
        self._is_windows = is_windows
        self._disk = disk or this_machine()

    def resolve(self, text: str | None) -> Path:
        """The absolute folder that `text` names, whether it exists or not; None names the root. BadRequest."""
        if text is None:
            return self._root
        _check_text(text)
        folder = self._place(text)
        if len(os.fsencode(folder)) > DIRECTORY_BYTES_MAX:
            raise _refused(f"is longer than {DIRECTORY_BYTES_MAX} bytes.", "Choose a shorter folder.")
        bases = [base for base in self._allowed if folder.is_relative_to(base)]
        if not bases:
            raise _refused(f"{folder} is outside of the allowed folders.", self._places())
        _check_names(folder, max(bases, key=lambda base: len(base.parts)))
        if not self.holds(folder):
            fact = f"{folder} leads through a link to a place outside of the allowed folders."
            raise _refused(fact, self._places())
        return folder

    def holds(self, folder: Path) -> bool:
        """True when the folder, with every link followed, lies in an allowed one; BadRequest for links in a ring."""
        return any(_real(folder).is_relative_to(_real(base)) for base in self._allowed)

    def create(self, text: str | None) -> Path:
        """As `resolve`, and makes the folder with its parents if it is missing; on the medium when this returns."""
        folder = self.resolve(text)
        try:
            for changed in self._disk.make_folders(folder):
                self._disk.sync_folder(changed)
        except OSError as fault:
            why = message_of(fault, folder / "_")
            raise _refused(f"{folder} cannot be created. {why.fact}", why.action) from fault
        return folder

    def _place(self, text: str) -> Path:
        """The folder that the text names, without a look at the file system."""
        extended = _EXTENDED.match(text)
        if extended:
            text = ("\\\\" if extended[1] else "") + text[extended.end() :]
        drive = _DRIVE.match(text)
        base = self._base(text, drive[1].upper() if drive else None)
        components = _SEPARATOR.split(text[drive.end() :] if drive else text)
        return base.joinpath(*(name for name in components if name not in {"", "."} and _leads_down(name)))

    def _base(self, text: str, letter: str | None) -> Path:
        """The folder that the names in `text` are relative to."""
        is_unc = text.startswith("\\\\")
        if self._is_windows and (letter or is_unc):
            if letter is None:
                raise _refused("is a network folder.", "Map it to a drive letter and allow that.")
            return Path(f"{letter}:\\")
        if letter is not None:
            return self._drives.get(letter, self._root / letter)
        return Path("/") if text.startswith("/") else self._root

    def _places(self) -> str:
        places = ", ".join(str(folder) for folder in self._allowed)
        return f"Allowed are {places} (`allowed_directories` in the settings file)."


def _leads_down(name: str) -> bool:
    """True. BadRequest for a name of dots and blanks alone, which may lead upwards, and for one that is too long."""
    if not name.rstrip(". "):
        raise _refused(f'contains "{name}".', "Leave that out.")
    if len(name.encode()) > COMPONENT_BYTES_MAX:
        raise _refused(f"contains a name of more than {COMPONENT_BYTES_MAX} bytes.", "Choose a shorter one.")
    return True


def _check_names(folder: Path, base: Path) -> None:
    """BadRequest for a name below `base` that Windows' file systems refuse; on every system.

    Under Linux too an NTFS or exFAT disk refuses such a name, and only when the recording starts; and a folder with
    such a name cannot be copied to such a disk later.
    """
    for name in folder.relative_to(base).parts:
        fit = component(name)
        if fit != name:
            fact = f'contains "{name}", a name that not every disk can hold.'
            raise _refused(fact, f'Write "{fit}", for example.')


def _check_text(text: str) -> None:
    if not text.strip():
        raise _refused("is empty.", "Give a folder, for example Job1/Dive2.")
    if _CONTROL.search(text):
        raise _refused("contains a control character.", "Give plain text.")


def _refused(end_of_fact: str, action: str) -> BadRequest:
    return BadRequest(f"{FIELD} {end_of_fact}", action, field=FIELD)


def _real(folder: Path) -> Path:
    """The folder with every symbolic link in the existing part of its path followed. BadRequest for links in a ring."""
    try:
        return folder.resolve()
    except (OSError, RuntimeError) as fault:
        fact = f"{folder} cannot be read; its links may lead in a circle."
        raise _refused(fact, "Choose another folder.") from fault
