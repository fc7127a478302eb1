"""The door of the inputs: from an address to an input of its kind."""

import av.logging

from seacorder.base.clock import Clock
from seacorder.inputs.contract import Input
from seacorder.model.address import FileAddress, PatternAddress, RtspAddress, RtspClient, parse_address


def make_input(address: str, *, channel_name: str, channel_index: int, clock: Clock) -> Input:
    """An unopened input for `address`. Does not block; BadRequest when the address is not one.

    Name and index are what a test pattern shows; cameras and files know nothing of them.
    """
    # FFmpeg's log must not enter Python: each line would wait for the GIL in the middle of reading a packet.
    av.logging.set_level(None)
    match parse_address(address):
        case RtspAddress(client=RtspClient.FFMPEG) as camera:
            from seacorder.inputs.rtsp_ffmpeg import FfmpegRtspInput

            return FfmpegRtspInput(camera, clock)
        case RtspAddress() as camera:
            from seacorder.inputs.rtsp import RtspInput

            return RtspInput(camera, clock)
        case FileAddress() as file:
            from seacorder.inputs.file import FileInput

            return FileInput(file, clock)
        case PatternAddress() as pattern:
            from seacorder.inputs.test_pattern import PatternInput

            return PatternInput(pattern, channel_name=channel_name, channel_index=channel_index, clock=clock)
