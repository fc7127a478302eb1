"""Names that a client gives to the next recording, anomaly video or framegrab: each is used once.

The client's text may have a folder, under the rules of all folders, and an extension, which is ignored. With several
channels the channel's name is added. A sequence number stands at the end of the name.

The catalogue keeps, as JSON, what is not used yet, the highest number that was, and how the files of the newest
recording are called: a recording that goes on after an unexpected end of the program keeps its name.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from seacorder.base.errors import BadRequest, CatalogueFailed
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.settings.naming import NamingBase
from seacorder.model.file_name import SEQUENCE_MAX, Naming
from seacorder.model.recording import FileKind

SETTING = "given_names"
STEM_BYTES_MAX = 120
"""In UTF-8. A file's name has 255 bytes at most; `@`, a channel's name, the number and an extension follow."""
_FIELD = "filename"
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,3}$")
_NEXT = {FileKind.RECORDING: "The next recording", FileKind.ANOMALY: "The next video of an anomaly"}

FolderOf = Callable[[str], Awaitable[str]]
"""The absolute folder of a text. Raises BadRequest for one that is not allowed."""


@dataclass(frozen=True, slots=True)
class GivenName:
    """What a client has said of the next name; None: nothing."""

    folder: str | None = None
    """Absolute and checked."""
    stem: str | None = None
    sequence: int | None = None

    def applied(self, naming: Naming, channels: int, base: NamingBase) -> Naming:
        """The naming of a command whose files are to be called so; `base` knows the second volume."""
        if self.folder is not None:
            fallback = base.fallback_of(self.folder)
            naming = replace(naming, base_folder=self.folder, directory_template="", fallback_folder=fallback)
        template = naming.file_template
        if self.stem is not None:
            template = self.stem if channels < 2 else self.stem + "@${channelname}"
        if self.sequence is not None:
            template = f"{template}_{self.sequence:03}"
        return replace(naming, file_template=template)

    def over(self, older: "GivenName") -> "GivenName":
        """This, and what it leaves open as in `older`. A folder belongs to its name."""
        named = older if self.stem is None else self
        return GivenName(named.folder, named.stem, older.sequence if self.sequence is None else self.sequence)


_NOTHING = GivenName()


async def name_of(text: str, folder_of: FolderOf) -> GivenName:
    """The name that a client's text stands for. Raises BadRequest, also for a folder that is not allowed."""
    folder, stem = split_name(text)
    if folder is None:
        return GivenName(None, stem)
    try:
        return GivenName(await folder_of(folder), stem)
    except BadRequest as refused:
        fact = f"Its folder {refused.fact.removeprefix('Directory ')}"
        raise BadRequest(fact, refused.action, field=_FIELD) from refused


def split_name(text: str) -> tuple[str | None, str]:
    """The folder and the stem of a client's text. Raises BadRequest for one without a name, or with one too long."""
    folder, separator, name = text.strip().replace("\\", "/").rpartition("/")
    stem = _EXTENSION.sub("", name).strip()
    if not stem.strip(". "):
        raise BadRequest(f"{text[:60]!r} has no file name.", "Write a name, such as Dive 12.", field=_FIELD)
    if len(stem.encode("utf-8", "replace")) > STEM_BYTES_MAX:
        accepted = f"Accepted is a name of at most {STEM_BYTES_MAX} bytes in UTF-8."
        raise BadRequest(f"The name {stem[:60]!r}… is too long.", accepted, field=_FIELD)
    return (f"{folder}/" if folder.endswith(":") or not folder else folder) if separator else None, stem


