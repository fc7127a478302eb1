"""What FFmpeg says when a camera cannot be read, as one sentence that says what to do. Never with credentials."""

import errno

import av.error

from seacorder.base.errors import InputFailed
from seacorder.base.log import redact

_UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)
_SILENT = "{source} does not answer; check its address, its power and the network."
_SENTENCES: tuple[tuple[type[Exception], str], ...] = (
    (
        av.error.HTTPUnauthorizedError,
        "{source} refuses the user name or password; correct them in its address, in front of the @.",
    ),
    (av.error.HTTPForbiddenError, "{source} forbids this user to watch; give the user that right in the camera."),
    (av.error.HTTPNotFoundError, "{source} has no such stream; correct the part of its address after the host."),
    (av.error.HTTPClientError, "{source} refuses the request ({reason}); try #transport=udp, or another stream."),
    (av.error.HTTPError, "{source} reports a fault of its own ({reason}); it may have too many viewers."),
    (
        av.error.ConnectionRefusedError,
        "{source} refuses connections; check the port, and that RTSP is switched on in the camera.",
    ),
    (av.error.TimeoutError, _SILENT),
    (av.error.ConnectionResetError, "{source} cut the connection."),
    (av.error.BrokenPipeError, "{source} cut the connection."),
    (av.error.ConnectionAbortedError, "{source} cut the connection."),
    (av.error.EOFError, "{source} closed the connection."),
    (av.error.InvalidDataError, "{source} answers, but not as an RTSP camera; check the port and the stream's name."),
)


def camera_failure(error: av.error.FFmpegError, source: str, *, timed_out: bool = False) -> InputFailed:
    """The failure to raise from `error`. `source` names the camera, without credentials."""
    if timed_out and isinstance(error, av.error.InvalidDataError):
        return InputFailed(_SILENT.format(source=source))
    reason = redact(error.strerror or type(error).__name__)
    if error.errno in _UNREACHABLE:
        return InputFailed(f"{source} cannot be reached; check its address, its power and the network.")
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return InputFailed(sentence.format(source=source, reason=reason))
    if error.errno == errno.EIO:
        return InputFailed(f"{source} cannot be found; check its host name and the network.")
    return InputFailed(f"{source} cannot be read ({reason}); check its address.")
