"""The whole answers on inspector.md, integration.md, api.md and errors.md in docs/programs are those of a running
recorder.

`make answers` plays the same scenes and writes the answers into the pages; nobody types them. What is compared, and
what may differ, stands at the top of `rig.page_answers`. A scene is a row of keys of exchanges, and of what is done in
between.
"""

import contextlib
import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from faults.proxy import Proxy
from rig.fixtures import MakeSource, StartServer
from rig.page_answers import Exchange, answer_of, exchanges, laid_out, merged, value_of, write
from rig.program import Program, running, wait_for
from rig.source_files import SourceSpec
from seacorder.config.reserved import HEARTBEAT_VARIABLE

WRITES = os.environ.get("WRITE_ANSWERS") == "1"
PAGES = ("inspector", "integration", "api", "errors")
CAMERA = SourceSpec(width=1920, height=1080, rate=25, gop=25, seconds=8)
SHOWN_HOSTS = {"Bow": "10.0.0.5:554", "Stern": "10.0.0.6:554"}
COUNTED = "Counted by the camera's clock."
TELLS_NOW = ("isrecording", "iscliprecording", "/status")
"""What these answer is of this moment: where a busy machine stood still, it is the page's answer a moment later."""
SETTLED_SECONDS = 15.0
_ID = re.compile(r"\d{8}T\d{6}\.\d{3}Z")


def known() -> dict[str, Exchange]:
    return {key: one for page in PAGES for key, one in exchanges(page).items()}


@dataclass
class Stage:
    """A running program, its two cameras, and the answers so far."""

    program: Program
    cameras: dict[str, Proxy] = field(default_factory=dict)
    recording: str = ""
    """The id that requests about a recording have in the place of the page's."""
    made: dict[str, str] = field(default_factory=dict)
    exchanges: dict[str, Exchange] = field(default_factory=known)

    @property
    def names(self) -> dict[str, str]:
        """What this machine calls it, and what the page does."""
        addresses = {
            f"127.0.0.1:{proxy.port}/{name}": f"{SHOWN_HOSTS[name]}/stream1" for name, proxy in self.cameras.items()
        }
        return {str(self.program.root): "/data", "tone:": "alsa:default", **addresses}

    def play(self, key: str) -> None:
        """Sends the request of an exchange and keeps the block that its answer gives."""
        exchange = self.exchanges[key]
        head, _, body = exchange.request.partition("\n\n")
        method, path = head.split("\n")[0].split(" ", 1)
        path = _ID.sub(self.recording, path)
        self._ask(key, method, path, body)
        if method == "GET" and path.endswith(TELLS_NOW) and not WRITES:
            with contextlib.suppress(AssertionError):  # `act` says what differs
                wait_for(lambda: self._ask(key, method, path, body) == exchange.answer, key, SETTLED_SECONDS)

    def _ask(self, key: str, method: str, path: str, body: str) -> str:
        """The block that the answer gives."""
        exchange = self.exchanges[key]
        answer = httpx.request(method, self._service(key) + path, content=body.encode(), timeout=60.0)
        status = f"{answer.status_code} {HTTPStatus(answer.status_code).phrase}"
        kind = answer.headers.get("content-type", "")
        self.made[key] = answer_of(exchange, status, kind, answer.content, self.names)
        if (same := re.match(r"\(as GET (\S+?)[,)]", exchange.answer.partition("\n\n")[2])) is not None:
            real = httpx.get(self.program.url + same[1]).json()
            assert merged(real, answer.json()) == real, f"{key} answers as the GET"
        return self.made[key]

    def value(self, key: str, real: Any) -> None:
        """Keeps a JSON block without a request."""
        self.made[key] = value_of(self.exchanges[key].answer, real, self.names)

    def _service(self, key: str) -> str:
        return self.program.integration_url if key.startswith("integration:") else self.program.url


Act = str | Callable[[Stage], None]
"""The key of an exchange, or something that is done between two of them."""


