"""A recorded file as it stands at different moments, and ways in which a disk spoils it."""

import random
import tempfile
from functools import cache
from pathlib import Path

from fakes.footage import Recipe, footage
from fakes.sinks import Bench
from seacorder.sinks.video.recording import RecordingSink

HEAD_AT, TURNED_AT = 141, 105
"""Where the header begins, and the box of eight bytes that closing turns: both behind the box with the start time."""


@cache
def closed(recipe: Recipe) -> bytes:
    """A file that was closed in order."""
    with tempfile.TemporaryDirectory() as folder:
        bench, made = Bench(Path(folder)), footage(recipe)
        sink = RecordingSink(bench.start_recording(), bench.context)
        bench.feed(sink, made.samples, made.source)
        bench.finish(sink)
        return next(Path(folder).rglob("*.mp4")).read_bytes()


@cache
def interrupted(recipe: Recipe) -> bytes:
    """The same file, all frames stored, before anything of its end was written."""
    whole = closed(recipe)
    return whole[:TURNED_AT] + (36).to_bytes(4, "big") + b"free" + whole[TURNED_AT + 8 : index_at(whole)]


def index_at(content: bytes) -> int:
    """Where the index of a closed file begins."""
    return TURNED_AT + int.from_bytes(content[TURNED_AT : TURNED_AT + 4], "big")


def fragments_of(content: bytes, end: int | None = None) -> list[tuple[int, int]]:
    """Where each fragment begins and ends, of a file that is not damaged."""
    at = HEAD_AT + int.from_bytes(content[HEAD_AT : HEAD_AT + 4], "big")
    found = []
    while at < (end or len(content)):
        moof = int.from_bytes(content[at : at + 4], "big")
        mdat = int.from_bytes(content[at + moof : at + moof + 4], "big")
        found.append((at, at + moof + mdat))
        at += moof + mdat
    return found


def spoiled(content: bytes, at: int, size: int, how: str, seed: int = 0) -> bytes:
    """The content, with `size` bytes from `at` on replaced by what a damaged disk may return."""
    size = min(size, len(content) - at)
    rng = random.Random(f"{how} {at} {size} {seed}")
    other = rng.randrange(max(1, len(content) - size))
    block = {
        "zeros": bytes(size),
        "ones": b"\xff" * size,
        "random": rng.randbytes(size),
        "of another place": content[other : other + size],
    }[how]
    return content[:at] + block + content[at + size :]
