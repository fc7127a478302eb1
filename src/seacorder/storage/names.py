"""Names of files from path templates: pure, no file system in here.

A template is first cut into components at `/` and `\\`; then the tags in each component are evaluated, in one pass. So
the value of a tag can neither make a folder nor contain a tag that would be evaluated. Each component is then made
valid for every file system that recordings are copied to (ext4, NTFS, exFAT, APFS), so that names stay the same there.
No component is ever `..` or empty, so a path made here never leaves its base folder.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path, PurePosixPath

from seacorder.model.file_name import COMPONENT_BYTES_MAX, Naming, component, shortened
from seacorder.model.recording import FileKind

SUFFIX_BYTES = 24
"""Kept free in a file's name for part number, collision number and a few letters more."""
COMPONENTS_MAX = 16
TEMPLATE_BYTES_MAX = 1500
"""Of one evaluated template: folder and file template together stay under Linux' 4096 bytes with any base folder."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TAG = re.compile(r"\$\{([A-Za-z]+)\}")
_SEPARATOR = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class TagValues:
    """Of what the values of a template's tags are made."""

    utc_ns: int
    channel: str
    kind: FileKind
    zone: tzinfo | None = None
    """Zone of the time tags; None = this machine's local time."""

    @property
    def moment(self) -> datetime:
        """The instant in that zone, cut (not rounded) to microseconds."""
        return (_EPOCH + timedelta(microseconds=self.utc_ns // 1000)).astimezone(self.zone)


TAGS: dict[str, Callable[[TagValues], str]] = {
    "yyyy": lambda values: f"{values.moment.year:04}",
    "MM": lambda values: f"{values.moment.month:02}",
    "dd": lambda values: f"{values.moment.day:02}",
    "hh": lambda values: f"{values.moment.hour:02}",
    "HH": lambda values: f"{(values.moment.hour + 11) % 12 + 1:02}",
    "mm": lambda values: f"{values.moment.minute:02}",
    "ss": lambda values: f"{values.moment.second:02}",
    "fff": lambda values: f"{values.moment.microsecond // 1000:03}",
    "channelname": lambda values: values.channel,
    "type": lambda values: values.kind.value,
}
"""Every tag there is, as it stands between `${` and `}`; case matters."""


def evaluate(template: str, values: TagValues) -> PurePosixPath:
    """The relative path that a template stands for; `PurePosixPath()` when nothing is left of it.

    Never absolute, never with `..`. Malformed and unknown tags are left in the name as text.
    """
    texts = [text for text in _SEPARATOR.split(template) if text not in {"", "."}]
    if len(texts) > COMPONENTS_MAX:
        texts[COMPONENTS_MAX - 1 :] = ["_".join(texts[COMPONENTS_MAX - 1 :])]
    components = [component(_fill(text, values)) for text in texts]
    if sum(len(component.encode()) + 1 for component in components) > TEMPLATE_BYTES_MAX:
        limit = TEMPLATE_BYTES_MAX // len(components) - 1
        components = [shortened(component, limit) for component in components]
    return PurePosixPath(*components)


def path_for(naming: Naming, channel: str, extension: str, *, utc_ns: int | None = None) -> Path:
    """The full path of one file: `<base>/<directory template>/<file template>.<extension>`.

    `extension` with or without its dot. `utc_ns`, if given, is the instant for the time tags of the file's name, in
    place of the naming's own: for a part whose tags are evaluated again. If nothing is left of the file template, the
    name is the kind's word (`Recording`).
    """
    zone = UTC if naming.use_utc else None
    folder_values = TagValues(naming.directory_utc_ns, channel, naming.kind, zone)
    file_values = TagValues(naming.file_utc_ns if utc_ns is None else utc_ns, channel, naming.kind, zone)
    folder = evaluate(naming.directory_template, folder_values)
    file = evaluate(naming.file_template, file_values)
    ending = "." + extension.lstrip(".")
    stem = shortened(file.name or naming.kind.value, COMPONENT_BYTES_MAX - SUFFIX_BYTES - len(ending.encode()))
    return Path(naming.base_folder, folder, file.parent, stem + ending)


def part_path(path: Path, number: int) -> Path:
    """The path of part `number` (from 1) of a file: unchanged for 1, then `name_002.mp4`, `name_003.mp4` …"""
    return path if number == 1 else _with_suffix(path, f"_{number:03}")


def numbered_path(path: Path, attempt: int) -> Path:
    """The name to try when the one before exists: unchanged for 1, then `name_2.mp4`, `name_3.mp4` …"""
    return path if attempt == 1 else _with_suffix(path, f"_{attempt}")


def _with_suffix(path: Path, suffix: str) -> Path:
    room = COMPONENT_BYTES_MAX - len((suffix + path.suffix).encode())
    return path.with_name(shortened(path.stem, room) + suffix + path.suffix)


def _fill(text: str, values: TagValues) -> str:
    def value_of(match: re.Match[str]) -> str:
        tag = TAGS.get(match[1])
        return match[0] if tag is None else tag(values)

    return _TAG.sub(value_of, text)
