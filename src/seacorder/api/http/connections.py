"""One client's connection: how long it may take, how much it may hold, and what it gets when it speaks no HTTP.

The web server takes every connection and trusts that clients read, write and leave. These protocols do not: a
connection without a request makes room for a new one, whoever takes nothing of an answer for a while is let go, and
what a listener sends is thrown away unread. So no number of idle, slow or silent clients keeps an operator out.
"""

import asyncio
import socket
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from seacorder.api.http.problems import Busy, NotHttp, problem_of
from seacorder.base.errors import SeacorderError

HEAD_SECONDS_MAX = 10.0
"""How long a client may take from connecting, or from its last answer, to the end of its next request's head."""
KEEP_ALIVE_SECONDS = 30
UNREAD_SECONDS_MAX = 20.0
"""How long a client may take nothing of what it is sent."""
CONNECTIONS_MAX = 200
"""Of one service. Two of them, their backlogs and sixteen workers fit into 1,024 open files."""
HEARD_BYTES_MAX = 1024 * 1024
"""What a WebSocket client may send between two pings of ours (20 s), all of it thrown away."""
TOO_MUCH = 1008
"""WebSocket close code "policy violation"."""


class UnreadLimit:
    """Ends a connection, unsent bytes and all, of which the client takes nothing for UNREAD_SECONDS_MAX."""

    def __init__(self, transport: asyncio.Transport) -> None:
        transport.set_write_buffer_limits(high=0)  # so that every byte that cannot go at once is told
        self._transport = transport
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """Something is left to send."""
        self.rest()
        unsent = self._transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(UNREAD_SECONDS_MAX, self._look, unsent)

    def rest(self) -> None:
        """All has been sent, or the connection is over."""
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
        """True while there is no whole request to carry out."""
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
        """Answers what is no HTTP, as far as an answer can still be sent."""
        self._refuse(NotHttp("This is no HTTP request; send HTTP/1.1 with a head of at most 16 KiB."))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.watch()

    def resume_writing(self) -> None:
        self._unread.rest()
        super().resume_writing()

    def has_unread(self) -> bool:
        """True when something has come that has not been read yet: in a rush of clients, the request perhaps."""
        try:
            with self.transport.get_extra_info("socket").dup() as same:
                same.setblocking(False)
                return bool(same.recv(1, socket.MSG_PEEK))
        except OSError:  # nothing has come; or no more files can be opened, and then somebody has to go
            return False

    def let_go(self) -> None:
        """Closes, also when the client does not take what is left to send."""
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
        self._refuse(Busy("Too many clients are asking at once; try again in a moment."))

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
    """A connection that has become a WebSocket: it is sent to, and not listened to."""

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
        # Pings are answered as they come: who sends them and reads no answer is not read either.
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
        # Else the server takes a refusal, once sent, for a handshake that was forgotten, and logs that.
        self.handshake_complete = self.handshake_complete or self.close_sent

    def handle_parser_exception(self) -> None:
        if self.handshake_initiated:
            super().handle_parser_exception()
        else:
            self._refuse()

    def handle_cont(self, event: Any) -> None:
        """Thrown away."""

    def send_receive_event_to_app(self) -> None:
        self.frames = []

    def _refuse(self) -> None:
        """No WebSocket begins with what came."""
        error = NotHttp("This is no WebSocket handshake; send version 13 with its key, in at most 128 headers.")
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
    """The whole answer to `error`, after which the connection ends."""
    response = problem_of(error, "").response()
    connection = h11.Connection(h11.SERVER)
    headers = [*response.raw_headers, (b"connection", b"close")]
    events = (
        h11.Response(status_code=response.status_code, headers=headers),
        h11.Data(data=bytes(response.body)),
        h11.EndOfMessage(),
    )
    return b"".join(connection.send(event) or b"" for event in events)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
