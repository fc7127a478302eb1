"""Streams over HTTP: MJPEG, as web cameras send it, is read here; any other stream FFmpeg reads out of the same answer.

The server is asked once. Small encoders serve one viewer and stop when that one hangs up, so a second request after a
look at the first answer would find them gone.
A JPEG carries no time: its time is its arrival on the monotonic clock. Each read has the time limit of the
`PictureTimeout`, usually 5 s; after that the camera counts as gone.
"""

import http.client
import logging
from collections.abc import Callable, Iterator
from fractions import Fraction

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.base.log import RateLimit
from seacorder.base.message import Message
from seacorder.inputs.contract import Input
from seacorder.inputs.failures import Cause, stream_failure, stream_socket_failure, stream_status_failure
from seacorder.inputs.http_answer import AnswerContent, WebAnswer, ask
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.inputs.web.content import LOOK_BYTES, WebKind, boundary_of, is_enough, is_file, kind_of
from seacorder.inputs.web.multipart import NoMultipartError, parts
from seacorder.media.formats import probe_pictures, source_format
from seacorder.media.packets import picture_packet
from seacorder.media.picture_header import size_of
from seacorder.model.address.address import StreamAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track

log = logging.getLogger(__name__)

ANSWER_SECONDS = 5
TIME_BASE = Fraction(1, 90_000)
_TICKS_PER_SECOND = 90_000
_CONTAINERS = {WebKind.MPEG_TS: "mpegts", WebKind.FLV: "flv"}
_WRITE_THE_STREAM = "Write the address of its MJPEG stream, as its manual names it."
_A_PAGE = Message("{source} answers with a web page.", _WRITE_THE_STREAM)
_ONE_PICTURE = Message("{source} answers with a single picture.", _WRITE_THE_STREAM)
_A_FILE = Message("{source} answers with a file of {length} bytes.", "Download it, and record it with file:.")
_EMPTY = Message("{source} answers and sends nothing.", "Check that something is sent there now.")
_NOT_HTTP = Message("{source} answers, but not in HTTP.", "Check the port, and write https:// if it uses TLS there.")
_NO_JPEG = Message("{source} sends parts that are no JPEG pictures.", "Choose MJPEG in the camera.")
_HUGE = Message("{source} sends something else than it announces.", "Check its address.")


OpenStream = Callable[[AnswerContent | None, str | None], Input]
"""Makes the input that reads a stream other than MJPEG.

The content is what the server has begun to send, with FFmpeg's name of its container where that is known. None: the
input asks the server itself.
"""


