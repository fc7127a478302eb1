"""How far the clocks of cameras and instruments are from this computer's, for the time statement of a recording."""

from collections.abc import Iterator

from seacorder.control.context import Context
from seacorder.model.completion import CameraClock, SourceClock


def other_clocks(context: Context) -> tuple[tuple[CameraClock, ...], tuple[SourceClock, ...]]:
    """As they were told last: by RTCP sender reports, and by the time in records of survey data. Does not block."""
    sources = (SourceClock(one.name, one.clock_difference_ns) for one in context.telemetry.sources()
               if one.clock_difference_ns is not None)
    return tuple(_cameras(context)), tuple(sources)


def _cameras(context: Context) -> Iterator[CameraClock]:
    for channel in context.workers.names:
        status = context.watch[channel]
        file = status.recording or status.blackbox
        if file is None or file.anchors is None:
            continue
        newest = file.anchors.newest
        if newest.camera_ns is not None:  # UTC minus the camera's clock
            yield CameraClock(channel, -newest.camera_ns, is_confirmed=not newest.is_unconfirmed)
