"""Every command of the integration service goes out as the wire contract says, and every answer comes typed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from fakes.recorder import FakeRecorder
from fakes.web_answers import WebAnswers, web_answers
from rig.web_services import served_in_a_thread
from seacorder.api.integration import create_integration_app
from seacorder.client.errors import InspectorError
from seacorder.client.integration import IntegrationClient, VideoStatus
from seacorder.config.schema import ServerSettings

Call = Callable[[IntegrationClient], Any]


@pytest.fixture
def web() -> Iterator[WebAnswers]:
    with web_answers() as prepared:
        yield prepared


@pytest.fixture
def service(web: WebAnswers) -> Iterator[IntegrationClient]:
    with IntegrationClient(web.url, timeout_seconds=60) as client:
        yield client


ON = {"IsRecording": True}


def of_videos(folder: str) -> list[tuple[Call, str, Any, Any, Any]]:
    def videos(client: IntegrationClient) -> Any:
        return getattr(client, folder)

    path = f"/api/{folder}"
    status = {"IsRecording": True, "DriveSpace": 60}
    return [
        (lambda one: videos(one).is_recording(), f"GET {path}/isrecording", None, ON, True),
        (lambda one: videos(one).is_recording(), f"GET {path}/isrecording", None, False, False),
        (lambda one: videos(one).encoder_running(), f"GET {path}/encoderrunning", None, {"IsRecording": False}, False),
        (lambda one: videos(one).status(), f"GET {path}/status", None, status, VideoStatus(True, 60)),
        (lambda one: videos(one).filename(), f"GET {path}/filename", None, {"Filename": "/d/x.mp4"}, "/d/x.mp4"),
        (lambda one: videos(one).set_filename("x"), f"POST {path}/filename", {"Filename": "x"}, None, None),
        (lambda one: videos(one).add_sequence_number(), f"POST {path}/addsequenceno", None, None, None),
        (lambda one: videos(one).add_sequence_number(7), f"POST {path}/addsequenceno", {"SequenceNo": 7}, None, None),
        (lambda one: videos(one).file_extension(), f"GET {path}/fileextension", None, ".mp4", ".mp4"),
        (lambda one: videos(one).start(), f"GET {path}/start", None, None, None),
        (lambda one: videos(one).stop(), f"GET {path}/stop", None, None, None),
    ]


FRAMEGRABS, TAKE = "GET /api/framegrabs/fileextension", "POST /api/framegrabs/take"
CALLS: list[tuple[Call, str, Any, Any, Any]] = [
    (lambda one: one.ping(), "GET /api/stats/ping", None, {"Ping": True}, True),
    (lambda one: one.ping(), "GET /api/stats/ping", None, 17, False),
    *of_videos("recording"),
    *of_videos("anomalies"),
    (lambda one: one.framegrab_extension(), FRAMEGRABS, None, ".jpg", ".jpg"),
    (lambda one: one.take_framegrab(), TAKE, None, True, True),
    (lambda one: one.take_framegrab(channel="Bow"), TAKE, {"Channel": "Bow"}, False, False),
    (lambda one: one.take_framegrab("x", "Bow"), TAKE, {"Filename": "x", "Channel": "Bow"}, True, True),
    (lambda one: one.update_overlay("a\nb"), "POST /api/overlay/update", {"Text": "a\nb"}, None, None),
    (lambda one: one.clear_overlay(), "GET /api/overlay/clear", None, None, None),
]


@pytest.mark.parametrize("one", CALLS)
def test_each_command(web: WebAnswers, service: IntegrationClient, one: tuple[Call, str, Any, Any, Any]) -> None:
    call, command, body, answer, result = one
    if answer is not None:
        web.json(command, answer)
    assert call(service) == result
    assert web.asked == [(command, body)]


def test_the_client_has_every_command_of_the_service() -> None:
    routes = create_integration_app(FakeRecorder(), ServerSettings()).routes
    there = {f"{method} {one.path}" for one in routes if isinstance(one, APIRoute) for method in one.methods}
    assert {command for _, command, *_ in CALLS} == there


@pytest.mark.parametrize(("call", "command"), [
    (lambda one: one.recording.is_recording(), "GET /api/recording/isrecording"),
    (lambda one: one.recording.status(), "GET /api/recording/status"),
    (lambda one: one.anomalies.filename(), "GET /api/anomalies/filename"),
    (lambda one: one.anomalies.file_extension(), "GET /api/anomalies/fileextension"),
    (lambda one: one.take_framegrab(), TAKE),
])
@pytest.mark.parametrize("answer", [17, {"IsRecording": 1, "Filename": None, "DriveSpace": "60"}])
def test_an_answer_of_something_else(
    web: WebAnswers, service: IntegrationClient, call: Call, command: str, answer: Any
) -> None:
    web.json(command, answer)
    with pytest.raises(InspectorError, match=f"{command.split()[1]} was answered with"):
        call(service)


def test_with_the_real_service() -> None:
    """A whole inspection, over a recorder without cameras."""
    with (
        served_in_a_thread() as here,
        IntegrationClient(f"http://127.0.0.1:{here.integration_port}") as service,
    ):
        assert service.ping()
        service.update_overlay("Depth 123.4 m")
        for videos in (service.recording, service.anomalies):
            assert (videos.is_recording(), videos.filename()) == (False, "")
            videos.set_filename("Dive 12")
            videos.add_sequence_number(7)
            videos.start()
            assert (videos.encoder_running(), videos.status()) == (True, VideoStatus(True, 60))
            assert videos.filename().endswith(videos.file_extension())
        assert service.take_framegrab("Anode 3", "Bow")
        with pytest.raises(InspectorError) as refused:
            service.take_framegrab(channel="Mast")
        assert (refused.value.status, refused.value.field) == (500, "Channel")
        service.anomalies.stop()
        service.recording.stop()
        assert not service.recording.is_recording()
        service.clear_overlay()
