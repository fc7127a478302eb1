"""The door of the inputs: makes the input for an address.

`parse_address` turns the text into a typed address; its type, and for streams its scheme, chooses the input. The table
is the `match` below. A module is imported only when its kind is wanted: a worker reads one source, and pays memory for
one kind only.
"""

from typing import TYPE_CHECKING

from seacorder.base.clock import Clock
from seacorder.inputs.contract import Input
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.media.packets import switch_off_log
from seacorder.model.address.address import (
    DeviceAddress,
    FileAddress,
    ImagesAddress,
    PatternAddress,
    RtspAddress,
    RtspClient,
    ScreenAddress,
    StreamAddress,
    parse_address,
)

if TYPE_CHECKING:
    from seacorder.inputs.http_answer import AnswerContent  # brings HTTP and TLS, three megabytes that few workers need

_WEB = ("http", "https")


def make_input(
    address: str, *, channel_name: str, channel_index: int, clock: Clock, memory: CameraMemory | None = None
) -> Input:
    """An unopened input for `address`. Does not block.

    Name and index are shown in a test pattern; other kinds do not use them. `memory` carries what was learned of a
    camera from one connection to the next: pass the same one each time. BadRequest when the text is no address;
    InputFailed when this machine cannot have such an input (a capture card of another operating system).
    """
    switch_off_log()
    match parse_address(address):
        case PatternAddress() as pattern:
            from seacorder.inputs.pattern.input import PatternInput

            return PatternInput(pattern, channel_name=channel_name, channel_index=channel_index, clock=clock)
        case (FileAddress() | ImagesAddress() | DeviceAddress() | ScreenAddress()) as local:
            return _local(local, clock)
        case (RtspAddress() | StreamAddress()) as remote:
            return _remote(remote, clock, memory or CameraMemory())


def _remote(address: RtspAddress | StreamAddress, clock: Clock, memory: CameraMemory) -> Input:
    match address:
        case RtspAddress(client=RtspClient.FFMPEG):
            from seacorder.inputs.ffmpeg.rtsp import FfmpegRtspInput

            return FfmpegRtspInput(address, clock, memory.picture_timeout)
        case RtspAddress():
            from seacorder.inputs.rtsp_client_choice import EitherRtspInput

            return EitherRtspInput(address, clock, memory)
        case StreamAddress() if address.scheme in _WEB:
            return _web(address, clock, memory)
        case StreamAddress():
            from seacorder.inputs.ffmpeg.stream import StreamInput

            return StreamInput(address, clock, memory.picture_timeout)


def _web(address: StreamAddress, clock: Clock, memory: CameraMemory) -> Input:
    """Our own client asks the server; an answer that is not MJPEG is read by FFmpeg."""
    from seacorder.inputs.web.camera import WebInput

    def make_stream(content: "AnswerContent | None", container: str | None) -> Input:
        from seacorder.inputs.ffmpeg.stream import StreamInput

        return StreamInput(address, clock, memory.picture_timeout, content, container)

    return WebInput(address, clock, memory.picture_timeout, make_stream)


def _local(address: FileAddress | ImagesAddress | DeviceAddress | ScreenAddress, clock: Clock) -> Input:
    match address:
        case FileAddress():
            from seacorder.inputs.ffmpeg.file import FileInput

            return FileInput(address, clock)
        case ImagesAddress():
            from seacorder.inputs.ffmpeg.images import ImagesInput

            return ImagesInput(address, clock)
        case DeviceAddress():
            from seacorder.inputs.ffmpeg.device import DeviceInput, device_capture

            return DeviceInput(device_capture(address), clock)
        case ScreenAddress():
            from seacorder.inputs.ffmpeg.device import DeviceInput, screen_capture

            return DeviceInput(screen_capture(address), clock)