def camera_comes(name: str) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        stage.cameras[name].appear()
        stage.program.wait_live(name, backlog_seconds=2.0)

    return act


def camera_goes(name: str) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        stage.cameras[name].vanish()
        wait_failed(stage, name)

    return act


def wait_failed(stage: Stage, *names: str) -> None:
    """Until Seacorder has tried to connect in vain; before that, the reason is why the connection ended."""

    def has_failed(name: str) -> bool:
        return "does not answer" in (stage.program.channel(name)["reason"] or "")

    for name in names:
        wait_for(lambda name=name: has_failed(name), f"{name} to fail")


def recorded(seconds: float) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        stage.program.wait_recorded(seconds)
        stage.recording = stage.program.get("/api/v1/status")["recording_id"]

    return act


def asked(path: str) -> Callable[[Stage], None]:
    """A command that is no exchange of a page."""
    return lambda stage: stage.program.get(path)


def bow_starts(stage: Stage) -> None:
    """One channel is enough for `isrecording`."""
    wait_for(lambda: stage.program.channel("Bow")["is_recording"], "Bow to record")


def loss_is_counted(stage: Stage) -> None:
    def is_counted() -> bool:
        rows = stage.program.rows("losses", recording=stage.recording, channel="Stern")
        return [row["detail"].endswith(COUNTED) for row in rows] == [False, True]

    wait_for(is_counted, "the camera to tell its clock")


def second_part(stage: Stage) -> None:
    for name in stage.cameras:
        wait_for(lambda name=name: (stage.program.channel(name)["recording"] or {}).get("number") == 2, "a split")
    stage.recording = stage.program.get("/api/v1/status")["recording_id"]


def parts_follow(stage: Stage) -> None:
    first, second = stage.program.rows("parts", recording=stage.recording, channel="Bow")
    assert second["first_frame"] == first["first_frame"] + first["frames"]
    shown = json.loads(stage.made["api: GET /api/v1/parts"].partition("\n\n")[2])["items"]
    assert shown[1]["first_frame"] == shown[0]["first_frame"] + shown[0]["frames"], "the page adds up, too"


def computer_crashes(stage: Stage) -> None:
    """In the middle of a recording; then it is started again and goes on."""
    before = stage.program.get("/api/v1/status")["recording_id"]
    stage.program.kill_all()
    stage.program.start()
    wait_for(lambda: stage.program.records_anew(before), "the recording to go on")


def first_live(stage: Stage) -> None:
    with connect(f"{stage.program.url.replace('http', 'ws')}/api/v1/events?cursor=0", proxy=None) as socket:
        for message in socket:
            event = json.loads(message)
            if (event["kind"], event["channel"]) == ("channel_live", "Bow"):
                stage.value("api: WebSocket /api/v1/events", event)
                return


def wrong_split_time(stage: Stage) -> None:
    stage.value("errors: Errors", httpx.get(f"{stage.program.url}/api/inspector/splittime/2000").json())


def context_is_set(stage: Stage) -> None:
    context = {"project": "North field 2026", "dive": "12"}
    httpx.put(f"{stage.program.url}/api/v1/context", json=context).raise_for_status()


def encoding_as_in_the_file(stage: Stage) -> None:
    keys = [f"recording.{name}" for name in ("smart_encoding", "encoder", "bitrate_mbits")]
    keys += ["channels.Stern.burn_in", "channels.Stern.keep_clean"]
    httpx.delete(f"{stage.program.url}/api/v1/settings", params={"key": keys}).raise_for_status()


def stern_hangs(stage: Stage) -> None:
    os.kill(stage.program.worker_pid("Stern"), signal.SIGSTOP)


