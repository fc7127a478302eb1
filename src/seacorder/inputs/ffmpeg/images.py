"""Image files as a source: one picture after the other at a steady rate, once or in a loop (`?loop=1`).

The address names a folder, a path with a number in it (`shot_%04d.png`), or one file. Files of a folder come in the
order of their names, with digits compared as numbers: `shot_9` before `shot_10`. The folder is listed anew at the
beginning of each pass, so that new files are shown and deleted ones are not missed.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs.real_time import RealTime, Waiter
from seacorder.media.formats import detached, source_format
from seacorder.media.packets import picture_packet
from seacorder.media.picture_header import size_of
from seacorder.model.address.address import ImagesAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track

TIME_BASE = Fraction(1, 90_000)
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
_NUMBER = re.compile(r"%0?(\d*)d")
_DIGITS = re.compile(r"(\d+)")


class ImagesInput:
    """Shows the files of one address; see `contract.Input`. `wait_until` is for tests, which do not wait."""

    def __init__(self, address: ImagesAddress, clock: Clock, *, wait_until: Waiter | None = None) -> None:
        self._address = address
        self._clock = clock
        self._wait_until = wait_until or RealTime(clock).wait_until
        self._source = f"Images {address.path}"
        self._codec = ""
        self._suffix = ""
        self._size: tuple[int, int] | None = None

    def open(self) -> SourceFormat:
        return self._format_of(self._files()[0])

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        if not self._codec:
            raise InputFailed(f"{self._source} are not open.")
        begin_ns, number = self._clock.monotonic_ns(), 0
        while True:
            for file in self._files():
                self._wait_until(begin_ns + int(number * NS_PER_SECOND / self._address.rate))
                content = self._content(file)
                if self._is_new(file, content):
                    yield self._format_of(file)
                yield self._packet(content, number)
                number += 1
            if not self._address.loop:
                return

    def close(self) -> None:
        """Nothing is open between two pictures."""

    def _files(self) -> list[Path]:
        """The files that there are now, in order. InputFailed when there are none."""
        path = Path(self._address.path).expanduser()
        try:
            found = _of_folder(path) if path.is_dir() else _of_numbers(path)
        except OSError as error:
            fact = f"{self._source} may not be read ({error.strerror})."
            raise InputFailed(fact, "Check the folder's permissions.") from error
        if not found:
            raise InputFailed(
                f"{self._source} are not there.",
                f"Write a folder with pictures ({', '.join(SUFFIXES)}), or a path with a number such as shot_%04d.png.",
            )
        return found

    def _content(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            raise InputFailed(f"Image {file} cannot be read ({error.strerror}).", "Check its permissions.") from error

    def _is_new(self, file: Path, content: bytes) -> bool:
        """True when this picture has another file type or size than the one before."""
        return file.suffix.lower() != self._suffix or size_of(self._codec, memoryview(content)) != self._size

    def _format_of(self, file: Path) -> SourceFormat:
        try:
            with av.open(str(file)) as container:
                template = detached(container.streams.video[0], TIME_BASE)
        except (FFmpegError, IndexError) as error:
            raise InputFailed(f"Image {file} cannot be read as a picture.", "Replace it, or take it away.") from error
        if template.codec_context.width <= 0:
            raise InputFailed(f"Image {file} cannot be read as a picture.", "Replace it, or take it away.")
        found = source_format(template, None, frame_rate=self._address.rate)
        self._codec, self._suffix = found.video.codec, file.suffix.lower()
        self._size = size_of(self._codec, memoryview(self._content(file)))
        return found

    def _packet(self, content: bytes, number: int) -> SourcePacket:
        pts, after = (round(count / self._address.rate / TIME_BASE) for count in (number, number + 1))
        packet = picture_packet(content, pts, TIME_BASE)
        now_ns = self._clock.monotonic_ns()
        return SourcePacket(Track.VIDEO, packet, pts, pts, after - pts, True, len(content), now_ns)


def _of_folder(folder: Path) -> list[Path]:
    files = [file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file()]
    return sorted(files, key=lambda file: _natural(file.name))


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part.lower()) for part in _DIGITS.split(name)]


def _of_numbers(pattern: Path) -> list[Path]:
    """The files named `pattern` with a number in place of its `%d`, by number; without `%d` the file itself."""
    match = _NUMBER.search(pattern.name)
    if match is None:
        return [pattern] if pattern.is_file() else []
    head, tail = pattern.name[: match.start()], pattern.name[match.end() :]
    name = re.compile(f"{re.escape(head)}(\\d+){re.escape(tail)}")
    width = int(match[1] or 0)
    numbered = [
        (int(found[1]), file)
        for file in pattern.parent.iterdir()
        if (found := name.fullmatch(file.name)) and len(found[1]) >= width
    ]
    return [file for _, file in sorted(numbered)]
