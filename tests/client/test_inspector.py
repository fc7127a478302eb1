"""Every command goes out as the wire contract says, and every failure comes back as one sentence."""

import socket
from collections.abc import Iterator

import pytest

from fakes.web_answers import WebAnswers, web_answers
from seacorder.client.errors import InspectorError
from seacorder.client.inspector import InspectorClient
from seacorder.client.values import PathTemplates, RecorderSettings


@pytest.fixture
def web() -> Iterator[WebAnswers]:
    with web_answers() as prepared:
        yield prepared


@pytest.fixture
def inspector(web: WebAnswers) -> Iterator[InspectorClient]:
    with InspectorClient(web.url, timeout_seconds=60) as client:
        yield client


@pytest.mark.parametrize(("call", "command", "body"), [
    (lambda i: i.create_directory("x"), "POST /api/inspector/createdirectory", {"Directory": "x"}),
    (lambda i: i.set_recording_directory("x"), "POST /api/inspector/recordingdirectory", {"Directory": "x"}),
    (lambda i: i.set_inspection_directory("x"), "POST /api/inspector/inspectiondirectory", {"Directory": "x"}),
    (lambda i: i.set_split_time(0.5), "GET /api/inspector/splittime/0.5", None),
    (lambda i: i.set_reevaluate_tags(True), "GET /api/inspector/reevaluatetags/true", None),
    (lambda i: i.start_recording(), "GET /api/inspector/startrecording", None),
    (lambda i: i.stop_recording(), "GET /api/inspector/stoprecording", None),
    (lambda i: i.start_clip(), "GET /api/inspector/startclip", None),
    (lambda i: i.stop_clip(), "GET /api/inspector/stopclip", None),
    (
        lambda i: i.apply_recorder_settings(RecorderSettings(bitrate=1, directory=None, resolution=(0, 0),
                                                             reevaluate_tags_on_split=False, is_smart_encoding=True)),
        "POST /api/recordersettings/apply",
        {"Bitrate": 1, "Directory": None, "Resolution": "0, 0", "ReevaluateTagsOnSplit": False,
         "IsSmartEncoding": True},
    ),
    (
        lambda i: i.set_path_templates(PathTemplates(data_log_template="d", directory="C:\\tmp2", clip_template=None)),
        "POST /api/inspector/pathtemplate",
        {"DataLogTemplate": "d", "Directory": "C:\\tmp2", "ClipTemplate": None},
    ),
])
def test_commands_without_an_answer(web, inspector, call, command, body) -> None:
    assert call(inspector) is None
    assert web.asked == [(command, body)]


@pytest.mark.parametrize(("call", "command"), [
    (InspectorClient.is_recording, "isrecording"),
    (InspectorClient.encoder_running, "encoderrunning"),
    (InspectorClient.take_framegrab, "takeframegrab"),
    (InspectorClient.is_clip_recording, "iscliprecording"),
])
@pytest.mark.parametrize("value", [True, False])
def test_commands_that_answer_yes_or_no(web, inspector, call, command, value) -> None:
    web.json(f"GET /api/inspector/{command}", value)
    assert call(inspector) is value


def test_ping(web, inspector) -> None:
    web.json("GET /api/stats/ping", {"Ping": True})
    assert inspector.ping()


def test_templates_come_typed(web, inspector) -> None:
    web.json("GET /api/inspector/pathtemplate", {"FilenameTemplate": "f", "ClipTemplate": None, "Later": 1})
    templates = inspector.path_templates()
    assert (templates.filename_template, templates.clip_template) == ("f", None)


def test_a_refusal_is_the_problem_documents_sentence(web, inspector) -> None:
    web.json("GET /api/inspector/splittime/-1", {"detail": "SplitTimeMinutes …", "field": "SplitTimeMinutes"}, 500)
    with pytest.raises(InspectorError) as caught:
        inspector.set_split_time(-1)
    assert (str(caught.value), caught.value.status, caught.value.field) == ("SplitTimeMinutes …", 500,
                                                                          "SplitTimeMinutes")


def test_partial_success_comes_with_each_channels_reason(web, inspector) -> None:
    channels = [{"channel": "Bow", "ok": True, "sentence": ""}, {"channel": "Stern", "ok": False, "sentence": "Full."}]
    for answered in (channels, [*channels, {"later": 1}], None, 7):
        problem = {"detail": "Not every file could be finished. Stern: Full.", "channels": answered}
        web.json("GET /api/inspector/stoprecording", problem, 500)
        with pytest.raises(InspectorError, match="Stern: Full") as caught:
            inspector.stop_recording()
        assert [one.ok for one in caught.value.channels] == ([True, False] if answered is channels else [])


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with InspectorClient(f"http://127.0.0.1:{unused.getsockname()[1]}") as client, pytest.raises(
            InspectorError, match=r"No recorder answers at http://127.0.0.1:.*seacorder serve"
        ):
            client.ping()


def test_no_answer_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with InspectorClient(url, timeout_seconds=0.05) as client, pytest.raises(InspectorError, match="in time"):
            client.ping()


@pytest.mark.parametrize(("answer", "sentence"), [
    ((200, b"<html>"), "is not a Seacorder"),
    ((200, b"17"), "isrecording was answered with 17"),
    ((404, b"nothing here"), "was 404 Not Found"),
])
def test_something_else_answers(web, inspector, answer, sentence) -> None:
    web.answers["GET /api/inspector/isrecording"] = answer
    with pytest.raises(InspectorError, match=sentence):
        inspector.is_recording()


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:13000", "ftp://x", "http://", "http://rack7:1300O", "http://rack7:99999", "http://rack7:0",
     "http://[::1", "http://a b", "http://..", "http://xn--", "http://u:secret@rack7:x"],
)
def test_a_base_url_that_is_none(url) -> None:
    with pytest.raises(InspectorError, match="is no web address") as refused:
        InspectorClient(url)
    assert "secret" not in str(refused.value)
