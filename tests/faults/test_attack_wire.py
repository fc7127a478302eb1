"""What comes over the wire and should not: no HTTP, half a request, no reader, a crowd, WebSockets out of order.

Real sockets, the real web server, a recorder without cameras. Whatever comes: a documented answer or the end of the
connection, nothing in the log, and the next client is served.
"""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fakes.recorder import FakeRecorder
from faults.results import note
from seacorder.api.http import connections, wire
from seacorder.api.http.listeners import Listener, claim_port, serving
from seacorder.api.http.security import BODY_BYTES_MAX
from seacorder.api.inspector import create_inspector_app
from seacorder.api.integration import create_integration_app
from seacorder.api.v1 import events
from seacorder.config.schema import ServerSettings

LIMIT_SECONDS = 20.0
PING = b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
BODY_COMMAND = b"POST /api/inspector/recordingdirectory HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UPGRADE = b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
DOCUMENTED = frozenset({200, 204, 304, 400, 403, 404, 405, 408, 409, 413, 500, 503, 507})

NO_HTTP = {
    "HTTP/0.9": b"GET /api/stats/ping\r\n",
    "HTTP/0.9 with its host": b"GET /api/inspector/startrecording\r\nHost: 127.0.0.1\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + bytes(range(160)),
    "nothing but zeros": bytes(4096),
    "an RTSP client": b"OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "no host": b"GET /api/stats/ping HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
    "two lengths": BODY_COMMAND + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n{}   ",
    "a negative length": BODY_COMMAND + b"Content-Length: -5\r\n\r\n",
    "a length that is none": BODY_COMMAND + b"Content-Length: five\r\n\r\n",
    "a length of 5,000 digits": BODY_COMMAND + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "an unknown coding": BODY_COMMAND + b"Transfer-Encoding: gzip\r\n\r\n",
    "a space before the colon": b"GET /api/stats/ping HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
    "a folded name": b"GET /api/stats/ping HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n",
    "bytes beyond ASCII in the path": "GET /api/stats/pïng HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
    "a zero in a header": b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\0b\r\n\r\n",
    "a huge header": b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"a" * 40_000,
    "a huge path": b"GET /" + b"a" * 40_000,
    "ten thousand headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-A: b\r\n" * 10_000,
    "a chunk of no size": BODY_COMMAND + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a chunk of endless size": BODY_COMMAND + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 5000 + b"\r\n",
    "a WebSocket without a key": UPGRADE + b"Sec-WebSocket-Version: 13\r\n\r\n",
    "a WebSocket of an old version": UPGRADE + KEY.replace(b": 13", b": 8") + b"\r\n",
    "a WebSocket with a short key": UPGRADE + b"Sec-WebSocket-Key: AAAA\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "a WebSocket by POST": UPGRADE.replace(b"GET", b"POST") + KEY + b"\r\n",
}