NO_CAMERA: tuple[Act, ...] = (
    context_is_set,
    "api: GET /api/v1/context",
    "api: PATCH /api/v1/context",
    "api: PUT /api/v1/context",
    "api: DELETE /api/v1/context",
    "api: PUT /api/v1/telemetry/definitions/{name}",
    "api: DELETE /api/v1/telemetry/definitions/{name}",
    lambda stage: wait_failed(stage, *stage.cameras),
    "inspector: GET /api/inspector/startrecording#1",
    "api: POST /api/v1/recording/start#1",
)
TWO_CAMERAS: tuple[Act, ...] = (
    "inspector: GET /api/stats/ping",
    "integration: GET /api/stats/ping",
    "integration: GET /api/recording/fileextension",
    "integration: GET /api/framegrabs/fileextension",
    "inspector: GET /api/inspector/pathtemplate",
    "api: GET /api/v1/templates",
    "inspector: When something is wrong",
    wrong_split_time,
    "api: When something is wrong",
    "inspector: POST /api/recordersettings/apply",
    "inspector: GET /api/inspector/splittime/{SplitTimeMinutes}",
    "inspector: GET /api/inspector/reevaluatetags/{ReevaluateTags}",
    "inspector: POST /api/inspector/createdirectory",
    "inspector: POST /api/inspector/recordingdirectory",
    "inspector: POST /api/inspector/inspectiondirectory",
    "inspector: POST /api/inspector/inspectiondirectory#1",
    lambda stage: wait_failed(stage, "Stern"),
    camera_comes("Bow"),
    first_live,
    "api: GET /api/v1/channels/{index}/picture.jpg",
    "api: POST /api/v1/recording/start",
    bow_starts,
    camera_comes("Stern"),
    recorded(2.0),
    "inspector: GET /api/inspector/isrecording",
    "inspector: GET /api/inspector/encoderrunning",
    "integration: GET /api/recording/isrecording",
    "integration: GET /api/recording/encoderrunning",
    "integration: POST /api/overlay/update",
    "integration: GET /api/overlay/clear",
    "api: PUT /api/v1/overlay",
    "api: GET /api/v1/overlay",
    "api: POST /api/v1/clip/start",
    "api: POST /api/v1/framegrab",
    "api: POST /api/v1/clip/stop",
    "api: GET /api/v1/clips",
    "api: GET /api/v1/framegrabs",
    "inspector: GET /api/inspector/takeframegrab",
    "inspector: GET /api/inspector/startclip",
    "inspector: GET /api/inspector/stopclip",
    "inspector: GET /api/inspector/iscliprecording",
    "integration: GET /api/anomalies/start",
    "integration: GET /api/anomalies/filename",
    "integration: GET /api/anomalies/stop",
    "integration: POST /api/framegrabs/take",
    "integration: POST /api/framegrabs/take#1",
    camera_goes("Stern"),
    "api: GET /api/v1/status",
    camera_comes("Stern"),
    "api: DELETE /api/v1/overlay",
    loss_is_counted,
    "api: GET /api/v1/losses",
    "api: PATCH /api/v1/channels/{index}/settings",
    "api: GET /api/v1/channels/{index}/settings",
    "inspector: GET /api/inspector/stoprecording",
    "api: POST /api/v1/recording/stop#1",
    "integration: GET /api/recording/status",
    "integration: GET /api/recording/stop",
    "api: GET /api/v1/settings",
    "api: PATCH /api/v1/settings",
    encoding_as_in_the_file,
    "api: DELETE /api/v1/settings",
    asked("/api/inspector/splittime/0.1"),  # long enough to be seen between two splits
    lambda stage: stage.program.wait_live(backlog_seconds=2.0),
    "inspector: GET /api/inspector/startrecording",
    second_part,
    "api: POST /api/v1/recording/stop",
    "api: GET /api/v1/parts",
    parts_follow,
    "integration: POST /api/recording/filename",
    "integration: POST /api/recording/addsequenceno",
    "integration: GET /api/recording/start",
    "integration: GET /api/recording/filename",
    recorded(1.0),
    computer_crashes,
    "api: GET /api/v1/recordings",
    recorded(1.0),
    stern_hangs,
    "inspector: GET /api/inspector/stoprecording#1",
    "inspector: POST /api/inspector/pathtemplate",
    "api: PATCH /api/v1/templates",
)
NARRATION: tuple[Act, ...] = (
    "inspector: POST /api/recordersettings/apply#1",
    lambda stage: wait_for(lambda: stage.program.get("/api/v1/status")["narration"]["listeners"] == 2, "sound"),
    lambda stage: stage.value("api: GET /api/v1/status#1", stage.program.get("/api/v1/status")["narration"]),
)
ELSEWHERE = {"api: WebSocket /api/v1/events", "errors: Errors", "api: GET /api/v1/status#1"}
"""Values without a request, which the functions of the scenes make."""


