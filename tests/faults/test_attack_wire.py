"""What comes over the wire and should not: no HTTP, half a request, no reader, a crowd, WebSockets out of order.

Real sockets, the real web server, a recorder without cameras. Whatever comes: a documented answer or the end of the
connection, nothing in the log, and the next client is served.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from faults.raw_requests import BODY_COMMAND, KEY, NO_HTTP, UPGRADE
from faults.results import note
from rig.web_services import LIMIT_SECONDS, PING, Served, served
from seacorder.api.http import connections, wire
from seacorder.api.http.security import BODY_BYTES_MAX
from seacorder.api.v1 import listeners as v1_listeners

DOCUMENTED = frozenset({200, 204, 304, 400, 403, 404, 405, 408, 409, 413, 500, 503, 507})

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


async def test_a_crowd_of_idle_connections_keeps_nobody_out(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS_MAX", 3600.0)  # none is closed for its age
    crowd = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(1000)]
    try:
        for _, writer in crowd[::2]:
            writer.write(b"GET /api/stats/ping HTTP/1.1\r\n")
        assert await here.is_well()
        async with asyncio.timeout(LIMIT_SECONDS):
            while sum(not is_ended(reader) for reader, _ in crowd) > connections.CONNECTIONS_MAX:
                await asyncio.sleep(0.01)
        assert is_ended(crowd[0][0])
        assert not is_ended(crowd[-1][0])
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


def is_ended(reader: asyncio.StreamReader) -> bool:
    """The service has closed the connection, on which it has never said anything."""
    return reader.at_eof() or reader.exception() is not None


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
            async with asyncio.timeout(LIMIT_SECONDS):
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
    monkeypatch.setattr(v1_listeners, "LISTENERS_MAX", 3)
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
    monkeypatch.setattr(v1_listeners, "SEND_SECONDS_MAX", 0.3)
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
