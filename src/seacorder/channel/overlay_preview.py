"""Shows what an overlay would look like: `python -m seacorder.channel.overlay_preview`.

Draws it over a picture by what burns it in, in a process of its own: a font or an image that crashes it disturbs
nothing else.
"""

import os

from seacorder.base import log
from seacorder.base.errors import InputFailed
from seacorder.base.pipe import Link
from seacorder.channel.overlay.overlay import Overlay
from seacorder.media import jpeg
from seacorder.media.packets import copied_packet, switch_off_log
from seacorder.media.still_decoder import decoder_for, tried
from seacorder.model.command import PreviewOverlay
from seacorder.model.report import JpegPicture

_NICENESS = 10
"""Recordings come first."""


def preview(order: PreviewOverlay) -> JpegPicture:
    """The picture with the overlay. InputFailed when it cannot be decoded. Blocks."""
    decoder = decoder_for("mjpeg")
    frames = [*tried(decoder, copied_packet(order.jpeg)), *tried(decoder, None)]
    if not frames:
        raise InputFailed("The picture cannot be decoded.", "Try again.")
    overlay = Overlay(order.overlay, order.channel, lambda _: order.text, lambda _: order.fields.get)
    burned = overlay.apply(frames[0], 0, order.utc_ns)
    return JpegPicture(0, jpeg.encode(burned, step=jpeg.PICTURE_STEP), order.utc_ns)


def main() -> None:
    """Draws the one preview that the first message asks for."""
    link = Link.from_stdio()
    log.set_up_worker("overlay")
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    switch_off_log()
    order = next(link.messages(), None)
    if not isinstance(order, PreviewOverlay):
        raise SystemExit("This draws previews for `seacorder serve`.")
    link.send(preview(order))


if __name__ == "__main__":
    main()
