"""Making a bag (BagIt, RFC 8493) of what was recorded: the order to the process that reads files, and its reports.

That process sends a piece only when it is asked for one: so whoever sends the pieces on also sets the pace. Docs:
docs/programs/export.md.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from seacorder.model.loss import Loss
from seacorder.model.recording import Framegrab, Part

EXPORT_NAME = "export.json"
"""What a bag says of itself, in its folder `data`."""
PIECE_BYTES = 256 * 1024
_NO_NAME = re.compile(r"[^\w.-]+")
"""What may not stand in the name of a folder on every system."""


def bag_name(text: str) -> str:
    """A name for the bag's folder: without what would lead out of the place where it is unpacked."""
    return _NO_NAME.sub("_", text).strip(".") or "bag"


@dataclass(frozen=True, slots=True)
class StretchAsked:
    """What is to be cut out: from one instant to before another, in UTC."""

    from_utc_ns: int
    to_utc_ns: int
    parts: tuple[Part, ...]
    """The files of recordings that may have frames of it."""
    framegrabs: tuple[Framegrab, ...] = ()
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class MakeBag:
    """For the process that reads files: make one bag. Answered by a `BagBegun`; then each `SendMore` by a `BagPiece`,
    and the last one by a `BagEnded`."""

    name: str
    """Of the folder that has all in it, and in `bag-info.txt`."""
    title: str
    """What it is, for a person."""
    recordings: tuple[str, ...] = ()
    """The recordings that it is of."""
    files: tuple[str, ...] = ()
    """Paths of recorded files that go into it as they are; one that is away makes the order fail."""
    beside: tuple[str, ...] = ()
    """Paths of files that go into it if they are there."""
    stretch: StretchAsked | None = None
    """None: whole recordings, with all that lies in their folders."""
    program: str = ""
    made_utc_ns: int = 0
    key_folder: str = ""
    """Where the key is with which the bag's manifest is signed; empty: it is not."""


@dataclass(frozen=True, slots=True)
class SendMore:
    """For the same process: one piece more."""


class Refusal(StrEnum):
    """Why a bag cannot be made."""

    AWAY = "away"
    """A file is not there, or may not be read."""
    NOTHING = "nothing"
    """Nothing was recorded in the stretch."""
    UNREADABLE = "unreadable"
    """A file cannot be cut, because it is damaged; or cannot go into a bag, because its name is not UTF-8."""
    DISK = "disk"
    """The disk refuses."""


@dataclass(frozen=True, slots=True)
class BagBegun:
    """All files that are asked for are there, and what is to be cut is known; or why not."""

    refusal: Refusal | None = None
    fact: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class BagPiece:
    """The next bytes of the ZIP."""

    data: bytes


@dataclass(frozen=True, slots=True)
class BagEnded:
    """The ZIP is complete; with a fault it is not, and must not look so."""

    fault: str = ""
