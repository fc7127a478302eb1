"""Recorded files over HTTP: whole, in ranges, while they grow; only what the list of recordings has."""

from pathlib import Path

import httpx
import pytest

from fakes.recorder import FakeRecorder
from seacorder.base.message import Message
from seacorder.model.command import ReadFrame
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part
from seacorder.model.report import FrameRead

CONTENT = bytes(range(256)) * 3000
PART = "/api/v1/parts/r1/file?channel=Bow&number=1"


@pytest.fixture
def path(recorder: FakeRecorder, tmp_path: Path) -> Path:
    """The file of a part, a clip and a framegrab, which are in the list of recordings."""
    path = tmp_path / "Bøw 1.mp4"
    path.write_bytes(CONTENT)
    recorder.catalogue.held = [
        Part("r1", "Bow", 1, str(path), 1, 2, 0, 25, len(CONTENT), FileState.OPEN),
        Clip("c/1", "Bow", FileKind.CLIP, str(path), 1, 2, 0, 25, len(CONTENT), FileState.WHOLE),
        Framegrab("f1", "Bow", str(path.with_suffix(".jpg")), 1, 1, 7, 1920, 1080, 3),
        Part("r1", "Stern", 1, "/etc/passwd", 1, 2, 0, 25, 9, FileState.WHOLE),
        Part("r1", "Port", 1, str(tmp_path / "away.mp4"), 1, 2, 0, 25, 9, FileState.WHOLE),
    ]
    return path


async def test_a_whole_file(client: httpx.AsyncClient, path: Path) -> None:
    answer = await client.get(PART)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert (answer.headers["content-type"], answer.headers["accept-ranges"]) == ("video/mp4", "bytes")
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-disposition"] == "inline; filename=\"B_w 1.mp4\"; filename*=UTF-8''B%C3%B8w%201.mp4"
    saved = await client.get(f"{PART}&download=true")
    assert saved.headers["content-disposition"].startswith("attachment;")


async def test_a_range(client: httpx.AsyncClient, path: Path) -> None:
    answer = await client.get(PART, headers={"range": "bytes=300000-300999"})
    assert (answer.status_code, answer.content) == (206, CONTENT[300000:301000])
    assert answer.headers["content-range"] == f"bytes 300000-300999/{len(CONTENT)}"
    assert answer.headers["content-length"] == "1000"
    short = await client.get(f"{PART}&most_bytes=10", headers={"range": "bytes=5-"})
    assert (short.content, short.headers["content-range"]) == (CONTENT[5:15], f"bytes 5-14/{len(CONTENT)}")


