"""A small file that only its own user can read, from its beginning on, and that is there whole or not at all."""

import contextlib
import os
import secrets
from pathlib import Path

from seacorder.storage.disk import this_machine

SESSION_KEY_NAME = "session.key"
_SESSION_KEY_BYTES = 32
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def write_secret(path: Path, data: bytes) -> None:
    """Makes the file, or replaces the one that is there. It is on the medium when this returns. Blocks; OSError."""
    new = path.with_name(f".{path.name}-{os.urandom(4).hex()}")
    try:
        with os.fdopen(os.open(new, _FLAGS, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            this_machine().sync_whole(file.fileno())
        new.replace(path)
    finally:
        with contextlib.suppress(OSError):
            new.unlink()
    this_machine().sync_folder(path.parent)


def session_key(folder: Path) -> bytes:
    """The key that signs the sessions of pages: `session.key` in the state folder, made when there is none.

    If it can be neither read nor made, it is another one in each run, and sessions end with the program. Blocks.
    """
    path = folder / SESSION_KEY_NAME
    try:
        return _read(path) or _made(path)
    except OSError:
        return secrets.token_bytes(_SESSION_KEY_BYTES)


def _read(path: Path) -> bytes | None:
    """None where there is no key yet, or what is there is none."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (FileNotFoundError, ValueError):
        return None
    return key if len(key) == _SESSION_KEY_BYTES else None


def _made(path: Path) -> bytes:
    key = secrets.token_bytes(_SESSION_KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_secret(path, key.hex().encode("ascii") + b"\n")
    return key
