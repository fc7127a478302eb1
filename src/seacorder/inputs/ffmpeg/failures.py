"""What errors of FFmpeg's mean, as failures of `inputs.failures`.

PyAV raises an FFmpegError, which is also a ConnectionRefusedError, a TimeoutError and so on where Python has such a
class. Where FFmpeg reads out of an HTTP answer that we asked for, errors of that connection come through as they are.
FFmpeg's own error must not be the cause (`from error`) of a failure: it carries the address with its password.
"""

import errno
import http.client

import av.error

from seacorder.base.errors import InputFailed
from seacorder.inputs.failures import (
    Cause,
    camera_failure,
    cause_of,
    is_found,
    is_tls,
    reason_of,
    stream_failure,
    stream_socket_failure,
    unnamed_cause,
)
from seacorder.model.address.address import RtspAddress, StreamAddress

BROKEN = (av.error.FFmpegError, OSError, http.client.HTTPException)
"""What reading a stream raises when it cannot go on; the last one comes from the content of an HTTP answer."""
_BY_CLASS: tuple[tuple[type[Exception], Cause], ...] = (
    (av.error.HTTPUnauthorizedError, Cause.UNAUTHORIZED),
    (av.error.HTTPForbiddenError, Cause.FORBIDDEN),
    (av.error.HTTPNotFoundError, Cause.NO_STREAM),
    (av.error.HTTPClientError, Cause.REFUSED_REQUEST),
    (av.error.HTTPError, Cause.OWN_FAULT),
    (av.error.ExitError, Cause.SILENT),  # PyAV's own time limit has interrupted FFmpeg
    (av.error.InvalidDataError, Cause.WRONG_PROTOCOL),
)
"""Errors for which Python has no class. RTSP's statuses come as HTTP's."""


def ffmpeg_camera_failure(
    error: av.error.FFmpegError, address: RtspAddress, source: str, *, timed_out: bool = False, begins: bool = False
) -> InputFailed:
    """The failure of a camera that FFmpeg reads over RTSP.

    `timed_out`: so much time has passed that the limit explains it. `begins`: the connection was being made; then the
    host's name may be looked up, which blocks.
    """
    cause = _cause_of(error)
    if cause is Cause.WRONG_PROTOCOL and timed_out:
        cause = Cause.SILENT  # FFmpeg calls an answer that never came invalid data, too
    if cause is None and error.errno == errno.EIO:
        # EIO is all that FFmpeg reports of a host name that is not found and of a TLS handshake that failed.
        cause = Cause.NO_TLS if begins and is_tls(address) and is_found(address.url) else Cause.UNFOUND
    return camera_failure(cause or Cause.UNREADABLE, address, source, reason_of(error))


def ffmpeg_stream_failure(error: Exception, address: StreamAddress, source: str) -> InputFailed:
    """The failure of a stream after one of `BROKEN`. May look up the host's name, which blocks."""
    if not isinstance(error, av.error.FFmpegError):
        return stream_socket_failure(error, address, source)
    cause = _cause_of(error) or unnamed_cause(error.errno, address)
    return stream_failure(cause, address, source, reason_of(error))


def _cause_of(error: av.error.FFmpegError) -> Cause | None:
    return next((cause for kind, cause in _BY_CLASS if isinstance(error, kind)), None) or cause_of(error)
