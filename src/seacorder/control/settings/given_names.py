"""Names that a client gives to the next recording, anomaly video or framegrab: each is used once.

The client's text may have a folder, under the rules of all folders, and an extension, which is ignored. With several
channels the channel's name is added. A sequence number stands at the end of the name.
"""

import re
from dataclasses import dataclass, replace

from seacorder.base.errors import BadRequest
from seacorder.catalogue.catalogue import Catalogue
from seacorder.model.file_name import SEQUENCE_MAX, Naming
from seacorder.model.recording import FileKind

SETTING = "sequence_no"
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,3}$")


@dataclass(frozen=True, slots=True)
class GivenName:
    """What a client has said of the next name; None: nothing."""

    folder: str | None = None
    """Absolute and checked."""
    stem: str | None = None
    sequence: int | None = None

    def applied(self, naming: Naming, channels: int) -> Naming:
        """The naming of a command whose files are to be called so."""
        if self.folder is not None:
            naming = replace(naming, base_folder=self.folder, directory_template="", fallback_folder=None)
        template = naming.file_template
        if self.stem is not None:
            template = self.stem if channels < 2 else self.stem + "@${channelname}"
        if self.sequence is not None:
            template = f"{template}_{self.sequence:03}"
        return replace(naming, file_template=template)


def split_name(text: str) -> tuple[str | None, str]:
    """The folder and the stem of a client's text. Raises BadRequest for one without a name."""
    folder, separator, name = text.strip().replace("\\", "/").rpartition("/")
    stem = _EXTENSION.sub("", name).strip()
    if not stem or stem.strip(".") == "":
        raise BadRequest(f"{text[:60]!r} has no file name.", "Write a name, such as Dive 12.", field="filename")
    return (f"{folder}/" if folder.endswith(":") or not folder else folder) if separator else None, stem


class GivenNames:
    """For the event loop alone; nothing blocks but `load`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._next: dict[FileKind, GivenName] = {}
        self._highest = 0

    def load(self) -> None:
        """Reads the last sequence number of earlier runs. Blocks; raises CatalogueFailed."""
        text = self._catalogue.setting(SETTING) or "0"
        self._highest = int(text) if text.isdecimal() else 0

    def give(self, kind: FileKind, folder: str | None, stem: str) -> None:
        """The next files of this kind get this name."""
        self._next[kind] = replace(self.next(kind), folder=folder, stem=stem)

    def number(self, kind: FileKind, sequence: int | None) -> int:
        """The next files of this kind get this number; None: the next one that is free, or the one that they have."""
        before = self.next(kind)
        if sequence is None:
            sequence = before.sequence if before.sequence is not None else self._highest + 1
        if not 0 <= sequence <= SEQUENCE_MAX:
            raise BadRequest(
                f"{sequence} is not accepted.", f"Accepted is a whole number from 0 to {SEQUENCE_MAX}.",
                field="sequence_no",
            )
        self._next[kind] = replace(before, sequence=sequence)
        return sequence

    def next(self, kind: FileKind) -> GivenName:
        return self._next.get(kind, GivenName())

    def used(self, kind: FileKind) -> None:
        """Files of this kind have been begun: their name is used up."""
        sequence = self.next(kind).sequence
        if sequence is not None and sequence > self._highest:
            self._highest = sequence
            self._catalogue.save_text(SETTING, str(sequence))
        self._next.pop(kind, None)
