"""Both services on real ports: taken ports, slow clients, many connections, a stop with an open listener."""

import asyncio
import contextlib
import signal
import socket
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from fakes.recorder import FakeRecorder
from rig.program import DEADLINE_SECONDS
from seacorder.api.http import connections, listeners, wire
from seacorder.api.http.listeners import Listener, serve_apps, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.integration import create_integration_app
from seacorder.config.schema import ServerSettings


async def test_both_services_answer_and_signals_stay_alone(
    app: FastAPI, recorder: FakeRecorder, server: ServerSettings
) -> None:
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    first, second = (claim_port("127.0.0.1", 0, setting="x") for _ in range(2))
    integration = create_integration_app(recorder, server)
    async with serving([Listener(app, first), Listener(integration, second)]), httpx.AsyncClient() as client:
        for sockets in (first, second):
            port = sockets[0].getsockname()[1]
            assert (await client.get(f"http://127.0.0.1:{port}/api/stats/ping")).json() == {"Ping": True}
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers


async def test_nothing_wakes_the_services_while_nobody_asks(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, timers = asyncio.get_running_loop(), list[asyncio.TimerHandle]()
    call_at = loop.call_at

    def noted(*arguments: Any, **more: Any) -> asyncio.TimerHandle:
        timers.append(call_at(*arguments, **more))
        return timers[-1]

    monkeypatch.setattr(loop, "call_at", noted)
    async with serving([Listener(app, claim_port("127.0.0.1", 0, setting="x")) for _ in range(2)]):
        for _ in range(20):
            await asyncio.sleep(0)
        assert [one for one in timers if not one.cancelled() and one.when() > loop.time()] == []


async def test_answers_carry_the_date_of_their_moment(app: FastAPI, address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        before = datetime.now(UTC).replace(microsecond=0)
        date = parsedate_to_datetime((await client.get("/api/stats/ping")).headers["date"])
    assert before <= date <= datetime.now(UTC)


async def test_stopping_does_not_wait_for_listeners(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "STOP_SECONDS_MAX", 3600)
    sockets = claim_port("127.0.0.1", 0, setting="x")
    stop, started = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve_apps([Listener(app, sockets)], stop, started=started))
    await asyncio.wait_for(started.wait(), DEADLINE_SECONDS)
    async with connect(f"ws://127.0.0.1:{sockets[0].getsockname()[1]}/api/v1/events") as listener:
        stop.set()
        await asyncio.wait_for(running, DEADLINE_SECONDS)
        with pytest.raises(ConnectionClosed):
            await listener.recv()


@pytest.mark.parametrize("turns", range(8))
async def test_a_client_that_connects_during_a_stop_is_let_go(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    monkeypatch.setattr(listeners, "STOP_SECONDS_MAX", 3600)
    sockets = claim_port("127.0.0.1", 0, setting="x")
    address = sockets[0].getsockname()
    stop, started = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve_apps([Listener(app, sockets)], stop, started=started))
    await asyncio.wait_for(started.wait(), DEADLINE_SECONDS)
    stop.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    with contextlib.closing(socket.socket()) as client:
        refused = client.connect_ex(address)  # the system connects it: the loop makes no turn meanwhile
        await asyncio.wait_for(running, DEADLINE_SECONDS)
        client.settimeout(DEADLINE_SECONDS)
        with contextlib.suppress(ConnectionResetError):
            assert refused or client.recv(1) == b""


async def test_a_client_that_sends_no_request_is_let_go(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS_MAX", 0.2)
    host, _, port = address.partition(":")
    for begin in (b"", b"GET /api/stats/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "):
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(begin)
            with contextlib.suppress(ConnectionResetError):  # let go before its first bytes were read
                assert await asyncio.wait_for(reader.read(), DEADLINE_SECONDS) == b""
        finally:
            writer.close()


async def test_a_body_that_does_not_come_is_answered(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BODY_SECONDS_MAX", 0.2)
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = "POST /api/inspector/recordingdirectory HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\n{"
    try:
        writer.write(head.encode())
        assert b" 408 " in await asyncio.wait_for(reader.readline(), DEADLINE_SECONDS)
    finally:
        writer.close()


async def test_empty_answers_are_empty_on_the_wire(address: str) -> None:
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /api/inspector/startrecording HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    head, _, body = (await asyncio.wait_for(reader.read(), DEADLINE_SECONDS)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert (b"content-length: 0" in head.lower(), body) == (True, b"")
    writer.close()


async def test_answers_do_not_wait_for_the_clients_acknowledgement(address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        await client.get("/api/inspector/isrecording")
        # Waiting for an acknowledgement would take 40 ms in every round; a busy machine is slow in many.
        end = time.monotonic() + DEADLINE_SECONDS
        while await median_of_20(client) >= 0.035:
            assert time.monotonic() < end


async def median_of_20(client: httpx.AsyncClient) -> float:
    """In seconds, of answers one after the other."""
    answers = [await client.get("/api/inspector/isrecording") for _ in range(20)]
    return sorted(answer.elapsed.total_seconds() for answer in answers)[10]
