"""Tries an address: `python -m seacorder.channel.input_trial`. Opens it, and makes a small picture of what comes.

A process of its own, started by the control process for one trial and killed when that takes too long: a camera that
hangs or a driver that crashes disturbs nothing else. What it has found by then is sent step by step.
"""

import os
from collections.abc import Iterator
from typing import Any

from seacorder.base import log
from seacorder.base.clock import Clock, SystemClock
from seacorder.base.errors import BadRequest, InputFailed, InputRefused
from seacorder.base.message import Message
from seacorder.base.pipe import Link
from seacorder.inputs.contract import Input
from seacorder.inputs.open import make_input
from seacorder.media import jpeg
from seacorder.media.packets import copied_packet
from seacorder.media.still_decoder import decoder_for, tried
from seacorder.model.command import TryInput
from seacorder.model.report import InputTried
from seacorder.model.sample import SourceFormat, Track

PACKETS_MAX = 250
"""Pictures that cannot be decoded before the trial gives up."""
WIDTH = 640
"""Pixels of the picture."""
_RAW = "rawvideo"
_NICENESS = 10
"""Recordings come first."""
_UNFORESEEN = Message("The source made an unexpected error; the log has the details.", "Try another address.")
_NO_PICTURE = Message(
    "The source sends, but none of its pictures can be decoded.", "See whether the camera's own page shows one."
)


def trial(order: TryInput, clock: Clock) -> Iterator[InputTried]:
    """What comes of an address: first that it is open, then its picture; or why not. Blocks; raises nothing."""
    try:
        source = make_input(order.address, channel_name=order.name, channel_index=0, clock=clock)
        try:
            opened = source.open()
            yield InputTried(picture=opened.picture)
            yield _pictured(source, opened)
        finally:
            source.close()
    except (InputFailed, BadRequest) as failure:
        yield InputTried(why=failure.message, is_refusal=isinstance(failure, InputRefused))


def _pictured(source: Input, opened: SourceFormat) -> InputTried:
    """The first picture that can be decoded."""
    decoder = _decoder(opened)
    seen = 0
    for item in source.packets():
        if isinstance(item, SourceFormat):
            opened, decoder = item, _decoder(item)
            continue
        if item.track is not Track.VIDEO:
            continue
        packet = copied_packet(bytes(item.packet))
        packet.pts, packet.dts, packet.time_base = item.pts, item.dts, opened.video.time_base
        if frames := tried(decoder, packet):
            return InputTried(picture=opened.picture, jpeg=_small(frames[0]))
        seen += 1
        if seen >= PACKETS_MAX:
            break
    if frames := tried(decoder, None):
        return InputTried(picture=opened.picture, jpeg=_small(frames[0]))
    return InputTried(picture=opened.picture, why=_NO_PICTURE)


def _decoder(opened: SourceFormat) -> Any:
    if opened.video.codec == _RAW:  # its bytes do not say what they are; the input's own context knows
        return opened.templates[Track.VIDEO].codec_context
    decoder = decoder_for(opened.video.codec)
    if opened.video.extradata:
        decoder.extradata = opened.video.extradata
    decoder.thread_count = 1
    return decoder


def _small(frame: Any) -> bytes:
    size = jpeg.shown_size(frame, WIDTH, None)
    return jpeg.encode(frame, step=jpeg.PICTURE_STEP, size=size)


def main() -> None:
    """Does the one trial that the first message asks for."""
    link = Link.from_stdio()
    log.set_up_worker("trial")
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    order = next(link.messages(), None)
    if not isinstance(order, TryInput):
        raise SystemExit("This tries a camera's address for `seacorder serve`.")
    for step in trial(order, SystemClock()):
        link.send(step)


if __name__ == "__main__":
    main()