def act(stage: Stage, scene: tuple[Act, ...]) -> None:
    """Plays a scene; then the pages have its answers, or get them."""
    for one in scene:
        stage.play(one) if isinstance(one, str) else one(stage)
    if WRITES:
        write(stage.made)
    shown = known()
    assert {key: shown[key].answer for key in stage.made} == stage.made, "`make answers` writes what is new"


@pytest.fixture
def stage(tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer) -> Iterator[Stage]:
    with cameras(rig_source, start_rtsp_server) as switched_off:
        addresses = {name: f"rtsp://inspector:secret@127.0.0.1:{one.port}/{name}" for name, one in switched_off.items()}
        limit = {HEARTBEAT_VARIABLE: "3"}  # at the end one hangs, and the answer says what has become of it
        with running(tmp_path, addresses, more="[recording]\nsplit_time_minutes = 30\n", variables=limit) as program:
            yield Stage(program, switched_off)


@contextmanager
def cameras(make: MakeSource, start: StartServer) -> Iterator[dict[str, Proxy]]:
    """Two cameras that nobody has switched on yet."""
    server = start()
    source = make(CAMERA)
    proxies = {}
    for name in SHOWN_HOSTS:
        port = int(re.findall(r":(\d+)/", server.serve(f"/{name}", source))[0])
        proxies[name] = Proxy(port)
        proxies[name].vanish()
    try:
        yield proxies
    finally:
        for proxy in proxies.values():
            proxy.appear()
            proxy.close()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_answers_of_a_recorder_with_two_cameras(stage: Stage) -> None:
    act(stage, TWO_CAMERAS)


@pytest.mark.slow
def test_answers_of_a_recorder_whose_cameras_are_switched_off(stage: Stage) -> None:
    act(stage, NO_CAMERA)


@pytest.mark.slow
def test_answers_of_a_recorder_with_narration(tmp_path: Path) -> None:
    channels = dict.fromkeys(("Bow", "Stern"), "test:?size=320x180&rate=25")
    with running(tmp_path, channels, more='[audio]\ninput = "tone:"\n') as program:
        act(Stage(program), NARRATION)


@pytest.mark.docs
def test_every_answer_of_the_pages_is_played() -> None:
    played = [one for scene in (NO_CAMERA, TWO_CAMERAS, NARRATION) for one in scene if isinstance(one, str)]
    assert sorted([*played, *ELSEWHERE]) == sorted(known())


@pytest.mark.docs
@pytest.mark.parametrize(
    ("shown", "real", "kept"),
    [
        ({"frames": 7, "cause": "stall"}, {"frames": 9, "cause": "stall"}, True),
        ({"frames": None}, {"frames": 9}, False),
        ({"frames": 7}, {"frames": 7, "new": 1}, False),
        ({"utc": "2026-05-04T03:02:01.123456Z"}, {"utc": "2027-01-01T00:00:00.000000Z"}, True),
        ({"detail": "It is so."}, {"detail": "It is not so."}, False),
        ([1, 2], [1], False),
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}, False),
    ],
)
def test_the_page_keeps_a_value_only_where_nothing_but_measures_differs(shown: Any, real: Any, *, kept: bool) -> None:
    assert (laid_out(merged(shown, real)) == laid_out(shown)) is kept
