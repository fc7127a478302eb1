"""Names of files: what a name is made from, and which characters every file system takes. Pure.

Recordings are copied from disk to disk and from one operating system to another. So a name is made such that ext4,
NTFS, exFAT and APFS all take it, whichever of them it is written to first. Templates are filled in by `storage.names`.
"""

import unicodedata
from dataclasses import dataclass

from seacorder.model.recording import FileKind

COMPONENT_BYTES_MAX = 255
"""The limit of ext4, XFS and APFS, in bytes of UTF-8. NTFS and exFAT take 255 UTF-16 units, which is never less."""

SEQUENCE_MAX = 999_999
"""The highest number that a client may put at the end of a name."""

REFUSED_CHARACTERS = '<>:"|?*/\\'
"""Characters that Windows refuses in a name, with the separators of folders there and elsewhere."""
_REFUSED = frozenset(REFUSED_CHARACTERS)
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [port + digit for port in ("com", "lpt") for digit in "0123456789\u00b9\u00b2\u00b3"]
)


@dataclass(frozen=True, slots=True)
class Naming:
    """Everything a worker needs to name one file: `<base_folder>/<directory_template>/<file_template>.<extension>`."""

    base_folder: str
    """Absolute and already checked against the allowed folders."""
    directory_template: str
    directory_utc_ns: int
    """The instant that the time tags in the directory's template stand for."""
    file_template: str
    file_utc_ns: int
    """The instant that the time tags in the file's template stand for."""
    kind: FileKind
    use_utc: bool = False
    """Time tags are in UTC instead of local time."""
    fallback_folder: str | None = None
    """Used instead of `base_folder` while its volume is full or fails; None: there is no second volume."""


def component(text: str) -> str:
    """`text` as the name of one file or folder: never empty, `.` or `..`, at most COMPONENT_BYTES_MAX bytes.

    Characters that some file system refuses become `_`. A name that Windows reserves for a device gets a `_`: `con.mp4`
    becomes `con_.mp4`.
    """
    name = "".join("_" if _is_refused(character) else character for character in text)
    base, dot, rest = name.partition(".")
    if base.rstrip(" ").lower() in _RESERVED:
        name = f"{base}_{dot}{rest}"
    return shortened(name, COMPONENT_BYTES_MAX)


def shortened(name: str, limit_bytes: int) -> str:
    """At most `limit_bytes` of UTF-8, cut between characters.

    Dots and spaces at the end become `_`, because Windows would drop them.
    """
    cut = name.encode()[:limit_bytes].decode(errors="ignore")
    kept = cut.rstrip(". ")
    return kept + "_" * (len(cut) - len(kept)) or "_"


def same_file(name: str) -> str:
    """A key that is equal for two names which some file system takes for the same file.

    NTFS, exFAT and APFS ignore the case of letters. APFS also takes a letter with an accent and the letter followed by
    a combining accent for the same name.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", component(name)).casefold())


def _is_refused(character: str) -> bool:
    """Characters that Windows refuses, control characters, and lone surrogates, which UTF-8 cannot encode."""
    return character in _REFUSED or unicodedata.category(character) in {"Cc", "Cs"}
