"""A loss: frames that are known to be missing from what was recorded, with the cause.

Whoever has to leave a frame out says why with a `WhyMissing`; frames in a row become one `Loss`. A worker reports its
losses to control, whose loss book puts them into the catalogue and the account (ARCHITECTURE.md, "The way of a loss").
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.duration import count_text
from seacorder.base.message import joined
from seacorder.model.instant import iso_utc


class LossCause(StrEnum):
    """Why frames are missing."""

    RECONNECT = "reconnect"
    """The connection was gone, or not there yet."""
    STALL = "stall"
    """The connection stood and no frames came."""
    NETWORK = "network"
    """The source's own times say that frames never arrived."""
    DISK_SLOW = "disk_slow"
    DISK_FAILED = "disk_failed"
    DISK_FULL = "disk_full"
    """The volume had come down to its reserve, or nothing more fitted on it."""
    WORKER_KILLED = "worker_killed"
    BAD_TIMESTAMPS = "bad_timestamps"
    PROGRAM_ENDED = "program_ended"
    DAMAGED = "damaged"
    """The source marked or sent packets that cannot be stored, or a file's bytes cannot be read any more."""
    OVERLOAD = "overload"
    """The machine was too slow to encode them."""
    ENCODER_FAILED = "encoder_failed"
    """The encoder failed with them, and no other took them."""


@dataclass(frozen=True, slots=True)
class WhyMissing:
    """Why a frame is left out: the cause, and one sentence for the operator."""

    cause: LossCause
    sentence: str

    @property
    def is_stall(self) -> bool:
        """The connection stood and sent nothing when the first frame stayed away."""
        return self.cause is LossCause.STALL

    def joined(self, later: "WhyMissing") -> "WhyMissing":
        """The reason of a hole in which frames stay away for another reason later: the first one counts. A stall in
        which the connection breaks has both sentences."""
        if self.is_stall and later.cause is LossCause.RECONNECT:
            return WhyMissing(LossCause.STALL, f"{self.sentence} {later.sentence}")
        return self

    @property
    def is_unseen(self) -> bool:
        """Nobody received these frames, so that how many they are is an estimate."""
        return self.cause in {LossCause.RECONNECT, LossCause.STALL}


NEVER_ARRIVED = WhyMissing(
    LossCause.NETWORK, "Frames did not arrive; by the camera's own numbers or times they were sent."
)
SENDS_NOTHING = WhyMissing(LossCause.STALL, "The camera was connected but sent no picture.")
TOO_SLOW = WhyMissing(LossCause.OVERLOAD, "This computer was too slow to encode these frames.")
NOT_DECODED = WhyMissing(LossCause.DAMAGED, "The picture could not be decoded.")
NOT_ENCODED = WhyMissing(LossCause.ENCODER_FAILED, "No encoder could encode these frames.")
OUT_OF_ORDER = WhyMissing(LossCause.BAD_TIMESTAMPS, "The frame's time stamp does not follow the one before it.")
EMPTY_PACKET = WhyMissing(LossCause.DAMAGED, "The camera sent an empty packet.")
NEW_FORMAT = WhyMissing(
    LossCause.DAMAGED,
    "The camera changed its format; frames before the first keyframe of the new format cannot be stored.",
)


def disconnected(reason: str) -> WhyMissing:
    """The connection is gone or could not be made; `reason` is one sentence."""
    return WhyMissing(LossCause.RECONNECT, reason)


def not_storable(fault: Exception) -> WhyMissing:
    """The muxer refuses the packet with that error."""
    return WhyMissing(LossCause.DAMAGED, f"The frame cannot be stored ({type(fault).__name__}).")


def disk_full(sentence: str) -> WhyMissing:
    return WhyMissing(LossCause.DISK_FULL, sentence)


def disk_failed(sentence: str) -> WhyMissing:
    return WhyMissing(LossCause.DISK_FAILED, sentence)


def disk_slow(folder: Path) -> WhyMissing:
    return WhyMissing(LossCause.DISK_SLOW, f"The disk of {folder} was too slow.")


@dataclass(frozen=True, slots=True)
class Loss:
    """Frames that are known to be missing from what was recorded. A worker reports it as it is."""

    channel: str
    from_utc_ns: int
    """Capture time of the last frame before the hole."""
    to_utc_ns: int
    """Capture time of the first frame after it."""
    frames: int | None
    """How many, where that is known."""
    cause: LossCause
    recording_id: str | None
    detail: str = ""
    """One sentence."""


