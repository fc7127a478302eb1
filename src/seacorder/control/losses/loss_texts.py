"""What a loss is called in the log and in events. Pure."""

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.duration import count_text
from seacorder.base.message import joined
from seacorder.model.instant import iso_utc
from seacorder.model.loss import Loss, LossCause

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


def loss_fact(loss: Loss) -> str:
    """What is missing, from when to when, and why: nobody can bring it back, so there is nothing to do."""
    seconds = f"{loss_seconds(loss):.1f} s"
    missing = seconds if loss.frames is None else f"{count_text(loss.frames, 'frame')} ({seconds})"
    between = f"{_clock(loss.from_utc_ns)} to {_clock(loss.to_utc_ns)} UTC"
    fact = f"Loss in {loss.channel}: {missing} not recorded, {between}. Cause: {CAUSES[loss.cause]}."
    return joined((fact, loss.detail))


def recount_fact(before: Loss, loss: Loss) -> str:
    """The same loss with a better count."""
    frames = "an unknown number of frames" if loss.frames is None else count_text(loss.frames, "frame")
    instead = "unknown" if before.frames is None else f"{before.frames}"
    at = f"{_clock(loss.from_utc_ns)[:8]} UTC"
    return joined((f"Correction: the loss in {loss.channel} at {at} is {frames}, not {instead}.", loss.detail))


def loss_seconds(loss: Loss) -> float:
    """From the last frame before it to the first one after it."""
    return (loss.to_utc_ns - loss.from_utc_ns) / NS_PER_SECOND


def _clock(utc_ns: int) -> str:
    """`03:02:01.1`, of an instant."""
    return iso_utc(utc_ns, digits=1)[11:21]
