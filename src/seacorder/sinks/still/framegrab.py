"""Pictures of one channel: the framegrab on disk, full size, and the page's small picture."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from seacorder.base.background import once
from seacorder.base.errors import SeacorderError, StorageFailed
from seacorder.base.message import Message
from seacorder.media import jpeg
from seacorder.media import still_decoder as decoding
from seacorder.model.command import TakeFramegrab
from seacorder.model.file_name import Naming
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import Framegrab
from seacorder.model.report import FramegrabStored
from seacorder.model.sample import Sample, SourceFormat
from seacorder.sinks.context import OnOutcome, SinkContext
from seacorder.sinks.still import exif
from seacorder.sinks.still.xmp import xmp_of
from seacorder.storage.durable import DurableFile
from seacorder.storage.names import path_for
from seacorder.storage.two_volumes import TwoVolumes

STORE_SECONDS_MAX = 10.0
"""How long a framegrab waits for a disk that refuses or hangs."""
SWITCH_SECONDS = 2.0
"""The same if there is a second volume on which to store it instead."""
FAILED = Message(
    "The framegrab failed because of an error in the program; the log has the details. Recording is not affected.",
    "Try again.",
)
_log = logging.getLogger(__name__)


def take_framegrab(
    command: TakeFramegrab,
    samples: Sequence[Sample],
    source: SourceFormat,
    context: SinkContext,
    on_done: OnOutcome,
) -> None:
    """Decodes, encodes and stores a framegrab on a thread of its own; returns at once.

    `samples` are the video packets from a keyframe to the wanted frame, in decoding order. `on_done` is called once, on
    that thread, after `FramegrabStored` has been reported, or with the reason why there is no framegrab.
    """

    name = context.channel.name

    def run() -> None:
        try:
            outcome = _take(command, samples, source, context)
        except SeacorderError as fault:
            outcome = ChannelOutcome(name, ok=False, why=fault.message)
        except Exception:  # noqa: BLE001 - the top of a thread; logged whole, and the caller is told
            _log.exception("The framegrab failed because of an error in the program, see below.")
            outcome = ChannelOutcome(name, ok=False, why=FAILED)
        on_done(outcome)

    once("framegrab", run)


def _take(
    command: TakeFramegrab, samples: Sequence[Sample], source: SourceFormat, context: SinkContext
) -> ChannelOutcome:
    make = make_framegrab if context.stills is None else context.stills.framegrab
    grab, picture = make(command, samples, source, context.channel.name)
    path = path_for(command.naming, context.channel.name, "jpg")
    sample = next(one for one in samples if one.number == grab.frame)
    dive, readings = context.dive(), context.readings_at(sample.instant_ns)
    about = exif.exif_of(grab, pixel_aspect_of(source), dive, readings)
    picture = jpeg.with_metadata(picture, about, xmp_of(dive, readings))
    stored_path = _store_where_it_goes(path, picture, command.naming, context)
    grab = replace(grab, path=str(stored_path), bytes=len(picture))
    context.report(FramegrabStored(grab))
    return ChannelOutcome(grab.channel, ok=True, achieved_utc_ns=grab.frame_utc_ns, path=grab.path)


def make_framegrab(
    command: TakeFramegrab, samples: Sequence[Sample], source: SourceFormat, channel: str
) -> tuple[Framegrab, bytes]:
    """See `sinks.context.Stills`; decodes in this process."""
    pictures = [sample for sample in samples if sample.number >= 0]
    wanted = decoding.wanted_of(pictures, command.instant.monotonic_ns)
    frame, sample = decoding.decode(pictures, wanted, source, command.at_once)
    return _describe(command, frame, sample, channel), jpeg.encode(frame)


def _store_where_it_goes(path: Path, picture: bytes, naming: Naming, context: SinkContext) -> Path:
    """Stores the picture on the first volume; on the second one if the first has no room, refuses or hangs. Blocks."""
    volumes = TwoVolumes.of(naming, context.rooms)
    room = volumes.next()
    if room is not None and room.is_full:
        raise StorageFailed.of(room.why)
    other = volumes.other(room)
    if room is None or other is None or other.is_full or other.is_shunned:
        return store(volumes.place(path, room), picture, context)
    try:
        return store(volumes.place(path, room), picture, context, SWITCH_SECONDS)
    except StorageFailed:
        room.shun(context.clock.monotonic_ns())
        return store(volumes.place(path, other), picture, context)


def store(path: Path, content: bytes, context: SinkContext, limit_seconds: float = STORE_SECONDS_MAX) -> Path:
    """Writes a new file; returns its path when it is on the medium. Blocks, `limit_seconds` at most; StorageFailed."""
    file = DurableFile.create(
        path, budget=context.budget, clock=context.clock, disk=context.disk
    )
    failures: list[StorageFailed | None] = []
    file.write(content)
    file.close(failures.append)
    if not file.wait_ended(limit_seconds):
        why = file.why
        file.give_up()
        fact = f"The disk of {path.parent} did not take the framegrab in time."
        raise StorageFailed.of(why or Message(fact, "Try again; if it stays, check the disk."))
    if failures and failures[0] is not None:
        raise failures[0]
    return file.path


def pixel_aspect_of(source: SourceFormat) -> Fraction:
    """A pixel's width by its height; 1 where the source does not say."""
    aspect: Any = source.templates[source.video.track].codec_context.sample_aspect_ratio
    return Fraction(aspect) if aspect else Fraction(1)


def thumbnail_of(samples: Sequence[Sample], source: SourceFormat, width: int) -> bytes:
    """The page's small picture: a JPEG, `width` pixels wide, with square pixels.

    `samples` are the video packets from a keyframe to the wanted frame, in decoding order. InputFailed when they cannot
    be decoded. Blocks while it decodes and encodes.
    """
    frame, _ = decoding.decode(samples, samples[-1], source)
    return jpeg.encode(frame, step=jpeg.PICTURE_STEP, size=jpeg.shown_size(frame, width, pixel_aspect_of(source)))


def _describe(command: TakeFramegrab, frame: Any, sample: Sample, channel: str) -> Framegrab:
    return Framegrab(
        id=command.framegrab_id,
        channel=channel,
        path="",
        instant_utc_ns=command.instant.utc_ns,
        frame_utc_ns=sample.utc_ns,
        frame=sample.number,
        width=frame.width,
        height=frame.height,
        bytes=0,
        recording_id=command.recording_id,
    )
