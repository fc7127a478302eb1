"""Inputs as a worker makes them, on this machine's clock."""

from seacorder.base.clock import SystemClock
from seacorder.inputs.contract import Input
from seacorder.inputs.open import make_input
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.inputs.rtsp.camera_memory import CameraMemory


def made(address: str, picture_timeout: PictureTimeout | None = None) -> Input:
    """An unopened input; `picture_timeout` for tests that wait for less, or look at what was learned."""
    memory = CameraMemory(picture_timeout=picture_timeout or PictureTimeout())
    return make_input(address, channel_name="Bow", channel_index=0, clock=SystemClock(), memory=memory)