class WebInput:
    """One request and its answer; see `contract.Input`. `make_stream` makes the input for answers other than MJPEG."""

    def __init__(
        self, address: StreamAddress, clock: Clock, picture_timeout: PictureTimeout, make_stream: OpenStream
    ) -> None:
        self._address = address
        self._picture_timeout = picture_timeout
        self._make_stream = make_stream
        self._clock = clock
        self._source = f"Stream {address.redacted}"
        self._answer: WebAnswer | None = None
        self._pictures: Iterator[tuple[bytes, int]] = iter(())
        self._first: tuple[bytes, int] | None = None
        self._size: tuple[int, int] | None = None
        self._other: Input | None = None

    def open(self) -> SourceFormat:
        try:
            answer = ask(self._address.url, self._address.user, self._address.password, ANSWER_SECONDS)
        except http.client.HTTPException:
            raise self._failed(_NOT_HTTP) from None
        except OSError as error:
            raise stream_socket_failure(error, self._address, self._source) from None
        self._answer = answer
        if answer.response.status != http.client.OK:
            raise stream_status_failure(answer.response.status, answer.response.reason, self._address, self._source)
        self._wait_at_most(self._picture_timeout.limit_ns)
        content, length = AnswerContent(answer), answer.response.length
        try:
            head = content.head(is_enough, LOOK_BYTES)
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, TimeoutError):
                self._picture_timeout.ended_in_silence()
            raise stream_socket_failure(error, self._address, self._source) from None
        if not head:
            raise self._failed(_EMPTY)
        kind = kind_of(head, answer.content_type)
        if kind is not WebKind.PICTURES:
            return self._open_other(content, kind, length)
        content.forget()
        announced = str(answer.response.headers.get_param("boundary") or "")
        self._pictures = self._read(content, boundary_of(head, announced))
        self._first = next(self._pictures, None)
        if self._first is None:
            raise stream_failure(Cause.CLOSED, self._address, self._source)
        return self._format_of(self._first[0])

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        if self._other is not None:
            yield from self._other.packets()
            return
        if self._first is None:
            raise InputFailed(f"{self._source} is not open.")
        begin_ns = self._first[1]
        yield self._packet(*self._first, begin_ns)
        for content, arrived_ns in self._pictures:
            size = size_of("mjpeg", memoryview(content))
            if size is not None and size != self._size:
                yield self._format_of(content)
            yield self._packet(content, arrived_ns, begin_ns)
        raise stream_failure(Cause.CLOSED, self._address, self._source)

    def close(self) -> None:
        answer, other = self._answer, self._other
        self._answer = self._other = None
        if other is not None:
            other.close()  # before the answer, out of which FFmpeg reads
        if answer is not None:
            answer.close()

    def _open_other(self, content: AnswerContent, kind: WebKind, length: int | None) -> SourceFormat:
        """The answer is not MJPEG. FFmpeg reads it, and asks itself for the parts of a playlist.

        `length` is the announced length. Files and web pages are refused: they are not live.
        """
        if kind is WebKind.PAGE:
            raise self._failed(_A_PAGE)
        if kind is WebKind.PLAYLIST:
            self._other = self._make_stream(None, None)
            return self._other.open()
        if is_file(length):
            raise self._failed(_ONE_PICTURE if kind is WebKind.STILL else _A_FILE, str(length))
        self._other = self._make_stream(content, _CONTAINERS.get(kind))
        return self._other.open()

    def _failed(self, message: Message, length: str = "") -> InputFailed:
        return InputFailed(message.fact.format(source=self._source, length=length), message.action)

    def _read(self, content_of_answer: AnswerContent, boundary: str) -> Iterator[tuple[bytes, int]]:
        """Yields each JPEG with the monotonic time at which it was complete."""
        rate_limit, wrong = RateLimit(self._clock), 0
        picture_timeout, came_ns = self._picture_timeout, self._clock.monotonic_ns()
        picture_timeout.begin()
        try:
            for _, content in parts(content_of_answer, boundary):
                if content.startswith(b"\xff\xd8"):
                    now_ns, limit_ns = self._clock.monotonic_ns(), picture_timeout.limit_ns
                    picture_timeout.came(now_ns - came_ns, now_ns)
                    came_ns = now_ns
                    if picture_timeout.limit_ns != limit_ns:
                        self._wait_at_most(picture_timeout.limit_ns)
                    yield content, now_ns
                    continue
                wrong += 1
                if wrong > 100:
                    raise self._failed(_NO_JPEG)
                if content and rate_limit.allow("wrong") is not None:
                    log.warning("%s sent something that is no JPEG picture; it is dropped.", self._source)
        except NoMultipartError:
            raise self._failed(_HUGE) from None
        except (http.client.HTTPException, ValueError):
            return  # the answer ends in the middle of a part, or of a chunk
        except OSError as error:
            if isinstance(error, TimeoutError):
                picture_timeout.ended_in_silence()
            raise stream_socket_failure(error, self._address, self._source) from None

    def _wait_at_most(self, limit_ns: int) -> None:
        if self._answer is not None:
            self._answer.wait_at_most(limit_ns / NS_PER_SECOND)

    def _format_of(self, content: bytes) -> SourceFormat:
        self._size = size_of("mjpeg", memoryview(content))
        return source_format(probe_pictures("mjpeg", content, TIME_BASE), None, frame_rate=None)

    def _packet(self, content: bytes, arrived_ns: int, begin_ns: int) -> SourcePacket:
        ticks = (arrived_ns - begin_ns) * _TICKS_PER_SECOND // NS_PER_SECOND
        packet = picture_packet(content, ticks, TIME_BASE)
        return SourcePacket(Track.VIDEO, packet, ticks, ticks, 0, True, len(content), arrived_ns)
