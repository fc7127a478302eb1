"""`/api/v1/telemetry/lines`: what instruments really send."""

import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes.recorder import FakeRecorder
from seacorder.api.v1.lines import text_of
from seacorder.model.telemetry import SourceLine

PATH = "/api/v1/telemetry/lines"
UTC_NS = 1_777_863_721_123_456_000
LINES = [
    SourceLine(0, UTC_NS, b"$HEHDT,127.4,T*2F", "HDT", ""),
    SourceLine(1, UTC_NS, b"garbage", "", "No definition fits."),
]


async def test_the_newest_lines_with_what_became_of_them(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.telemetry.coming_lines["GNSS"] = LINES
    answer = (await client.get(PATH, params={"source": "GNSS"})).json()
    assert answer["items"][0] == {
        "number": 0, "utc": "2026-05-04T03:02:01.123456Z", "text": "$HEHDT,127.4,T*2F", "definition": "HDT",
        "refusal": "",
    }
    later = (await client.get(PATH, params={"source": "GNSS", "after": 0})).json()
    assert [one["refusal"] for one in later["items"]] == ["No definition fits."]


async def test_a_source_that_there_is_not(client: httpx.AsyncClient) -> None:
    assert (await client.get(PATH, params={"source": "GNSS"})).status_code == 404
    assert (await client.get(PATH)).status_code == 400


async def test_they_come_as_they_come_and_again_after_the_reading_process_began_again(
    address: str, recorder: FakeRecorder
) -> None:
    recorder.telemetry.coming_lines["GNSS"] = LINES[:1]
    async with connect(f"ws://{address}{PATH}?source=GNSS") as socket:
        assert [one["number"] for one in json.loads(await socket.recv())["items"]] == [0]
        recorder.telemetry.coming_lines["GNSS"] = LINES
        assert [one["number"] for one in json.loads(await socket.recv())["items"]] == [1]
        recorder.telemetry.coming_lines["GNSS"] = LINES[:1]
        assert [one["number"] for one in json.loads(await socket.recv())["items"]] == [0]


async def test_nobody_listens_to_a_source_that_there_is_not(address: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://{address}{PATH}?source=GNSS"):
            pass
    assert refused.value.response.status_code == 404


@pytest.mark.parametrize(("data", "text"), [
    (b"12.5 m", "12.5 m"),
    ("48°N".encode(), "48°N"),
    (b"\x1b[2J\xff", "\\x1b[2J\\xff"),
])
def test_what_is_no_text_is_escaped(data: bytes, text: str) -> None:
    assert text_of(data) == text
