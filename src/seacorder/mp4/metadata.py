"""Metadata of a file, as FFmpeg writes and reads it: keys of any name and texts (`udta`, `meta`, `keys`, `ilst`). Pure.

The form is that of QuickTime (Metadata, `mdta`), which the players that read MP4's metadata know too.
"""

import struct
from collections.abc import Mapping

from seacorder.mp4.boxes import HEADER_BYTES, made

_UTF_8 = 1
"""The type of a value: text."""


def metadata_box(texts: Mapping[str, str]) -> bytes:
    """The `udta` box with these texts by key."""
    keys = b"".join(made(b"mdta", key.encode()) for key in texts)
    values = [
        made(struct.pack(">I", number), made(b"data", struct.pack(">II", _UTF_8, 0), text.encode()))
        for number, text in enumerate(texts.values(), start=1)
    ]
    handler = made(b"hdlr", bytes(HEADER_BYTES), b"mdta", bytes(13))
    table = made(b"keys", struct.pack(">II", 0, len(texts)), keys)
    return made(b"udta", made(b"meta", bytes(4), handler, table, made(b"ilst", *values)))
