"""What an HTTP server sends is told by its bytes, and it is asked once, whatever it says of itself."""

import io
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.fixtures import MakeSource
from rig.flv import Join, add_sound, as_flv, joined
from rig.inputs import made
from rig.source_files import SourceSpec
from rig.web_camera import jpegs
from seacorder.base.errors import InputFailed
from seacorder.inputs.http_answer import AnswerContent, WebAnswer
from seacorder.inputs.web.content import LOOK_BYTES, WebKind, boundary_of, is_enough, kind_of
from seacorder.model.sample import SourcePacket

TYPES = ("", "text/plain", "text/html", "application/octet-stream", "image/jpeg", "video/mp2t", "nonsense")
TS = bytes([0x47, 0x40, 0, 0x10] + [0xFF] * 184)


def content_of(content: bytes) -> AnswerContent:
    return AnswerContent(WebAnswer(connection=cast(Any, None), response=cast(Any, io.BytesIO(content))))


@pytest.mark.parametrize("announced", TYPES)
def test_the_bytes_tell_what_it_is_whatever_is_announced(announced: str) -> None:
    for head, kind in (
        (TS * 2, WebKind.MPEG_TS),
        (b"FLV\x01\x05\0\0\0\x09", WebKind.FLV),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", WebKind.STILL),
        (b"--seam\r\nContent-Type: image/jpeg\r\n", WebKind.PICTURES),
        (b"\r\n--seam\nContent-Type: image/jpeg\n", WebKind.PICTURES),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n", WebKind.PLAYLIST),
        (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">', WebKind.PLAYLIST),
        (b"<!DOCTYPE html>\n<html>", WebKind.PAGE),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0", WebKind.OTHER),
    ):
        assert is_enough(head)
        assert kind_of(head, announced) is kind


def test_a_boundary_is_read_where_it_stands() -> None:
    assert boundary_of(b"--seam\r\nX: y\r\n", "other") == "seam"
    assert boundary_of(b"\r\n----seam\r\n", "") == "--seam"
    assert boundary_of(b"\xff\xd8 no line", "told") == "told"


@given(st.binary(max_size=3 * LOOK_BYTES), st.lists(st.integers(1, 400), max_size=30), st.booleans())
def test_what_was_looked_at_is_read_again_and_nothing_twice(content: bytes, sizes: list[int], again: bool) -> None:
    answer = content_of(content)
    head = answer.head(lambda head: len(head) >= 100, LOOK_BYTES)
    assert content.startswith(head)
    taken = b""
    for number, size in enumerate(sizes):
        taken += answer.read(size) if number % 2 else answer.readline(size)
    assert content.startswith(taken)
    if again:
        assert answer.begin_again()
        taken = b""
    answer.forget()
    while block := answer.read(64):
        taken += block
    assert taken == content


def test_lines_are_whole() -> None:
    answer = content_of(b"one\ntwo\nthree")
    answer.head(lambda head: len(head) >= 2, 6)
    assert [answer.readline(), answer.readline(2), answer.readline(), answer.readline(64), answer.readline()] == [
        b"one\n",
        b"tw",
        b"o\n",
        b"three",
        b"",
    ]


class OneViewer:
    """An encoder that serves a single viewer: whoever asks a second time finds nobody."""

    def __init__(self, head: str, content: bytes) -> None:
        self.requests: list[bytes] = []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.requests.append(self.request.recv(4096).partition(b"\r\n")[0])
                self.request.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode())
                with_chunks = "chunked" in head
                for at in range(0, len(content), 1000):
                    block = content[at : at + 1000]
                    self.request.sendall(b"%x\r\n%b\r\n" % (len(block), block) if with_chunks else block)
                self.request.sendall(b"0\r\n\r\n" if with_chunks else b"")

        self._server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.handle_request, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.server_close()
        self._thread.join(5)


@contextmanager
def one_viewer(head: str, content: bytes) -> Iterator[OneViewer]:
    server = OneViewer(head, content)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def contents(rig_source: MakeSource, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("contents")
    source = rig_source(SourceSpec(width=320, height=180, seconds=3, gop=10)).path
    for container, name in (("mpegts", "a.ts"), ("matroska", "a.mkv"), ("mp4", "a.mp4")):
        add_sound(source, folder / name, 3, container)
    parts = [b"--seam\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(one), one) for one in jpegs(count=75)]
    return {
        "ts": (folder / "a.ts").read_bytes(),
        "mkv": (folder / "a.mkv").read_bytes(),
        "flv": joined(as_flv(folder / "a.mp4"), Join(lead_ms=2_000)),
        "late flv": joined(as_flv(folder / "a.mp4"), Join(record="late", lead_ms=2_000)),
        "jpeg": b"".join(parts),
    }


HEADS = {
    "nothing": "",
    "wrong": "Content-Type: text/plain\r\n",
    "a page": "Content-Type: text/html\r\n",
    "endless": "Content-Type: application/octet-stream\r\nContent-Length: 2147483647\r\n",
    "chunked": "Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n",
}


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("what", ["ts", "mkv", "flv", "late flv", "jpeg"])
def test_who_serves_one_viewer_is_asked_once(contents: dict[str, bytes], what: str, head: str) -> None:
    with one_viewer(HEADS[head], contents[what]) as server:
        source = made(f"http://127.0.0.1:{server.port}/live")
        source.open()
        packets: list[SourcePacket] = []
        with pytest.raises(InputFailed, match=r"ended|cut the connection"):
            packets.extend(item for item in source.packets() if isinstance(item, SourcePacket))
        source.close()
    assert server.requests == [b"GET /live HTTP/1.1"]
    assert sum(packet.track == "video" for packet in packets) == 75


def test_a_file_and_an_empty_answer_are_none(tmp_path: Path) -> None:
    for head, content, sentence in (
        ("Content-Length: 5000\r\n", TS * 20, "a file of 5000 bytes"),
        ("Content-Length: 0\r\n", b"", "answers and sends nothing"),
        ("", b"", "answers and sends nothing"),
    ):
        with one_viewer(head, content) as server:
            source = made(f"http://127.0.0.1:{server.port}/")
            with pytest.raises(InputFailed, match=sentence):
                source.open()
            source.close()
