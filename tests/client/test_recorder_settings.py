"""The client of settings, against the real service over a fake recorder."""

from collections.abc import Iterator

import pytest

from rig.web_services import served_in_a_thread
from seacorder.client.errors import InspectorError
from seacorder.client.inspector import InspectorClient
from seacorder.client.recorder import RecorderClient
from seacorder.client.values import RecorderSettings


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served_in_a_thread() as here:
        yield f"http://127.0.0.1:{here.port}"


def test_what_clients_have_set_is_taken_back(url: str) -> None:
    with InspectorClient(url) as inspector, RecorderClient(url) as recorder:
        inspector.apply_recorder_settings(RecorderSettings(encoder="x264", split_time_minutes=5))
        keys = ["recording.encoder", "recording.split_time_minutes"]
        assert sorted(one["key"] for one in recorder.settings_json()["overrides"]) == keys
        recorder.reset_settings(keys[:1])
        assert [one["key"] for one in recorder.settings_json()["overrides"]] == keys[1:]
        recorder.reset_settings()
        assert recorder.settings_json()["overrides"] == []


def test_a_refusal_names_the_field(url: str) -> None:
    with RecorderClient(url) as recorder, pytest.raises(InspectorError) as refused:
        recorder.reset_settings(["recording.nothing"])
    assert (refused.value.status, refused.value.field) == (400, "key")
