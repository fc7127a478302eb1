"""Splits an endless `multipart/x-mixed-replace` answer (RFC 2046, 5.1), as web cameras send it, into its parts.

Cameras differ: some give the length of a part and some do not; some announce the boundary with its two hyphens; some
leave out the line end before the boundary. All of these are read.
"""

from collections.abc import Iterator
from typing import Protocol

LINE_BYTES = 64 * 1024
HEADER_LINES = 64
PART_BYTES = 64 * 1024 * 1024
"""Limits, so that a server cannot fill the memory: of a line, of a part's header, of a part."""


class Readable(Protocol):
    def readline(self, limit: int = -1, /) -> bytes: ...
    def read(self, amount: int | None = -1, /) -> bytes: ...


class NoMultipartError(Exception):
    """The answer is not multipart, or its parts are too large."""


def parts(answer: Readable, boundary: str) -> Iterator[tuple[str, bytes]]:
    """Yields content type and content of each part as soon as it is complete; ends where the answer ends. Blocks.

    NoMultipartError when a limit is exceeded; whatever reading `answer` raises.
    """
    delimiter = b"--" + boundary.strip().strip('"').removeprefix("--").encode("latin-1", "replace")
    pending = _skip_to(answer, delimiter)
    while pending:
        kind, length = _headers(answer)
        if length is None:
            content, pending = _until(answer, delimiter)
            if content is None:
                return
        else:
            content = _exactly(answer, length)
            if len(content) != length:
                return
            yield kind, content  # now: the next boundary may come only with the next picture of a slow camera
            pending = _skip_to(answer, delimiter)
            continue
        yield kind, content


def _headers(answer: Readable) -> tuple[str, int | None]:
    kind, length = "", None
    for _ in range(HEADER_LINES):
        line = answer.readline(LINE_BYTES)
        if not line.strip():
            return kind, length
        name, _, value = line.decode("latin-1").partition(":")
        if name.strip().lower() == "content-type":
            kind = value.strip().lower()
        elif name.strip().lower() == "content-length" and value.strip().isdigit():
            length = int(value)
            if length > PART_BYTES:
                raise NoMultipartError
    raise NoMultipartError


def _skip_to(answer: Readable, delimiter: bytes) -> bool:
    """Reads up to the next delimiter. False when the answer ends before."""
    skipped = 0
    while line := answer.readline(LINE_BYTES):
        if line.rstrip(b"\r\n \t") == delimiter:
            return True
        if line.startswith(delimiter + b"--"):
            return False
        skipped += len(line)
        if skipped > PART_BYTES:
            raise NoMultipartError
    return False


def _exactly(answer: Readable, length: int) -> bytes:
    blocks: list[bytes] = []
    while length > 0 and (block := answer.read(length)):
        blocks.append(block)
        length -= len(block)
    return b"".join(blocks)


def _until(answer: Readable, delimiter: bytes) -> tuple[bytes | None, bool]:
    """The content up to the delimiter, and whether another part follows; None when the answer ends before."""
    lines: list[bytes] = []
    size = 0
    while line := answer.readline(LINE_BYTES):
        bare = line.rstrip(b"\r\n \t")
        if bare.endswith((delimiter, delimiter + b"--")):
            head, _, _ = bare.rpartition(delimiter)
            content = b"".join([*lines, head])
            content = content.removesuffix(b"\n").removesuffix(b"\r") if not head else content
            return content, bare.endswith(delimiter)
        lines.append(line)
        size += len(line)
        if size > PART_BYTES:
            raise NoMultipartError
    return None, False
