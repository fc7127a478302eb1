"""Every command of the Inspector service: its success, and each kind of mistake with nothing changed after it."""

import asyncio

import httpx
import pytest

from fakes.recorder import FakeRecorder, quiet

PUBLIC_SETTINGS = r"""{
  "Bitrate": 1,
  "Directory": null,
  "DirectoryTemplate": "${channelname}\\${yyyy]\\${MM}\\${dd}",
  "Encoder": "n265",
  "Filename": "${hh}${mm}$ss}_${fff}",
  "FrameRate": 0,
  "IsSmartEncoding": true,
  "ReevaluateTagsOnSplit": false,
  "Resolution": "0, 0",
  "RestartOnFailure": false,
  "SplitTimeMinutes": 10
}"""
"""As the public text prints it, in both places, its malformed tags included."""

PUBLIC_TEMPLATES = r"""{
    "FilenameTemplate": "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}",
    "DirectoryTemplate": "DATA_${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}",
    "FramegrabTemplate": "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}",
    "DataLogTemplate": "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@current",
    "EventTemplate": "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}",
    "AnomalyTemplate": "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}_anomaly",
    "Directory": "C:\\tmp2"
}"""


async def post(client: httpx.AsyncClient, path: str, body: str | bytes) -> httpx.Response:
    return await client.post(path, content=body, headers={"content-type": "text/plain"})


