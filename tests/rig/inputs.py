"""Inputs as a worker makes them, on this machine's clock, and what comes of them."""

import itertools
from collections.abc import Iterable

from seacorder.base.clock import SystemClock
from seacorder.inputs.contract import Input
from seacorder.inputs.open import make_input
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.inputs.rtsp.camera import RtspInput
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.model.address.address import RtspAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track


def made(address: str, picture_timeout: PictureTimeout | None = None) -> Input:
    """An unopened input; `picture_timeout` for tests that wait for less, or look at what was learned."""
    memory = CameraMemory(picture_timeout=picture_timeout or PictureTimeout())
    return make_input(address, channel_name="Bow", channel_index=0, clock=SystemClock(), memory=memory)


def pictures_of(items: Iterable[SourcePacket | SourceFormat], count: int) -> list[SourcePacket]:
    """The first pictures that come."""
    video = (item for item in items if isinstance(item, SourcePacket) and item.track is Track.VIDEO)
    return list(itertools.islice(video, count))


def read_camera(url: str, pictures: int) -> tuple[list[SourceFormat], list[SourcePacket]]:
    """Formats, pictures and sound of one connection of our own RTSP client, until so many pictures have come."""
    source = RtspInput(RtspAddress(url), SystemClock())
    packets: list[SourcePacket] = []
    try:
        formats, count = [source.open()], 0
        for item in source.packets():
            if isinstance(item, SourceFormat):
                formats.append(item)
                continue
            packets.append(item)
            count += item.track is Track.VIDEO
            if count == pictures:
                break
    finally:
        source.close()
    return formats, packets
