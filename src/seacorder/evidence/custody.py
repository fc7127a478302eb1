"""`custody.jsonl`: what was done with a folder, a line each, signed by the recorder that did it.

Each line holds the hash of the line before, so that none can be taken out of the middle. The file is only appended to,
and no manifest lists it: it grows after the manifest is made.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seacorder.base import ed25519
from seacorder.model.completion import CUSTODY_NAME
from seacorder.model.signature import PublicKey, SigningKey
from seacorder.storage.disk import this_machine
from seacorder.storage.file_lock import locked

VERSION = 1
_WORD, _BEFORE, _SIGNATURE = "seacorder_custody", "before_sha256", "signature"
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
_LOCK_SECONDS = 20.0
"""How long a line waits for another process that adds one: there is one for each target of copies."""


@dataclass(frozen=True, slots=True)
class CustodyFault:
    """A line that is not in order."""

    line: int
    """From 1."""
    sentence: str
    is_torn: bool = False
    """A power cut or a kill broke the line while it was written: nothing was changed by anybody."""


def append(folder: Path, values: Mapping[str, Any], key: SigningKey) -> None:
    """Appends one signed line, which is on the medium when this returns. Blocks; OSError."""
    path = folder / CUSTODY_NAME
    handle = os.open(path, _FLAGS, 0o644)
    try:
        with locked(path, _LOCK_SECONDS):
            _append(handle, path, values, key)
    finally:
        os.close(handle)


def _append(handle: int, path: Path, values: Mapping[str, Any], key: SigningKey) -> None:
    with path.open("rb") as file:
        lines = file.read().split(b"\n")
    torn = b"" if lines[-1] == b"" else b"\n"  # a power cut broke the last line
    last = next((line for line in reversed(lines) if line), b"")
    said = {_WORD: VERSION, **values, "key": key.public.name, _BEFORE: hashlib.sha256(last).hexdigest()}
    said[_SIGNATURE] = base64.b64encode(ed25519.sign(key.seed, _signed_part(said))).decode("ascii")
    data = memoryview(torn + _text(said) + b"\n")
    while data:
        data = data[os.write(handle, data) :]
    this_machine().sync_whole(handle)


def says(folder: Path, values: Mapping[str, Any], key: PublicKey) -> bool:
    """True if a line of this key has all these values already. Blocks; OSError."""
    try:
        data = (folder / CUSTODY_NAME).read_bytes()
    except FileNotFoundError:
        return False
    for line in data.split(b"\n"):
        try:
            said = json.loads(line)
            if said["key"] == key.name and all(said.get(name) == value for name, value in values.items()):
                return True
        except (ValueError, TypeError, KeyError):
            continue
    return False


def faults(data: bytes, key: PublicKey) -> list[CustodyFault]:
    """What is not in order in a file of custody. Lines signed with other keys, by other recorders, are not judged."""
    found: list[CustodyFault] = []
    lines = list(filter(None, data.split(b"\n")))
    for number, line in enumerate(lines, start=1):
        before = lines[number - 2] if number > 1 else b""
        said = _read(line)
        if said is None:
            is_torn = _is_torn(lines, number, key, ends=data.endswith(b"\n"))
            what = "was broken off by a power cut or a kill" if is_torn else "cannot be read"
            found.append(CustodyFault(number, what, is_torn))
            continue
        if not _follows(said, before):
            found.append(CustodyFault(number, "does not follow the line before: one was changed or taken out"))
        if said["key"] == key.name and not _is_signed(said, key):
            found.append(CustodyFault(number, "is not what was signed"))
    return found


def _is_torn(lines: list[bytes], number: int, key: PublicKey, *, ends: bool) -> bool:
    """A line that cannot be read is broken off where it is the last one and has no end; or where this recorder went on
    behind it, and has signed what it had found there."""
    if number == len(lines):
        line = lines[-1].rstrip(b"\0")  # a power cut may leave zeros behind what was written
        return not ends and (not line or (line.startswith(b"{") and not line.endswith(b"}")))
    said = _read(lines[number])
    return said is not None and said["key"] == key.name and _follows(said, lines[number - 1]) and _is_signed(said, key)


def _read(line: bytes) -> Mapping[str, Any] | None:
    """What a line says; None if it is none."""
    try:
        said = json.loads(line)
        _signature_of(said)
        return said if isinstance(said["key"], str) and isinstance(said[_BEFORE], str) else None
    except (ValueError, TypeError, KeyError):
        return None


def _follows(said: Mapping[str, Any], before: bytes) -> bool:
    return bool(said[_BEFORE] == hashlib.sha256(before).hexdigest())


def _signature_of(said: Mapping[str, Any]) -> bytes:
    return base64.b64decode(said[_SIGNATURE], validate=True)


def _is_signed(said: Mapping[str, Any], key: PublicKey) -> bool:
    return ed25519.is_signed(key.key, _signed_part(said), _signature_of(said))


def newest_manifest(data: bytes, key: PublicKey) -> str | None:
    """The SHA-256 of the manifest that this key noted last; None if there is no such line, or it was changed."""
    for line in reversed(data.split(b"\n")):
        said = _read(line)
        if said is not None and said["key"] == key.name and said.get("what") == "manifest":
            return str(said.get("manifest_sha256")) if _is_signed(said, key) else None
    return None


def _signed_part(said: Mapping[str, Any]) -> bytes:
    return _text({name: value for name, value in said.items() if name != _SIGNATURE})


def _text(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode("ascii")
