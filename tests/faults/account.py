"""The account of one channel: what its camera captured is stored, or it is in a loss.

The window reaches from the first stored frame to the last stored one, over all files given. Everything is read from
the numbers in the pictures; the recorder's word is only taken for its losses, which is what is judged.
"""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from faults.cameras import Camera
from seacorder.inputs.pattern import strip
from seacorder.model.loss import BY_CAMERA

Numbers = list[int | None]
"""Of each stored picture in the order of the file; None where the strip cannot be read, as in a damaged picture."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Frames that were captured between two stored ones and are not stored themselves."""

    before: int
    """Count of the last stored frame before it."""
    after: int

    @property
    def frames(self) -> int:
        return self.after - self.before - 1


@dataclass(frozen=True, slots=True)
class Account:
    """`sent` is `stored` plus what `holes` are wide; `lost` is what the losses add up to."""

    channel: str
    first: int
    last: int
    stored: int
    unreadable: int
    lost: int
    holes: tuple[Hole, ...]
    losses: tuple[Any, ...]
    repeated: int

    @property
    def sent(self) -> int:
        return self.last - self.first + 1

    @property
    def missing(self) -> int:
        return self.sent - self.stored

    @property
    def difference(self) -> int:
        """Frames that are in no file and in no loss; below zero, frames in a loss that are stored after all."""
        return self.sent - self.stored - self.lost

    def __str__(self) -> str:
        holes = ", ".join(f"{hole.before}+{hole.frames}" for hole in self.holes)
        losses = ", ".join(f"{loss['frames']} {loss['cause']}{_how_known(loss)}" for loss in self.losses)
        return (
            f"{self.channel}: sent {self.sent} = stored {self.stored} + lost {self.lost} + {self.difference};"
            f" holes [{holes}], losses [{losses}], repeated {self.repeated}, unreadable {self.unreadable}"
        )


def _how_known(loss: Any) -> str:
    return " by the camera" if loss["detail"].endswith(BY_CAMERA) else ""


def stored_numbers(path: Path) -> Numbers:
    """The frame number of each stored picture. For sources without B-frames, where decoding order is that of time."""
    places: dict[int, int] = {}
    numbers: Numbers = []
    if path.stat().st_size == 0:
        return numbers  # cut off before its first picture
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                places[packet.pts] = len(numbers)
                numbers.append(None)
            for frame in _decoded(packet):
                luma = frame.planes[0]
                reading = strip.read(memoryview(luma), luma.line_size, frame.width, frame.height)
                if reading is not None and frame.pts in places:
                    numbers[places[frame.pts]] = reading.number
    return numbers


def _decoded(packet: Any) -> list[Any]:
    try:
        return list(packet.decode())
    except av.error.FFmpegError:
        return []  # a damaged picture: it is stored, and has no number


def balance(camera: Camera, parts: list[Any], losses: list[Any]) -> Account:
    """The account over `parts` (rows of /api/v1/parts) of the camera's channel and the rows of its losses."""
    mine = sorted((row for row in parts if row["channel"] == camera.name), key=lambda row: row["start_utc"])
    numbers = [number for row in mine for number in stored_numbers(Path(row["path"]))]
    return balance_numbers(camera, numbers, [row for row in losses if row["channel"] == camera.name], mine)


def balance_numbers(camera: Camera, numbers: Numbers, losses: list[Any], parts: list[Any]) -> Account:
    """As `balance`, from numbers that have been read already."""
    counts = _counts(camera, _trimmed(numbers))
    known = [count for count in counts if count is not None]
    assert known, f"nothing of {camera.name} is stored"
    inside = tuple(_inside(losses, parts))
    return Account(
        channel=camera.name,
        first=known[0],
        last=known[-1],
        stored=len(counts),
        unreadable=len(counts) - len(known),
        lost=sum(loss["frames"] or 0 for loss in inside),
        holes=tuple(_holes(counts)),
        losses=inside,
        repeated=sum(after <= before for before, after in itertools.pairwise(known)),
    )


def _trimmed(numbers: Numbers) -> Numbers:
    """Without the unreadable pictures at either end, whose place nobody knows."""
    known = [place for place, number in enumerate(numbers) if number is not None]
    return numbers[known[0] : known[-1] + 1] if known else []


def _counts(camera: Camera, numbers: Numbers) -> Numbers:
    counts: Numbers = []
    before: int | None = None
    for number in numbers:
        if number is None:
            counts.append(None)
            continue
        before = camera.count(number, before)
        counts.append(before)
    return counts


def _holes(counts: Numbers) -> list[Hole]:
    """Unreadable pictures between two readable ones fill as many places."""
    holes, before, unreadable = [], counts[0], 0
    for count in counts[1:]:
        if count is None:
            unreadable += 1
            continue
        assert before is not None
        if count - before - 1 > unreadable:
            holes.append(Hole(before + unreadable, count))
        before, unreadable = count, 0
    return holes


def _inside(losses: list[Any], parts: list[Any]) -> list[Any]:
    """The losses between the first and the last stored frame; what is beyond has no stored frame to end it."""
    if not parts:
        return losses
    begin, end = parts[0]["start_utc"], max(row["end_utc"] or row["start_utc"] for row in parts)
    return [loss for loss in losses if loss["from_utc"] >= begin and loss["to_utc"] <= end]


def balanced(cameras: list[Camera], parts: list[dict], losses: list[dict]) -> list[Account]:
    accounts = [balance(camera, parts, losses) for camera in cameras]
    for account in accounts:
        assert (account.difference, account.repeated, account.unreadable) == (0, 0, 0), str(account)
    return accounts
