"""One client's connection: its timeouts and limits, and the answer to a client that does not speak HTTP.

uvicorn accepts every connection and trusts that clients send, read and leave. Many idle or slow clients could so keep
an operator out. These subclasses of its protocols set limits: if all connections are taken, the one that has waited
longest without a request is closed for a new one; a client that does not read its answer is disconnected after a
while; what a listener sends is dropped unread, unless it is the live view's page, which says what it looks at.
"""

import asyncio
import functools
import socket
import time
from email.utils import formatdate
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from seacorder.api.http.problems import Busy, NotHttp, problem_of
from seacorder.base.errors import SeacorderError

HEAD_SECONDS_MAX = 10.0
"""The time for the head of a request, counted from connecting. After an answer, KEEP_ALIVE_SECONDS are added."""
KEEP_ALIVE_SECONDS = 30
UNREAD_SECONDS_MAX = 20.0
"""The time after which a client that reads nothing of what it is sent is disconnected."""
CONNECTIONS_MAX = 200
"""Connections of one service. Two services, their backlogs and sixteen workers fit into 1,024 open files."""
HEARD_BYTES_MAX = 1024 * 1024
"""What a WebSocket client may send between two of our pings (20 s). Nearly all of it is dropped."""
HEARD_PATHS = frozenset({"/api/v1/live"})
"""Where what a WebSocket client says in text is heard."""
TOO_MUCH = 1008
"""WebSocket close code "policy violation"."""


class UnreadLimit:
    """Ends a connection, with its unsent bytes, if the client reads nothing for UNREAD_SECONDS_MAX."""

    def __init__(self, transport: asyncio.Transport) -> None:
        # pause_writing is then called as soon as one byte cannot be sent. A TLS transport calls it for as many bytes as
        # the limit, others for more.
        transport.set_write_buffer_limits(high=0 if transport.get_extra_info("sslcontext") is None else 1)
        self._transport = transport
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """Starts the timer: bytes are left to send."""
        self.rest()
        unsent = self._transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(UNREAD_SECONDS_MAX, self._look, unsent)

    def rest(self) -> None:
        """Stops the timer: everything was sent, or the connection has ended."""
        _cancel(self._timer)

    def _look(self, unsent: int) -> None:
        if self._transport.get_write_buffer_size() >= unsent:
            self._transport.abort()
        else:
            self.watch()


