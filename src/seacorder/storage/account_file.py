"""The account file of a folder, `account.jsonl`: rows are appended and synced; a line that a power cut broke is
skipped.

What the rows mean stands in `model.account`.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from seacorder.model.account import ACCOUNT_NAME, AccountRow, key_of, read_line, write_line
from seacorder.storage.disk import this_machine

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


def append(folder: Path, rows: Iterable[AccountRow]) -> None:
    """Appends rows to the folder's account file. They are on the medium when this returns. Blocks; OSError.

    If the last line has no end, because a power cut broke it, the new rows begin on a line of their own.
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


def read(folder: Path) -> dict[tuple[object, ...], AccountRow]:
    """The rows of the folder's account file by their keys: the newest line of each, ordered by each row's first line.

    Empty when there is no file or it cannot be read. Blocks.
    """
    rows: dict[tuple[object, ...], AccountRow] = {}
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
