"""The account of a folder, a file: lines of JSON with what the video files beside it do not say themselves. Pure.

The catalogue can be rebuilt from video files and account files. Each line is one row of the catalogue, as it was at
that moment; a later line of the same row replaces an earlier one. `catalogue.account_writer` decides which rows are
written where and when, `storage.account_file` writes and reads the file; docs/programs/files.md has an example.
"""

import json
from dataclasses import asdict, fields, replace
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

from seacorder.model.loss import Loss
from seacorder.model.observation_text import ObservationDocument, ObservationRow
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording
from seacorder.model.removal import Removal

ACCOUNT_NAME = "account.jsonl"
ACCOUNT_VERSION = 1

AccountRow = Recording | Part | Clip | Loss | Removal
Row = AccountRow | Framegrab | ObservationRow | ObservationDocument
"""What the catalogue holds of recordings and files; it can be read back from files and accounts. Who passes rows on
need not know their kinds."""

_KINDS: dict[str, type[Any]] = {"recording": Recording, "part": Part, "clip": Clip, "loss": Loss, "removal": Removal}
ACCOUNT_KINDS = tuple(_KINDS.values())
_WORDS = {kind: word for word, kind in _KINDS.items()}


def belongs(value: object) -> bool:
    """True for a value that the account file keeps. It keeps no files that are still being written, and no stills:
    their files say everything. That files were removed stands in the row of the removal."""
    if isinstance(value, Part | Clip):
        return value.state not in {FileState.OPEN, FileState.REMOVED}
    return isinstance(value, Recording | Loss | Removal)


def key_of(row: AccountRow) -> tuple[object, ...]:
    """Equal for two lines of the same row."""
    match row:
        case Recording():
            return ("recording", row.id)
        case Part():
            return ("part", row.recording_id, row.channel, row.number)
        case Clip():
            return ("clip", row.id, row.channel, row.kind)
        case Loss():
            return ("loss", row.channel, row.from_utc_ns, row.cause, row.recording_id)
        case Removal():
            return ("removal", row.recording_id)


def write_line(row: AccountRow) -> str:
    """The row as one line of ASCII, without a line feed. Files are named without their folder, so the folder can move.
    """
    values = asdict(row)
    if "path" in values:
        values["path"] = Path(values["path"]).name
    return json.dumps({"version": ACCOUNT_VERSION, _WORDS[type(row)]: values}, separators=(",", ":"))


def read_line(text: str, folder: Path) -> AccountRow | None:
    """The row in one line of the account file of `folder`; None if the line cannot be read: torn, or of a later
    version.
    """
    try:
        values = json.loads(text)
        word = next(word for word in _KINDS if word in values)
        row = _value(_KINDS[word], values[word])
    except (ValueError, TypeError, KeyError, StopIteration):
        return None
    return replace(row, path=str(folder / Path(row.path).name)) if isinstance(row, Part | Clip) else row


def _value(kind: type[Any], values: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    found = {field.name: values[field.name] for field in fields(kind) if field.name in values}
    for name, hint in hints.items():
        if isinstance(hint, type) and issubclass(hint, Enum) and name in found:
            found[name] = hint(found[name])
    return kind(**found)