def assert_empty(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "0"


def assert_problem(answer: httpx.Response, status: int = 500) -> dict[str, object]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"].endswith((".", "?", "!"))
    return problem


async def test_ping(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/stats/ping")
    assert answer.content == b'{"Ping": true}'  # simple clients compare text
    assert answer.headers["content-type"] == "application/json"


async def test_the_public_recorder_settings_are_taken_as_printed(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    assert_empty(await post(client, "/api/recordersettings/apply", PUBLIC_SETTINGS))
    settings = recorder.settings
    assert settings.templates.directory == r"${channelname}\${yyyy]\${MM}\${dd}"
    assert settings.templates.filename == "${hh}${mm}$ss}_${fff}"
    assert (settings.encoder, settings.bitrate_mbits, settings.resolution) == ("n265", 1.0, (0, 0))
    assert (settings.recording_directory, settings.restart_on_failure) == (None, False)


async def test_the_public_path_templates_are_taken_and_come_back(client: httpx.AsyncClient) -> None:
    assert_empty(await post(client, "/api/inspector/pathtemplate", PUBLIC_TEMPLATES))
    values = (await client.get("/api/inspector/pathtemplate")).json()
    assert values["Directory"] == r"C:\tmp2"
    assert values["AnomalyTemplate"] == "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}_anomaly"
    assert values["ClipTemplate"] is None


async def test_what_pathtemplate_gives_it_takes_back(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    before = recorder.state()
    values = (await client.get("/api/inspector/pathtemplate")).json()
    assert_empty(await client.post("/api/inspector/pathtemplate", json=values))
    assert recorder.state() == before


async def test_one_template_leaves_the_rest(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    assert_empty(await client.post("/api/inspector/pathtemplate", json={"cliptemplate": "clip ${ss}"}))
    templates = recorder.settings.templates
    assert (templates.clip, templates.filename) == ("clip ${ss}", type(templates)().filename)


async def test_a_subset_of_settings_leaves_the_rest(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    assert_empty(await client.post("/api/recordersettings/apply", json={"SPLITTIMEMINUTES": 0.05}))
    assert recorder.settings.split_time_minutes == 0.05
    assert recorder.settings.is_smart_encoding
    assert_empty(await client.post("/api/recordersettings/apply", json={}))


async def test_directories(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    body = r'{"Directory": "C:\\tmp\\Data1"}'
    assert_empty(await post(client, "/api/inspector/createdirectory", body))
    assert recorder.directories == [r"C:\tmp\Data1"]
    assert recorder.settings.recording_directory is None
    assert_empty(await post(client, "/api/inspector/recordingdirectory", body))
    assert recorder.settings.recording_directory == r"C:\tmp\Data1"
    assert_empty(await post(client, "/api/inspector/inspectiondirectory", '{"directory": "stills"}'))
    assert recorder.settings.inspection_directory == "stills"


@pytest.mark.parametrize(("text", "minutes"), [("10", 10.0), ("0", 0.0), ("0.05", 0.05), ("1440", 1440.0), (".5", 0.5)])
async def test_split_time(client: httpx.AsyncClient, recorder: FakeRecorder, text: str, minutes: float) -> None:
    assert_empty(await client.get(f"/api/inspector/splittime/{text}"))
    assert recorder.settings.split_time_minutes == minutes


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False), ("TRUE/", True)])
async def test_reevaluate_tags(client: httpx.AsyncClient, recorder: FakeRecorder, text: str, value: bool) -> None:
    assert_empty(await client.get(f"/api/inspector/reevaluatetags/{text}"))
    assert recorder.settings.reevaluate_tags_on_split is value


async def test_recording_from_start_to_stop(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    for query in ("isrecording", "encoderrunning"):
        assert (await client.get(f"/api/inspector/{query}")).content == b"false"
    assert_empty(await client.get("/api/inspector/startrecording"))
    first = recorder.recording_id
    assert_empty(await client.get("/api/inspector/startrecording"))
    assert recorder.recording_id == first
    for query in ("isrecording", "encoderrunning"):
        answer = await client.get(f"/api/inspector/{query}")
        assert (answer.content, answer.headers["content-type"]) == (b"true", "application/json")
    assert_empty(await client.get("/api/inspector/stoprecording"))
    assert_empty(await client.get("/api/inspector/stoprecording"))
    assert (await client.get("/api/inspector/isrecording")).content == b"false"


async def test_clip_from_start_to_stop(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/inspector/iscliprecording")).content == b"false"
    assert_empty(await client.get("/api/inspector/startclip"))
    assert (await client.get("/api/inspector/iscliprecording")).content == b"true"
    assert_empty(await client.get("/api/inspector/stopclip"))
    assert_empty(await client.get("/api/inspector/stopclip"))
    assert (await client.get("/api/inspector/iscliprecording")).content == b"false"


async def test_framegrab(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    assert (await client.get("/api/inspector/takeframegrab")).content == b"true"
    assert recorder.commands == ["take_framegrab None"]


REFUSAL = "The disk takes nothing any more; what the file holds is readable."


@pytest.mark.parametrize("refusing", [1, 2])
async def test_a_stop_tells_which_file_could_not_be_finished(
    client: httpx.AsyncClient, recorder: FakeRecorder, refusing: int
) -> None:
    for start, stop, question in (("startrecording", "stoprecording", "isrecording"),
                                  ("startclip", "stopclip", "iscliprecording")):
        assert_empty(await client.get(f"/api/inspector/{start}"))
        for one in recorder.channels[:refusing]:
            one.refusal = REFUSAL
        problem = assert_problem(await client.get(f"/api/inspector/{stop}"))
        assert f"Bow: {REFUSAL}" in str(problem["detail"])
        assert ("Stern" in str(problem["detail"])) == (refusing == 2)
        assert [one["ok"] for one in problem["channels"]] == [False, refusing == 1]
        assert (await client.get(f"/api/inspector/{question}")).content == b"false"
        assert_empty(await client.get(f"/api/inspector/{stop}"))


async def test_a_channel_that_is_away_has_no_file_to_finish(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.channels[1].fail("No camera answers.")
    assert_empty(await client.get("/api/inspector/startrecording"))
    assert_empty(await client.get("/api/inspector/stoprecording"))
    assert (await client.get("/api/inspector/takeframegrab")).content == b"true"


async def test_a_still_that_could_not_be_taken_is_told(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    recorder.channels[1].refusal = REFUSAL
    problem = assert_problem(await client.get("/api/inspector/takeframegrab"))
    assert problem["detail"] == (
        f"Not every channel's framegrab could be taken. Stern: {REFUSAL} Those that were taken are stored. Try again "
        "for the others."
    )
    assert [one["ok"] for one in problem["channels"]] == [True, False]
    recorder.channels[0].refusal = REFUSAL
    assert_problem(await client.get("/api/inspector/takeframegrab"))


async def test_a_problem_has_the_members_that_are_public_and_no_others(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    public = {"type", "title", "status", "detail"}
    assert set(assert_problem(await client.get("/api/inspector/splittime/x"))) == public | {"field"}
    assert set(assert_problem(await client.get("/api/inspector/nothing"), 404)) == public
    recorder.channels[1].refusal = REFUSAL
    problem = assert_problem(await client.get("/api/inspector/takeframegrab"))
    assert set(problem) == public | {"channels"}
    assert [set(one) for one in problem["channels"]] == [{"channel", "ok", "sentence"}] * 2


async def test_without_a_live_channel(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    quiet(recorder)
    before = recorder.state()
    problem = assert_problem(await client.get("/api/inspector/startrecording"))
    assert "Bow: The camera" in str(problem["detail"])
    assert "Stern: The camera" in str(problem["detail"])
    assert "secret" not in str(problem)
    assert_problem(await client.get("/api/inspector/startclip"))
    assert (await client.get("/api/inspector/takeframegrab")).content == b"false"
    assert recorder.state() == before


async def test_many_clients_at_once_get_one_recording(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    answers = await asyncio.gather(*(client.get("/api/inspector/startrecording") for _ in range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert recorder.events.newest_cursor == 1


GETS = [
    "/api/stats/ping",
    "/api/inspector/splittime/5",
    "/api/inspector/reevaluatetags/true",
    "/api/inspector/startrecording",
    "/api/inspector/stoprecording",
    "/api/inspector/isrecording",
    "/api/inspector/encoderrunning",
    "/api/inspector/takeframegrab",
    "/api/inspector/startclip",
    "/api/inspector/stopclip",
    "/api/inspector/iscliprecording",
]
POSTS = {
    "/api/recordersettings/apply": '{"SplitTimeMinutes": 5}',
    "/api/inspector/createdirectory": '{"Directory": "x"}',
    "/api/inspector/recordingdirectory": '{"Directory": "x"}',
    "/api/inspector/inspectiondirectory": '{"Directory": "x"}',
    "/api/inspector/pathtemplate": '{"EventTemplate": "x"}',
}


@pytest.mark.parametrize("path", GETS)
async def test_case_and_final_slash_do_not_matter(client: httpx.AsyncClient, path: str) -> None:
    for asked in (path.upper(), path + "/", path.title() + "//", path + "?x=1"):
        assert (await client.get(asked)).status_code == 200


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
async def test_wrong_method_changes_nothing(
    client: httpx.AsyncClient, recorder: FakeRecorder, path: str, method: str
) -> None:
    before = recorder.state()
    answer = await client.request(method, path)
    assert answer.status_code == 500
    assert recorder.state() == before
    assert recorder.commands == []
    if method != "HEAD":
        assert "GET" in str(assert_problem(answer)["detail"])


@pytest.mark.parametrize("path", [path for path in POSTS if "pathtemplate" not in path])
async def test_a_browsers_get_on_a_post_command(client: httpx.AsyncClient, recorder: FakeRecorder, path: str) -> None:
    problem = assert_problem(await client.get(path))
    assert "takes POST; GET came" in str(problem["detail"])
    assert recorder.commands == []


@pytest.mark.parametrize(
    "path", ["/api/inspector/nothing", "/api/inspector", "/api", "/api/inspector/splittime", "/nothing",
             "/api/inspector/splittime/5/6", "/api/inspector/isrecording/x"]
)
async def test_unknown_path_is_404(client: httpx.AsyncClient, path: str) -> None:
    for method in ("GET", "POST"):
        assert_problem(await client.request(method, path), 404)


MISTAKES = [
    b"",
    b"  ",
    b"[]",
    b'"Directory"',
    b"null",
    b"true",
    b"{",
    b'{"Directory": "C:\\tmp"}',
    b'{"Directory": "x", "Directory": "y"}',
    b'{"Directory": "x", "directory": "y"}',
    b'{"Bitrate": NaN}',
    b'{"Bitrate": Infinity}',
    b'{"Directory": "\xff"}',
    b"{'Directory': 'x'}",
    b'{"Nothing": 1}',
    b'{"Directory": 5}',
    b'{"Directory": ""}',
    b'{"Directory": " "}',
    b'{"Directory": true}',
    b'{"Directory": "a\\u0000b"}',
    b'{"Directory": "\\ud800"}',
    b'{"Directory": "../x"}',
    b"[" * 30_000,
    b'{"Directory": ' + b"[" * 30_000,
    b'{"Bitrate": ' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", MISTAKES, ids=lambda body: ascii(body[:40]))
async def test_a_mistaken_body_changes_nothing(
    client: httpx.AsyncClient, recorder: FakeRecorder, path: str, body: bytes
) -> None:
    before = recorder.state()
    assert_problem(await post(client, path, body))
    assert recorder.state() == before


@pytest.mark.parametrize("path", ["createdirectory", "recordingdirectory", "inspectiondirectory"])
async def test_a_missing_directory_is_named(client: httpx.AsyncClient, path: str) -> None:
    problem = assert_problem(await client.post(f"/api/inspector/{path}", json={}))
    assert problem["field"] == "Directory"


async def test_without_a_name_no_folder_can_be_made(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    problem = assert_problem(await client.post("/api/inspector/createdirectory", json={"Directory": None}))
    assert problem["field"] == "Directory"
    assert recorder.directories == []


TEMPLATE_KEYS = ["FilenameTemplate", "DirectoryTemplate", "FramegrabTemplate", "DataLogTemplate", "EventTemplate",
                 "AnomalyTemplate", "ClipTemplate"]
SETTING_KEYS = ["Bitrate", "Directory", "DirectoryTemplate", "Encoder", "Filename", "FrameRate", "IsSmartEncoding",
                "ReevaluateTagsOnSplit", "Resolution", "RestartOnFailure", "SplitTimeMinutes"]


async def test_a_null_leaves_each_setting_as_it_is(client: httpx.AsyncClient, recorder: FakeRecorder) -> None:
    for key in TEMPLATE_KEYS:
        assert_empty(await client.post("/api/inspector/pathtemplate", json={key: f"{key} of mine"}))
    for path in ("recordingdirectory", "inspectiondirectory"):
        assert_empty(await client.post(f"/api/inspector/{path}", json={"Directory": path}))
    before = recorder.state()
    bodies = {
        "inspector/pathtemplate": [*TEMPLATE_KEYS, "Directory"],
        "recordersettings/apply": SETTING_KEYS,
        "inspector/recordingdirectory": ["Directory"],
        "inspector/inspectiondirectory": ["Directory"],
    }
    for path, keys in bodies.items():
        for body in (dict.fromkeys(keys), *({key.lower(): None} for key in keys)):
            assert_empty(await client.post(f"/api/{path}", json=body))
            assert recorder.state() == before
    sent = dict.fromkeys(TEMPLATE_KEYS) | {"EventTemplate": "another"}
    assert_empty(await client.post("/api/inspector/pathtemplate", json=sent))
    templates = recorder.settings.templates
    assert (templates.event, templates.filename) == ("another", "FilenameTemplate of mine")


async def test_an_empty_clip_template_lets_clips_follow_the_anomaly_template_again(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    assert_empty(await client.post("/api/inspector/pathtemplate", json={"ClipTemplate": "clip ${ss}"}))
    assert_empty(await client.post("/api/inspector/pathtemplate", json={"ClipTemplate": ""}))
    assert recorder.settings.templates.clip is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("Bitrate", "1", "number"),
        ("Bitrate", True, "number"),
        ("Bitrate", -1, "-1"),
        ("Bitrate", 1e300, "0 to"),
        ("DirectoryTemplate", 5, "text"),
        ("Encoder", "h999", "h999"),
        ("Filename", False, "text"),
        ("Filename", "", "without a name"),
        ("Filename", "x" * 5000, "at most"),
        ("FrameRate", "0", "number"),
        ("FrameRate", 1e6, "0 to"),
        ("IsSmartEncoding", 1, "true or false"),
        ("IsSmartEncoding", "true", "true or false"),
        ("ReevaluateTagsOnSplit", 0, "true or false"),
        ("Resolution", "1920x1080", "1920, 1080"),
        ("Resolution", [0, 0], "1920, 1080"),
        ("Resolution", "0, 5", "0 by 5"),
        ("Resolution", "-1, -1", "1920, 1080"),
        ("SplitTimeMinutes", 0.01, "0.05"),
        ("SplitTimeMinutes", 1441, "1440"),
        ("SplitTimeMinutes", -1, "-1"),
        ("SplitTimeMinutes", {}, "number"),
        ("Directory", "a/../../b", "climbs"),
    ],
)
async def test_a_wrong_setting_is_named_and_the_right_ones_beside_it_do_not_count(
    client: httpx.AsyncClient, recorder: FakeRecorder, field: str, value: object, words: str
) -> None:
    before = recorder.state()
    right = {"EventTemplate": "x"} if field == "EventTemplate" else {"ReevaluateTagsOnSplit": True}
    problem = assert_problem(await client.post("/api/recordersettings/apply", json=right | {field: value}))
    assert problem["field"] == field
    assert str(problem["detail"]).startswith(field)
    assert words in str(problem["detail"])
    assert recorder.state() == before


async def test_a_missing_encoder_is_refused_only_when_it_would_be_used(
    client: httpx.AsyncClient, recorder: FakeRecorder
) -> None:
    path = "/api/recordersettings/apply"
    assert_empty(await client.post(path, json={"Encoder": "n265", "IsSmartEncoding": True}))
    before = recorder.state()
    problem = assert_problem(await client.post(path, json={"IsSmartEncoding": False}))
    assert "x264" in str(problem["detail"])
    assert recorder.state() == before
    assert_empty(await client.post(path, json={"Encoder": "x264", "IsSmartEncoding": False}))


async def test_an_unknown_field_gets_a_suggestion(client: httpx.AsyncClient) -> None:
    problem = assert_problem(await client.post("/api/recordersettings/apply", json={"SplitTime": 5}))
    assert "did you mean SplitTimeMinutes?" in str(problem["detail"])
    assert problem["field"] == "SplitTime"


@pytest.mark.parametrize("value", ["abc", "-1", "1e3", "nan", "inf", "0,5", "1441", "0.01", "%20", "5%00", "٣", "1_0"])
async def test_a_wrong_split_time(client: httpx.AsyncClient, recorder: FakeRecorder, value: str) -> None:
    before = recorder.state()
    problem = assert_problem(await client.get(f"/api/inspector/splittime/{value}"))
    assert problem["field"] == "SplitTimeMinutes"
    assert recorder.state() == before


@pytest.mark.parametrize("value", ["1", "yes", "tru", "null"])
async def test_a_wrong_reevaluate_tags(client: httpx.AsyncClient, recorder: FakeRecorder, value: str) -> None:
    before = recorder.state()
    problem = assert_problem(await client.get(f"/api/inspector/reevaluatetags/{value}"))
    assert problem["field"] == "ReevaluateTags"
    assert recorder.state() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/xml", "", "x"])
async def test_a_body_is_json_whatever_it_says(
    client: httpx.AsyncClient, recorder: FakeRecorder, encoding: str, media_type: str
) -> None:
    body = '{"Directory": "Tauchgang №5 – Süd"}'.encode(encoding)
    headers = {"content-type": media_type} if media_type else {}
    assert_empty(await client.post("/api/inspector/recordingdirectory", content=body, headers=headers))
    assert recorder.settings.recording_directory == "Tauchgang №5 – Süd"