class HttpConnection(H11Protocol):
    """A connection that speaks HTTP/1.1."""

    _deadline: asyncio.TimerHandle | None = None
    _unread: UnreadLimit
    _waits_since = 0.0

    @property
    def is_waiting(self) -> bool:
        """True while no complete request is being answered."""
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    @property
    def waits_since(self) -> float:
        return self._waits_since

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._unread = UnreadLimit(transport)
        self._expect_head(HEAD_SECONDS_MAX)
        if len(self.connections) > CONNECTIONS_MAX:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        # uvicorn puts these on every answer, and would renew them by a tick.
        self.server_state.default_headers = [_date(int(time.time())), *self.config.encoded_headers]
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        self._unread.rest()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._expect_nothing()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        self._expect_head(KEEP_ALIVE_SECONDS + HEAD_SECONDS_MAX)
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Answers a client that does not speak HTTP, if an answer can still be sent. uvicorn calls it."""
        self._refuse(NotHttp("This is not an HTTP request.", "Send HTTP/1.1 with headers of at most 16 KiB."))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.watch()

    def resume_writing(self) -> None:
        self._unread.rest()
        super().resume_writing()

    def has_unread(self) -> bool:
        """True if bytes have arrived that were not read yet. When many clients connect at once, that may be the
        request.
        """
        try:
            with self.transport.get_extra_info("socket").dup() as same:
                same.setblocking(False)
                return bool(same.recv(1, socket.MSG_PEEK))
        except OSError:  # nothing has come; or no more files can be opened, and then a connection has to be closed
            return False

    def let_go(self) -> None:
        """Closes the connection, also if the client does not read what is left to send."""
        self.connections.discard(self)
        self.transport.close()

    def _make_room(self) -> None:
        waiting = [
            one for one in self.connections if isinstance(one, HttpConnection) and one.is_waiting and one is not self
        ]
        for one in sorted(waiting, key=lambda one: one.waits_since):
            if not one.has_unread():
                one.let_go()
                return
        self._refuse(Busy("Too many clients are asking at once.", "Try again in a moment."))

    def _refuse(self, error: SeacorderError) -> None:
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE} and not self.transport.is_closing():
            self.transport.write(as_bytes(error))
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.let_go()

    def _expect_head(self, seconds: float) -> None:
        self._expect_nothing()
        self._waits_since = self.loop.time()
        self._deadline = self.loop.call_later(seconds, self._close_if_headless)

    def _expect_nothing(self) -> None:
        _cancel(self._deadline)
        self._deadline = None

    def _close_if_headless(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.let_go()


class ListenerConnection(WebSocketsSansIOProtocol):
    """A connection that has become a WebSocket. It gets events; what it sends is ignored, unless its path is one of
    `HEARD_PATHS`."""

    _unread: UnreadLimit
    _heard_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._unread = UnreadLimit(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unread.rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._heard_bytes += len(data)
        if self._heard_bytes > HEARD_BYTES_MAX and not self.transport.is_closing():
            self._hang_up()
            return
        super().data_received(data)

    def pause_writing(self) -> None:
        # A client that sends pings and does not read the answers would fill memory: nothing is read from it meanwhile.
        super().pause_writing()
        self.transport.pause_reading()
        self._unread.watch()

    def resume_writing(self) -> None:
        self._unread.rest()
        super().resume_writing()
        self.transport.resume_reading()

    def send_keepalive_ping(self) -> None:
        self._heard_bytes = 0
        super().send_keepalive_ping()

    def handle_connect(self, event: Any) -> None:
        response = self.conn.accept(event)
        if response.status_code == 101:
            super().handle_connect(event)
        else:
            self._refuse()

    async def send(self, message: Any) -> None:
        await super().send(message)
        # Without this, uvicorn takes a refusal that was sent for a forgotten handshake, and logs an error.
        self.handshake_complete = self.handshake_complete or self.close_sent

    def handle_parser_exception(self) -> None:
        if self.handshake_initiated:
            super().handle_parser_exception()
        else:
            self._refuse()

    def handle_cont(self, event: Any) -> None:
        """Drops a continuation frame."""

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and self.scope["path"] in HEARD_PATHS:
            super().send_receive_event_to_app()
        else:
            self.frames = []

    def _refuse(self) -> None:
        """Answers a handshake that is not valid."""
        error = NotHttp(
            "This is not a WebSocket handshake.", "Send version 13 with its key, in at most 128 headers."
        )
        self.transport.write(as_bytes(error))
        self.handshake_complete = self.close_sent = True
        self.transport.close()

    def _hang_up(self) -> None:
        if self.handshake_complete and not self.close_sent:
            self.conn.send_close(TOO_MUCH)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": TOO_MUCH})
        self.transport.close()


def as_bytes(error: SeacorderError) -> bytes:
    """The whole HTTP answer to `error`, with `Connection: close`."""
    response = problem_of(error, "").response()
    connection = h11.Connection(h11.SERVER)
    headers = [*response.raw_headers, (b"connection", b"close")]
    events = (
        h11.Response(status_code=response.status_code, headers=headers),
        h11.Data(data=bytes(response.body)),
        h11.EndOfMessage(),
    )
    return b"".join(connection.send(event) or b"" for event in events)


@functools.lru_cache(maxsize=1)
def _date(utc_seconds: int) -> tuple[bytes, bytes]:
    """The Date header of answers (RFC 9110, section 6.6.1)."""
    return b"date", formatdate(utc_seconds, usegmt=True).encode()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
