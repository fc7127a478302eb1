"""A gap as the loss that is reported."""

from seacorder.model.loss import Loss
from seacorder.sinks.video.missing_frames import Gap


def loss_of(gap: Gap, channel: str, recording_id: str | None) -> Loss:
    """The same interval, frames and cause, with where it belongs."""
    return Loss(
        channel=channel,
        from_utc_ns=gap.from_utc_ns,
        to_utc_ns=gap.to_utc_ns,
        frames=gap.frames,
        cause=gap.cause,
        recording_id=recording_id,
        detail=gap.detail,
    )