ODD_BUT_HTTP = {
    "another's address in full": (b"GET http://evil.example/api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 403),
    "a tunnel": (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404),
    "a star": (b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
    "an empty host": (b"GET /api/stats/ping HTTP/1.1\r\nHost:\r\n\r\n", 403),
    "a method of its own": (b"SMASH /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 500),
    "another upgrade": (PING[:-2] + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200),
    "a WebSocket elsewhere": (UPGRADE.replace(b"v1/events", b"stats/ping") + KEY + b"\r\n", 500),
    "a WebSocket nowhere": (UPGRADE.replace(b"v1/events", b"nothing") + KEY + b"\r\n", 404),
    "a path that climbs": (b"GET /static/../../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
    "a path that climbs, hidden": (b"GET /static/%2e%2e%2f%2e%2e/etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
    "a path that is no UTF-8": (b"GET /api/%ff%fe%00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
}


@dataclass
class Served:
    """Both services, and what went wrong in them."""

    recorder: FakeRecorder
    port: int
    integration_port: int
    faults: list[str] = field(default_factory=list)

    async def say(self, what: bytes, *, port: int = 0, ends: bool = False) -> bytes:
        """Everything that comes back to `what` until the service ends the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port or self.port)
        try:
            writer.write(what)
            if ends:
                writer.write_eof()
            return await asyncio.wait_for(reader.read(), LIMIT_SECONDS)
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    async def is_well(self) -> bool:
        """A new client is served on both ports, and nothing is in the log."""
        assert self.faults == []
        for port in (self.port, self.integration_port):
            answer = await self.say(PING.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), port=port)
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert answer.endswith(b'{"Ping": true}')
        return True


@asynccontextmanager
async def served() -> AsyncIterator[Served]:
    recorder = FakeRecorder()
    settings = ServerSettings()
    both = [claim_port("127.0.0.1", 0, setting="x") for _ in range(2)]
    apps = (create_inspector_app(recorder, settings), create_integration_app(recorder, settings))
    ports = [sockets[0].getsockname()[1] for sockets in both]
    here = Served(recorder, *ports)
    loop, log = asyncio.get_running_loop(), Errors(here.faults)
    loop.set_exception_handler(lambda _, context: here.faults.append(str(context)))
    logging.getLogger().addHandler(log)
    try:
        async with serving([Listener(app, sockets) for app, sockets in zip(apps, both, strict=True)]):
            yield here
    finally:
        logging.getLogger().removeHandler(log)


class Errors(logging.Handler):
    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "asyncio" or record.levelno >= logging.ERROR:
            self._faults.append(self.format(record))


@pytest.fixture
async def here() -> AsyncIterator[Served]:
    async with served() as one:
        yield one
        assert await one.is_well()


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def problem_in(answer: bytes) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    found = json.loads(body)
    assert found["status"] == status_of(answer)
    return found


@pytest.mark.parametrize("name", NO_HTTP)
async def test_what_is_no_http_gets_a_problem_and_the_connection_ends(
    here: Served, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS_MAX", 0.3)
    before = here.recorder.state()
    for port in (here.port, here.integration_port):
        answer = await here.say(NO_HTTP[name], port=port)
        if answer:  # bytes that were not read yet may take the answer with them
            found = problem_in(answer)
            assert (found["status"], found["type"]) == (400, "urn:seacorder:problem:not_http")
    assert here.recorder.state() == before


async def test_all_of_it_gets_documented_answers_or_none(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS_MAX", 0.3)
    foreign = [
        PING.replace(b"127.0.0.1", host) for host in (b"evil.example", b"127.0.0.1.evil.example", b"localhost.evil")
    ] + [PING[:-2] + header + b"\r\n\r\n" for header in (b"Origin: http://evil.example", b"Sec-Fetch-Site: cross-site")]
    oversized = [BODY_COMMAND + b"Content-Length: %d\r\n\r\n" % size + b"x" * 70_000 for size in (70_000, 10**12)]
    requests = [*NO_HTTP.values(), *(what for what, _ in ODD_BUT_HTTP.values()), *foreign, *oversized]
    answers = []
    for port in (here.port, here.integration_port):
        answers += [await here.say(what, port=port, ends=True) for what in requests]
    undocumented = [answer for answer in answers if answer and status_of(answer) not in DOCUMENTED]
    note("broken, odd, oversized, cross-site and wrong-Host requests: undocumented answers", times=len(answers),
         worst=str(len(undocumented)), limit="0", kept=not undocumented)  # fmt: skip
    assert not undocumented
    assert here.recorder.commands == []


@pytest.mark.parametrize("name", ODD_BUT_HTTP)
async def test_odd_requests_get_ordinary_problems(here: Served, name: str) -> None:
    what, status = ODD_BUT_HTTP[name]
    answer = await here.say(what.replace(b"\r\n\r\n", b"\r\nX-End: 1\r\n\r\n") + b"\0garbage\r\n\r\n")
    assert status_of(answer) == status
    if status != 200:
        problem_in(answer[: answer.index(b"}") + 1])
    assert here.recorder.commands == []


async def test_garbage_after_answers_ends_the_connection_and_no_answer_is_lost(here: Served) -> None:
    answer = await here.say(PING * 50 + b"\0\1\2 garbage\r\n\r\n")
    assert answer.count(b'{"Ping": true}') == 50
    assert answer.count(b"HTTP/1.1 400 ") == 1
    # A body of garbage behind a command that has been answered, or has no body.
    for command in (PING, b"POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"):
        begin = command[:-2] + b"Transfer-Encoding: chunked\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        writer.write(begin)
        assert (await asyncio.wait_for(reader.readline(), LIMIT_SECONDS)).startswith(b"HTTP/1.1 ")
        writer.write(b"not a chunk\r\n" * 3)
        await asyncio.wait_for(reader.read(), LIMIT_SECONDS)
        writer.close()


async def test_slow_heads_and_bodies_are_ended(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS_MAX", 0.3)
    monkeypatch.setattr(wire, "BODY_SECONDS_MAX", 0.3)

    async def drip(begin: bytes) -> bytes:
        """A byte now and then, for as long as it is taken."""
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        writer.write(begin)
        reading = asyncio.ensure_future(reader.read())
        while not reading.done():
            writer.write(b"a")
            await asyncio.wait([reading], timeout=0.05)
        writer.close()
        return b"" if reading.exception() else reading.result()

    heads = [drip(b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ") for _ in range(30)]
    bodies = [drip(BODY_COMMAND + b"Content-Length: 60000\r\n\r\n{") for _ in range(30)]
    answers = await asyncio.wait_for(asyncio.gather(*heads, *bodies), LIMIT_SECONDS)
    assert set(answers[:30]) == {b""}
    assert {status_of(answer) for answer in answers[30:] if answer} == {408}
    assert here.recorder.commands == []


@pytest.mark.parametrize("length", [BODY_BYTES_MAX + 1, 1_000_000, 10**18])
async def test_a_body_too_long_is_answered_before_it_has_come(here: Served, length: int) -> None:
    announced = BODY_COMMAND + f"Content-Length: {length}\r\n\r\n".encode()
    answer = await here.say(announced)
    assert problem_in(answer)["status"] == 413
    endless = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    answer = await here.say(BODY_COMMAND + b"Transfer-Encoding: chunked\r\n\r\n" + endless * 20)
    assert not answer or problem_in(answer)["status"] == 413
    assert here.recorder.commands == []


async def test_a_crowd_of_idle_connections_keeps_nobody_out(here: Served) -> None:
    crowd = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(1000)]
    try:
        for _, writer in crowd[::2]:
            writer.write(b"GET /api/stats/ping HTTP/1.1\r\n")
        assert await here.is_well()
        open_ones = [reader for reader, _ in crowd if not await is_ended(reader)]
        assert len(open_ones) <= connections.CONNECTIONS_MAX
        assert await is_ended(crowd[0][0])
        assert not await is_ended(crowd[-1][0])
    finally:
        for _, writer in crowd:
            writer.close()


async def test_in_a_rush_of_clients_a_request_that_has_come_is_served(
    here: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are at the door before the service looks there, and who asks came first, so has waited longest."""
    monkeypatch.setattr(connections, "CONNECTIONS_MAX", 10)
    with ExitStack() as leaving:
        operator = leaving.enter_context(socket.create_connection(("127.0.0.1", here.port)))
        operator.sendall(PING.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        for _ in range(40):
            leaving.enter_context(socket.create_connection(("127.0.0.1", here.port)))
        operator.setblocking(False)
        receiving = asyncio.get_running_loop().sock_recv(operator, 1000)
        answer = await asyncio.wait_for(receiving, LIMIT_SECONDS)
        assert answer.startswith(b"HTTP/1.1 200 ")


async def is_ended(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(0.001):
            return await reader.read(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


async def test_a_crowd_of_commands_waits_and_then_is_told_so(
    here: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS_MAX", 5)
    release, begun = asyncio.Event(), asyncio.Semaphore(0)
    stop = here.recorder.stop_recording

    async def slow_stop() -> object:
        begun.release()
        await release.wait()
        return await stop()

    monkeypatch.setattr(here.recorder, "stop_recording", slow_stop)
    ask = b"GET /api/inspector/stoprecording HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    asked = [asyncio.ensure_future(here.say(ask)) for _ in range(5)]
    for _ in asked:
        await asyncio.wait_for(begun.acquire(), LIMIT_SECONDS)
    refused = problem_in(await here.say(PING))
    assert (refused["status"], refused["type"]) == (503, "urn:seacorder:problem:busy")
    release.set()
    assert {status_of(answer) for answer in await asyncio.gather(*asked)} == {200}


async def test_who_reads_no_answers_is_cut_off(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS_MAX", 0.3)
    ask = b"GET /static/swagger-ui-bundle.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    greedy = [await asyncio.open_connection("127.0.0.1", here.port, limit=1024) for _ in range(10)]
    for reader, writer in greedy:
        writer.transport.pause_reading()
        writer.write(ask * 40)
        assert reader is not None
    for reader, writer in greedy:
        await asyncio.wait_for(is_cut_off(writer, b"\r\n"), LIMIT_SECONDS)
        assert reader.exception() is None or isinstance(reader.exception(), ConnectionError)


async def is_cut_off(writer: asyncio.StreamWriter, trial: bytes) -> None:
    """Returns when the other side has ended the connection, which writing shows."""
    never = asyncio.get_running_loop().create_future()
    while not writer.transport.is_closing():
        writer.write(trial)
        await asyncio.wait([never], timeout=0.02)


async def test_a_flood_of_pings_that_nobody_reads_ends(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS_MAX", 0.3)
    flood = b"\x89\xfd" + bytes(4) + bytes(125)
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(UPGRADE + KEY + b"\r\n")
    assert b"101" in await asyncio.wait_for(reader.readline(), LIMIT_SECONDS)
    writer.transport.pause_reading()
    sent = 0
    try:
        while not writer.transport.is_closing() and sent < 50_000_000:
            writer.write(flood * 500)
            sent += 500 * len(flood)
            async with asyncio.timeout(5):
                await writer.drain()
    except ConnectionError:
        pass
    writer.close()
    assert sent < 20_000_000


@pytest.mark.parametrize("shape", ["messages", "fragments", "empty fragments", "wrong", "long"])
async def test_what_listeners_send_is_thrown_away_up_to_a_limit(here: Served, shape: str) -> None:
    mask = bytes(4)
    frames = {
        "messages": b"\x81\xfe\x04\x00" + mask + b"a" * 1024,
        "fragments": b"\x01\xfe\x04\x00" + mask + b"a" * 1024 + b"\x80\x80" + mask,
        "empty fragments": b"\x00\x80" + mask,
        "wrong": b"\xff\xff\xff\xff",
        "long": b"\x82\xff" + (10**9).to_bytes(8, "big") + mask,
    }
    begin = b"\x01\x80" + mask if shape == "empty fragments" else b""
    answer = await here.say(UPGRADE + KEY + b"\r\n" + begin + frames[shape] * (2_000_000 // len(frames[shape])))
    if answer:
        assert status_of(answer) == 101


async def test_listeners_are_counted_and_their_places_are_given_back(
    here: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LISTENERS_MAX", 3)
    url = f"ws://127.0.0.1:{here.port}/api/v1/events"
    for _ in range(3):
        listeners = [await connect(url) for _ in range(3)]
        with pytest.raises(InvalidStatus) as refused:
            await connect(url)
        assert refused.value.response.status_code == 503
        here.recorder.add_event("Bow is live.")
        for one in listeners:
            assert "Bow is live." in await one.recv()
            await one.close()


async def test_a_listener_that_reads_nothing_is_let_go_and_the_others_hear_all(
    here: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SEND_SECONDS_MAX", 0.3)
    monkeypatch.setattr(connections, "UNREAD_SECONDS_MAX", 0.5)
    url = f"ws://127.0.0.1:{here.port}/api/v1/events"
    deaf_reader, deaf = await asyncio.open_connection("127.0.0.1", here.port)
    deaf.write(UPGRADE + KEY + b"\r\n")
    assert b"101" in await asyncio.wait_for(deaf_reader.readline(), LIMIT_SECONDS)
    deaf.transport.pause_reading()
    async with connect(url, max_queue=None) as listener:
        for number in range(400):
            here.recorder.add_event(f"{number} " + "x " * 10_000)
            assert json.loads(await listener.recv())["sentence"].startswith(f"{number} ")
        await asyncio.wait_for(is_cut_off(deaf, b"\x8a\x80\0\0\0\0"), LIMIT_SECONDS)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(listener.recv(), 0.05)


async def test_foreign_websockets_in_numbers(here: Served) -> None:
    url = f"ws://127.0.0.1:{here.port}/api/v1/events"
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", "file://"):
        for _ in range(20):
            with pytest.raises((InvalidStatus, ConnectionClosed)) as refused:
                await connect(url, origin=origin)
            assert refused.value.response.status_code == 403
