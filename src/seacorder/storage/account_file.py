"""The file of an account: lines are appended and synced, and read back whatever a power cut has left of the last."""

import os
from collections.abc import Iterable
from pathlib import Path

from seacorder.model.account import ACCOUNT_NAME, Row, key_of, read_line, write_line
from seacorder.storage.disk import this_machine

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


def append(folder: Path, rows: Iterable[Row]) -> None:
    """Adds the rows to the folder's account; on the medium when this returns. Blocks; OSError when it cannot.

    A last line that was cut off keeps to itself: the first new one begins on a line of its own.
    """
    path = folder / ACCOUNT_NAME
    is_new = not path.exists()
    handle = os.open(path, _FLAGS, 0o644)
    try:
        text = "".join(f"{write_line(row)}\n" for row in rows)
        if _ends_in_mid_line(handle):
            text = f"\n{text}"
        data = memoryview(text.encode("ascii"))
        while data:
            data = data[os.write(handle, data) :]
        this_machine().sync_whole(handle)
    finally:
        os.close(handle)
    if is_new:
        this_machine().sync_folder(folder)


def read(folder: Path) -> dict[tuple[object, ...], Row]:
    """The rows in the folder's account, each as its newest line has it, in the order in which they first came.

    Empty when there is none or it cannot be read. Blocks.
    """
    rows: dict[tuple[object, ...], Row] = {}
    try:
        with (folder / ACCOUNT_NAME).open(encoding="ascii", errors="replace") as file:
            for line in file:
                row = read_line(line, folder)
                if row is not None:
                    rows[key_of(row)] = row
    except OSError:
        pass
    return rows


def _ends_in_mid_line(handle: int) -> bool:
    size = os.fstat(handle).st_size
    if size == 0:
        return False
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"
