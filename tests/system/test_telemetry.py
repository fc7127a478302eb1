"""Survey data through the whole program: real sockets, the real worker, and what clients get."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from rig.ports import free_port
from rig.program import Program, children, command_line, running, wait_for

HEADING = b"$HEHDT,127.40,T*1F\r\n"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port(socket.SOCK_DGRAM)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Program]:
    more = f'[[telemetry]]\nname = "Survey"\ninput = "udp://127.0.0.1:{port}"\nstale_seconds = 1.0\n'
    with running(tmp_path_factory.mktemp("survey"), {"Bow": "test:?size=320x180&rate=10"}, more=more) as made:
        yield made


def send(port: int, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for one in datagrams:
            sender.sendto(one, ("127.0.0.1", port))


def source(program: Program) -> dict[str, Any]:
    (found,) = program.get("/api/v1/telemetry")["items"]
    return dict(found)


def reading(program: Program, name: str) -> dict[str, Any] | None:
    return next((one for one in program.get("/api/v1/readings")["items"] if one["name"] == name), None)


def fresh_heading(program: Program, port: int) -> dict[str, Any] | None:
    """Sends it; the heading, if it has come and is not stale yet when it is asked for."""
    send(port, HEADING)
    found = reading(program, "heading")
    return None if found is None or found["state"] != "fresh" else found


def altitude(program: Program, port: int, line: bytes) -> dict[str, Any] | None:
    """Sends its line; the altitude, if it has come. The first line may come before the definition does."""
    send(port, line)
    return reading(program, "altitude")


def test_a_datagram_becomes_a_reading_that_is_fresh_and_then_stale(program: Program, port: int) -> None:
    wait_for(lambda: source(program)["why"]["fact"] == "It is open. Nothing has come yet.", "the port to be open")
    found = wait_for(lambda: fresh_heading(program, port), "the heading")
    assert (found["value"], found["unit"], found["source"]) == (127.4, "°", "Survey")
    wait_for(lambda: (reading(program, "heading") or {})["state"] == "stale", "the heading to be stale")
    stale = reading(program, "heading")
    assert stale is not None
    assert stale["value"] == 127.4
    assert stale["age_seconds"] > 1.0


def test_the_lines_of_a_source_are_told_as_they_came(program: Program, port: int) -> None:
    wait_for(lambda: fresh_heading(program, port), "the heading")
    send(port, b"$HEHDT,127.40,T*00\r\n")
    wait_for(lambda: source(program)["bad_checksums"], "the second line to be read")
    lines = program.get("/api/v1/telemetry/lines?source=Survey")["items"]
    assert (lines[0]["text"], lines[0]["definition"], lines[0]["refusal"]) == ("$HEHDT,127.40,T*1F", "HDT", "")
    assert (lines[-1]["text"], "checksum" in lines[-1]["refusal"]) == ("$HEHDT,127.40,T*00", True)
    address = program.url.replace("http:", "ws:") + "/api/v1/telemetry/lines?source=Survey"
    with connect(address) as listener:
        assert json.loads(listener.recv(timeout=60))["items"] == lines
        send(port, b"$HEHDT,128.00,T*00\r\n")
        assert [one["text"] for one in json.loads(listener.recv(timeout=60))["items"]] == ["$HEHDT,128.00,T*00"]


def test_a_killed_worker_is_back_and_no_picture_is_lost_for_it(program: Program, port: int) -> None:
    (pid,) = [one for one in children(program.control_pid) if "seacorder.telemetry" in command_line(one)]
    frames = program.channel("Bow")["frames_received"]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: program.get("/api/v1/telemetry")["restarts"] == 1, "another process")
    wait_for(lambda: (source(program)["why"] or {}).get("fact", "").startswith("It is open."), "the port to be open")
    wait_for(lambda: fresh_heading(program, port) and source(program)["state"] == "live", "the heading")
    wait_for(lambda: program.channel("Bow")["frames_received"] > frames, "pictures as before")
    assert program.channel("Bow")["losses_since_worker_start"] == 0


def test_a_definition_that_a_client_sets_is_used_at_once_and_after_a_restart(program: Program, port: int) -> None:
    address, line = f"{program.url}/api/v1/telemetry/definitions/Sounder", b"$PXYZ,7.25\r\n"
    table = {"header": "PXYZ", "checksum": "ignored", "fields": [{"name": "altitude", "position": 1}]}
    made = httpx.put(address, json=table)
    assert (made.status_code, made.json()["sources"]) == (201, ["Survey"])
    found = wait_for(lambda: altitude(program, port, line), "the altitude")
    assert (found["value"], found["unit"]) == (7.25, "m")
    assert program.channel("Bow")["losses_since_worker_start"] == 0
    assert program.stop() == 0
    program.start()
    wait_for(lambda: (source(program)["why"] or {}).get("fact", "").startswith("It is open."), "the port to be open")
    assert httpx.get(address).json() == made.json()
    assert wait_for(lambda: altitude(program, port, line), "the altitude")["value"] == 7.25
    assert httpx.delete(address).status_code == 204
    assert httpx.get(address).status_code == 404
