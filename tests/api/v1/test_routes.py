"""`/api/v1`: status, commands with achieved instants, the catalogue's pages, ordinary status codes."""

import httpx
import pytest

from fakes.recorder import FakeRecorder, quiet, some_rows
from seacorder.api.v1.view import utc_text
from seacorder.base.errors import CatalogueFailed, StorageFailed, WorkerLost
from seacorder.model.alarm import Alarm, AlarmKind
from seacorder.model.event import Severity


async def test_status(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    await recorder.start_recording()
    recorder.channels[1].fail("No route to rtsp://u:secret@cam/.")
    status = (await client.get("/api/v1/status")).json()
    assert (status["is_recording"], status["recording_id"]) == (True, "20260504T030201.000Z")
    assert status["utc"] == "2023-11-14T22:13:20.000000Z"
    assert status["volume"]["free_percent"] == 60
    bow, stern = status["channels"]
    assert (bow["index"], bow["name"], bow["state"], bow["is_recording"]) == (0, "Bow", "live", True)
    size = {"width": 1920, "height": 1080}
    told = {"read_by": "", "begins_at_recovery_points": False}
    assert bow["picture"] == {"codec": "h264", **size, "frame_rate": 25.0, "audio_codec": None, **told}
    assert bow["recording"]["path"].endswith("@Bow.mp4")
    assert (stern["state"], stern["reason"], stern["recording"]) == ("failed", "No route to rtsp://***@cam/.", None)


async def test_alarms_are_in_the_status(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    assert (await client.get("/api/v1/status")).json()["alarms"] == []
    sentence = "No route to rtsp://u:secret@cam/."
    since_ns = recorder.clock.utc_ns()
    recorder.alarms = (Alarm(AlarmKind.CAMERA_FAILED, "Bow", Severity.ALARM, since_ns, sentence, "Check the cable."),)
    assert (await client.get("/api/v1/status")).json()["alarms"] == [
        {
            "kind": "camera_failed", "channel": "Bow", "severity": "alarm", "since_utc": "2023-11-14T22:13:20.000000Z",
            "fact": "No route to rtsp://***@cam/.", "action": "Check the cable.",
            "sentence": "No route to rtsp://***@cam/.", "remedy": "Check the cable.",
            "over_utc": None, "seen_utc": None, "seen_by": "",
        }
    ]


async def test_an_alarm_is_marked_as_seen(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    camera = Alarm(AlarmKind.CAMERA_FAILED, "Bow", Severity.ALARM, recorder.clock.utc_ns(), "Away.", "Check it.")
    disk = Alarm(AlarmKind.DISK_LOW, None, Severity.WARNING, recorder.clock.utc_ns(), "50 min.", "", over_utc_ns=1)
    recorder.alarms, recorder.alarms_over = (camera,), (disk,)
    seen = await client.post("/api/v1/alarms/seen", json={"kind": "camera_failed", "channel": "Bow", "by": " Ines "})
    assert (seen.json()["seen_by"], seen.json()["seen_utc"]) == ("Ines", "2023-11-14T22:13:20.000000Z")
    assert (await client.get("/api/v1/status")).json()["alarms"] == [seen.json()]
    assert (await client.post("/api/v1/alarms/seen", json={"kind": "disk_low"})).status_code == 200
    assert (await client.get("/api/v1/status")).json()["alarms_over"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400), ({"kind": "x"}, 400), ({"kind": 1}, 400), ({"kind": "disk_low", "by": "x" * 201}, 400),
        ({"kind": "disk_low", "who": "x"}, 400), ({"kind": "disk_low"}, 404),
        ({"kind": "disk_low", "channel": "Bow"}, 404),
    ],
)
async def test_an_alarm_that_is_not_there_cannot_be_seen(
    client: httpx.AsyncClient, body: dict[str, str], status: int
) -> None:
    assert (await client.post("/api/v1/alarms/seen", json=body)).status_code == status


async def test_each_disk_is_in_the_status(client: httpx.AsyncClient) -> None:
    status = (await client.get("/api/v1/status")).json()
    assert status["volumes"] == [status["volume"]]


async def test_commands_tell_the_instant_and_each_channel(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.channels[1].fail("The camera is away.")
    for path in ("recording/start", "recording/stop", "clip/start", "clip/stop", "framegrab"):
        result = (await client.post(f"/api/v1/{path}")).json()
        assert result["ok"]
        assert result["instant_utc"] == "2023-11-14T22:13:20.000000Z"
        bow, stern = result["channels"]
        assert (bow["ok"], bow["achieved_utc"]) == (True, "2023-11-14T22:13:19.980000Z")
        assert (stern["ok"], stern["sentence"], stern["achieved_utc"]) == (False, "The camera is away.", None)


async def test_stopping_nothing_is_fine(client: httpx.AsyncClient) -> None:
    for path in ("recording/stop", "clip/stop"):
        answer = await client.post(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["ok"], answer.json()["id"]) == (200, True, "")


async def test_a_still_of_one_channel(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    result = (await client.post("/api/v1/framegrab", json={"channel": "Stern"})).json()
    assert [one["channel"] for one in result["channels"]] == ["Stern"]
    unknown = await client.post("/api/v1/framegrab", json={"channel": "Keel"})
    assert (unknown.status_code, "Bow, Stern" in unknown.json()["detail"]) == (404, True)
    wrong = await client.post("/api/v1/framegrab", json={"chanel": "Bow"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "chanel")
    assert recorder.commands == ["take_framegrab Stern"]


async def test_without_a_live_channel(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    quiet(recorder)
    for path in ("recording/start", "clip/start", "framegrab"):
        answer = await client.post(f"/api/v1/{path}")
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert "secret" not in answer.text
    problem = (await client.post("/api/v1/recording/start")).json()
    assert [one["channel"] for one in problem["channels"]] == ["Bow", "Stern"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(WorkerLost("Gone."), 503), (StorageFailed("Full."), 507), (CatalogueFailed("Damaged."), 503),
     (RuntimeError("a fault with rtsp://u:secret@cam/"), 500)],
)
async def test_errors_have_ordinary_codes_here_and_500_in_the_public_commands(
    client: httpx.AsyncClient, recorder: FakeRecorder, error: Exception, status: int
) -> None:
    recorder.error = error
    answer = await client.post("/api/v1/recording/start")
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert "secret" not in answer.text
    assert (await client.get("/api/inspector/startrecording")).status_code == 500


async def test_wrong_method_is_405_here(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/recording/start")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (await client.get("/api/v1/events")).status_code == 405
    assert (await client.get("/api/v1/nothing")).status_code == 404


async def test_pictures(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    answer = await client.get("/api/v1/channels/0/picture.jpg?width=320")
    assert answer.headers["x-frame-utc"] == utc_text(recorder.clock.utc_ns())
    assert (answer.headers["content-type"], answer.content[:2]) == ("image/jpeg", b"\xff\xd8")
    recorder.channels[1].fail("Away.")
    for path, status in {
        "/api/v1/channels/1/picture.jpg": 404,
        "/api/v1/channels/2/picture.jpg": 404,
        "/api/v1/channels/0/picture.jpg?channel=Bow": 200,
        "/api/v1/channels/0/picture.jpg?channel=Stern": 404,
        "/api/v1/channels/x/picture.jpg": 400,
        "/api/v1/channels/-1/picture.jpg": 400,
        "/api/v1/channels/0/picture.jpg?width=1": 400,
        "/api/v1/channels/0/picture.jpg?width=99999": 400,
    }.items():
        answer = await client.get(path)
        kind = "image/jpeg" if status == 200 else "application/problem+json"
        assert (answer.status_code, answer.headers["content-type"]) == (status, kind), path


@pytest.mark.parametrize("table", ["recordings", "parts", "clips", "framegrabs", "losses"])
async def test_pages_go_on_from_the_cursor(client: httpx.AsyncClient, recorder: FakeRecorder, table: str) -> None:
    some_rows(recorder, 5)
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(f"/api/v1/{table}", params=query)).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 5
    assert "u:p@" not in str(seen)


async def test_filters_reach_the_catalogue(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    some_rows(recorder)
    query = "from=2026-05-04T03:02:01.5Z&to=2026-05-04T05:02:01+02:00&channel=Bow&recording=r1&newest_first=true"
    answer = await client.get(f"/api/v1/losses?{query}")
    assert {one["channel"] for one in answer.json()["items"]} == {"Bow"}
    asked = recorder.catalogue.pages[-1]
    assert (asked.from_utc_ns, asked.to_utc_ns) == (1_777_863_721_500_000_000, 1_777_863_721_000_000_000)
    assert (asked.channel, asked.recording_id, asked.newest_first, asked.limit) == ("Bow", "r1", True, 100)


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"), ("from=yesterday", "from"),
     ("to=2026-05-04T03:02:01", "to"), ("cursor=!", "cursor"), ("chanel=Bow", "chanel"),
     ("newest_first=maybe", "newest_first")],
)
async def test_a_wrong_query_is_named(client: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"/api/v1/parts?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_an_instant_far_away_is_no_fault(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/parts?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z")).status_code == 200