class GivenNames:
    """For the event loop alone. `give` and `number` return when the catalogue has stored it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lock = asyncio.Lock()
        self._next: dict[FileKind, GivenName] = {}
        self._highest = 0
        self._recording = ""
        """The id of the newest recording, if it has a name of its own."""
        self._recordings_name = _NOTHING
        self._stored = ""

    async def load(self, folder_of: FolderOf, journal: Journal) -> None:
        """Reads what earlier runs have left. A name in a folder that is no longer allowed is given up, with a warning.
        Raises CatalogueFailed."""
        stored: str | None = await asyncio.to_thread(self._catalogue.setting, SETTING)
        self._stored = stored or ""
        kept = json.loads(self._stored or "{}")
        self._highest = kept.get("highest", 0)
        self._recording, self._recordings_name = kept.get("recording", ""), _read(kept.get("name"))
        self._next = {kind: _read(name) for kind in FileKind if (name := kept.get("next", {}).get(kind.value))}
        for kind, name in list(self._next.items()):
            if refused := await _refusal(name, folder_of):
                self._next[kind] = GivenName(sequence=name.sequence)
                fact = f"{_NEXT.get(kind, kind)} is named by its template. {refused.fact}"
                journal.warn(EventKind.DIRECTORY_GIVEN_UP, fact, refused.action)
        if await _refusal(self._recordings_name, folder_of):
            self._recordings_name = replace(self._recordings_name, folder=None)

    async def give(self, kind: FileKind, name: GivenName) -> None:
        """The next files of this kind get this name. Raises CatalogueFailed; then nothing has changed."""
        async with self._lock:
            await self._keep(kind, replace(name, sequence=self.next(kind).sequence))

    async def number(self, kind: FileKind, sequence: int | None) -> int:
        """The next files of this kind get this number; None: the next one that is free, or the one that they have.
        Raises BadRequest, CatalogueFailed; then nothing has changed."""
        async with self._lock:
            before = self.next(kind)
            if sequence is None:
                sequence = self._free() if before.sequence is None else before.sequence
            if not 0 <= sequence <= SEQUENCE_MAX:
                accepted = f"Accepted is a whole number from 0 to {SEQUENCE_MAX}."
                raise BadRequest(f"{sequence} is not accepted.", accepted, field="sequence_no")
            await self._keep(kind, replace(before, sequence=sequence))
            return sequence

    def next(self, kind: FileKind) -> GivenName:
        return self._next.get(kind, _NOTHING)

    def take(self, kind: FileKind, recording_id: str = "") -> GivenName:
        """The name for files that are begun now, which is used up by that."""
        name = self._next.pop(kind, _NOTHING)
        self._highest = max(self._highest, name.sequence or 0)
        if kind is FileKind.RECORDING:
            self._recording, self._recordings_name = ("" if name == _NOTHING else recording_id), name
        self._store()
        return name

    def give_back(self, kind: FileKind, name: GivenName) -> None:
        """Nothing was begun after all: the next files get the name, unless there is a newer one."""
        kept = self.next(kind).over(name)
        if kept != _NOTHING:
            self._next[kind] = kept
            self._store()

    def carry_on(self, interrupted_id: str, recording_id: str) -> GivenName:
        """The name of a recording that goes on with an interrupted one: as that one was called. What is given for the
        next recording stays for the next start."""
        if not self._recording or self._recording != interrupted_id:
            return _NOTHING
        self._recording = recording_id
        self._store()
        return self._recordings_name

    def _free(self) -> int:
        """A number that nothing has, and that is kept for nothing. Raises BadRequest when there is none."""
        free = max((self._highest, *(one.sequence or 0 for one in self._next.values()))) + 1
        if free > SEQUENCE_MAX:
            raise BadRequest(
                f"No number is free: {SEQUENCE_MAX} is taken.", f"Send one, from 0 to {SEQUENCE_MAX}.",
                field="sequence_no",
            )
        return free

    async def _keep(self, kind: FileKind, name: GivenName) -> None:
        before = self._next.get(kind)
        if name == before:
            return
        self._next[kind] = name
        self._store()
        try:
            await self._catalogue.flush()
        except CatalogueFailed:
            if self._next.get(kind) is name:  # else a start has used it meanwhile
                del self._next[kind]
                self._next |= {} if before is None else {kind: before}
                self._store()
            raise

    def _store(self) -> None:
        kept = {
            "next": {kind.value: asdict(name) for kind, name in self._next.items()},
            "highest": self._highest,
            "recording": self._recording,
            "name": asdict(self._recordings_name),
        }
        text = json.dumps(kept, ensure_ascii=True)
        if text != self._stored:
            self._stored = text
            self._catalogue.save_text(SETTING, text)


def _read(kept: dict[str, Any] | None) -> GivenName:
    """Keys of a later version are ignored."""
    return GivenName(kept.get("folder"), kept.get("stem"), kept.get("sequence")) if kept else _NOTHING


async def _refusal(name: GivenName, folder_of: FolderOf) -> BadRequest | None:
    """Why the name's folder is not allowed any more, if it is not."""
    if name.folder is not None:
        try:
            await folder_of(name.folder)
        except BadRequest as refused:
            return refused
    return None
