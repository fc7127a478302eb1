"""Names of files: what one is made from, and what every file system takes (ext4, NTFS, exFAT and APFS). Pure.

Recordings are carried from disk to disk and from one operating system to another, so a name is made fit for all of
them, whichever disk it is written to first. Templates and their tags are evaluated in `storage.names`.
"""

import unicodedata
from dataclasses import dataclass

from seacorder.model.recording import FileKind

COMPONENT_BYTES_MAX = 255
"""ext4, XFS and APFS count bytes of UTF-8; NTFS and exFAT count 255 UTF-16 units, which is never less room."""

REFUSED_CHARACTERS = '<>:"|?*/\\'
"""What Windows refuses in a name, and what separates folders there and elsewhere."""
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
    """The instant whose time tags the directory carries."""
    file_template: str
    file_utc_ns: int
    """The instant whose time tags the file name carries."""
    kind: FileKind
    use_utc: bool = False
    """Time tags in UTC instead of local time."""
    fallback_folder: str | None = None
    """Takes the place of `base_folder` while that volume has no room or fails; None: there is no second volume."""


def component(text: str) -> str:
    """`text` as the name of one file or folder: never empty, `.` or `..`, at most COMPONENT_BYTES_MAX bytes.

    Characters that some file system refuses become `_`; a name that Windows keeps for a device gets one.
    """
    name = "".join("_" if _is_refused(character) else character for character in text)
    base, dot, rest = name.partition(".")
    if base.rstrip(" ").lower() in _RESERVED:
        name = f"{base}_{dot}{rest}"
    return shortened(name, COMPONENT_BYTES_MAX)


def shortened(name: str, limit_bytes: int) -> str:
    """At most `limit_bytes` of UTF-8, cut between characters; Windows drops dots and spaces at its end, hence `_`."""
    cut = name.encode()[:limit_bytes].decode(errors="ignore")
    kept = cut.rstrip(". ")
    return kept + "_" * (len(cut) - len(kept)) or "_"


def same_file(name: str) -> str:
    """What two names have in common when some file system holds them for one file.

    NTFS, exFAT and APFS do not tell capital letters from small ones, and APFS does not tell a letter with its accent
    from the letter followed by the accent.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", component(name)).casefold())


def _is_refused(character: str) -> bool:
    """Refused characters, control characters, and half characters that UTF-8 cannot hold."""
    return character in _REFUSED or unicodedata.category(character) in {"Cc", "Cs"}