async def test_a_range_outside_of_the_file(client: httpx.AsyncClient, path: Path) -> None:
    answer = await client.get(PART, headers={"range": "bytes=9000000-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")
    assert answer.json()["type"] == "urn:seacorder:problem:range_outside"


async def test_head_has_the_headers_alone(client: httpx.AsyncClient, path: Path) -> None:
    for sent in ({}, {"range": "bytes=-10"}, {"range": "bytes=9000000-"}):  # a range is for GET alone
        answer = await client.head(PART, headers=sent)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-length"] == str(len(CONTENT))
        assert answer.headers["content-type"] == "video/mp4"


async def test_a_file_that_grows(client: httpx.AsyncClient, path: Path) -> None:
    first = await client.get(PART, headers={"range": "bytes=0-9"})
    with path.open("ab") as file:
        file.write(b"more")
    same = {"range": f"bytes={len(CONTENT)}-"}
    assert (await client.get(PART, headers=same)).content == b"more"
    changed = await client.get(PART, headers={**same, "if-range": first.headers["etag"]})
    assert (changed.status_code, changed.content) == (200, CONTENT + b"more")


async def test_what_the_client_has_is_not_sent_again(client: httpx.AsyncClient, path: Path) -> None:
    tag = (await client.head(PART)).headers["etag"]
    answer = await client.get(PART, headers={"if-none-match": tag})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


async def test_the_lists_say_where_each_file_is(client: httpx.AsyncClient, path: Path) -> None:
    path.with_suffix(".jpg").write_bytes(b"jpg")
    expected = {"parts": CONTENT, "clips": CONTENT, "framegrabs": b"jpg"}
    for table, content in expected.items():
        row = (await client.get(f"/api/v1/{table}?channel=Bow")).json()["items"][0]
        if "%2F" not in row["file"]:
            assert (await client.get(row["file"])).content == content


async def test_subtitles_beside_a_file(
    client: httpx.AsyncClient, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    subtitles = "/api/v1/parts/r1/subtitles.vtt?channel=Bow&number=1"
    assert (await client.get(subtitles)).status_code == 404
    assert "error in the program" not in caplog.text  # most parts have none
    path.with_suffix(".vtt").write_text("WEBVTT\n")
    answer = await client.get(subtitles)
    assert (answer.text, answer.headers["content-type"]) == ("WEBVTT\n", "text/vtt; charset=utf-8")


async def test_who_only_asks_gets_no_bytes_or_the_refusal(client: httpx.AsyncClient, path: Path) -> None:
    held = await client.get(f"{PART}&only_ask=true&download=true")
    assert (held.status_code, held.content) == (204, b"")
    away = await client.get("/api/v1/parts/r1/file?channel=Port&only_ask=true")
    assert away.status_code == 404
    assert "away.mp4" in away.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("parts/r1/file?channel=Bow&number=2", 404), ("parts/r2/file?channel=Bow", 404),
        ("parts/r1/file?channel=Keel", 404), ("parts/r1/file?channel=Stern", 404),
        ("parts/r1/file?channel=Port", 404), ("parts/r1/file", 400), ("parts/r1/file?channel=Bow&number=0", 400),
        ("parts/r1/file?channel=Bow&most_bytes=0", 400), ("clips/r1/file?channel=Bow", 404),
        ("clips/c1/file?channel=Bow&kind=x", 400), ("framegrabs/f1/file?channel=Bow", 404),
    ],
)
async def test_what_is_not_there(client: httpx.AsyncClient, path: Path, asked: str, status: int) -> None:
    answer = await client.get(f"/api/v1/{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "root:" not in answer.text


async def test_a_page_of_another_site_gets_nothing(client: httpx.AsyncClient, path: Path) -> None:
    answer = await client.get(PART, headers={"origin": "http://elsewhere.example"})
    assert answer.status_code == 403


async def test_a_frame_of_a_file(client: httpx.AsyncClient, recorder: FakeRecorder, path: Path) -> None:
    frame = await client.get("/api/v1/parts/r1/frame.jpg?channel=Bow&offset_seconds=0.09")
    assert (frame.headers["content-type"], frame.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert frame.headers["x-frame-utc"] == "1970-01-01T00:00:00.090000Z"
    assert frame.headers["x-frame-offset-seconds"] == "0.080000"
    assert "_19700101T000000.090000Z.jpg" in frame.headers["content-disposition"]
    await client.get("/api/v1/parts/r1/frame.jpg?channel=Bow&number=1&utc=1970-01-01T00:00:01Z")
    assert recorder.frames_read == [ReadFrame(str(path), 90_000_000, 0, 1), ReadFrame(str(path), None, 10**9, 1)]
    recorder.frame_read = FrameRead(why=Message("It has no frame yet.", "Try again."))
    answer = await client.get("/api/v1/parts/r1/frame.jpg?channel=Bow&offset_seconds=0")
    assert (answer.status_code, answer.json()["fact"]) == (404, "It has no frame yet.")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("parts/r1/frame.jpg?channel=Bow", 400), ("parts/r1/frame.jpg?channel=Bow&offset_seconds=-1", 400),
        ("parts/r1/frame.jpg?channel=Bow&offset_seconds=nan", 400),
        ("parts/r1/frame.jpg?channel=Bow&offset_seconds=1&utc=1970-01-01T00:00:01Z", 400),
        ("parts/r1/frame.jpg?channel=Bow&utc=noon", 400), ("parts/r1/frame.jpg?channel=Stern&offset_seconds=0", 404),
        ("parts/r1/frame.jpg?channel=Port&offset_seconds=0", 404),
        ("clips/x/frame.jpg?channel=Bow&offset_seconds=0", 404),
    ],
)
async def test_a_frame_that_is_not_there(
    client: httpx.AsyncClient, recorder: FakeRecorder, path: Path, asked: str, status: int
) -> None:
    answer = await client.get(f"/api/v1/{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert recorder.frames_read == []