@dataclass(frozen=True, slots=True)
class MissingCounts:
    """How many losses a channel has had. Status and heartbeat pass it on as it is."""

    of_recording: int = 0
    """Of the running recording, or of the last. Control counts them; 0 in a heartbeat."""
    seconds_of_recording: float = 0.0
    """How long these losses are together. Control adds them up; 0 in a heartbeat."""
    since_worker_start: int = 0
    """Noted by the channel's worker itself; those that only control sees are not among them."""


BY_CAMERA = "Counted by the camera's clock."
ESTIMATED = "The count is an estimate."


def counted(loss: Loss, frames: int | None, *, is_by_camera: bool) -> Loss:
    """The loss with its count, and with a sentence on how that is known: nobody received these frames. Without a count
    there is no such sentence.
    """
    detail = loss.detail.removesuffix(BY_CAMERA).removesuffix(ESTIMATED).rstrip()
    if frames is None:
        return replace(loss, frames=None, detail=detail)
    return replace(loss, frames=frames, detail=f"{detail} {BY_CAMERA if is_by_camera else ESTIMATED}".lstrip())


CAUSES = {
    LossCause.RECONNECT: "the connection was lost",
    LossCause.STALL: "the camera was connected but sent nothing",
    LossCause.NETWORK: "frames were lost on the way",
    LossCause.DISK_SLOW: "the disk was too slow",
    LossCause.DISK_FAILED: "the disk failed",
    LossCause.DISK_FULL: "the disk was full",
    LossCause.WORKER_KILLED: "the recording process stopped",
    LossCause.BAD_TIMESTAMPS: "the camera's time stamps were wrong",
    LossCause.PROGRAM_ENDED: "Seacorder or the computer ended unexpectedly",
    LossCause.DAMAGED: "damaged data",
    LossCause.OVERLOAD: "this computer was too slow",
    LossCause.ENCODER_FAILED: "the encoder failed",
}
"""What each cause is called in the log and in events."""


def loss_fact(loss: Loss) -> str:
    """What is missing, from when to when, and why: nobody can bring it back, so there is nothing to do."""
    seconds = f"{loss_seconds(loss):.1f} s"
    missing = seconds if loss.frames is None else f"{count_text(loss.frames, 'frame')} ({seconds})"
    between = f"{_clock(loss.from_utc_ns)} to {_clock(loss.to_utc_ns)} UTC"
    fact = f"{loss.channel}: loss of {missing}, {between}. Cause: {CAUSES[loss.cause]}."
    return joined((fact, loss.detail))


def recount_fact(before: Loss, loss: Loss) -> str:
    """The same loss with a better count."""
    frames = "an unknown number of frames" if loss.frames is None else count_text(loss.frames, "frame")
    instead = "unknown" if before.frames is None else f"{before.frames}"
    at = f"{_clock(loss.from_utc_ns)[:8]} UTC"
    return joined((f"{loss.channel}: correction: the loss at {at} is {frames}, not {instead}.", loss.detail))


def missing_documents(rows: Iterable[object]) -> list[dict[str, object]]:
    """The losses among rows, in the order of their time, as `recording.json` and its page say them."""
    losses = [row for row in rows if isinstance(row, Loss)]
    return [
        {
            "channel": one.channel,
            "from_utc": iso_utc(one.from_utc_ns, digits=6),
            "from_utc_ns": one.from_utc_ns,
            "to_utc": iso_utc(one.to_utc_ns, digits=6),
            "to_utc_ns": one.to_utc_ns,
            "frames": one.frames,
            "cause": one.cause.value,
            "meaning": CAUSES[one.cause],
            "detail": one.detail,
        }
        for one in sorted(losses, key=lambda one: (one.from_utc_ns, one.channel))
    ]


def loss_seconds(loss: Loss) -> float:
    """From the last frame before it to the first one after it."""
    return (loss.to_utc_ns - loss.from_utc_ns) / NS_PER_SECOND


def _clock(utc_ns: int) -> str:
    """`03:02:01.1`, of an instant."""
    return iso_utc(utc_ns, digits=1)[11:21]
