"""The client of settings, against the real service over a fake recorder."""

from collections.abc import Iterator

import pytest

from rig.web_services import served_in_a_thread
from seacorder.client.errors import InspectorError
from seacorder.client.recorder import RecorderClient
from seacorder.client.values import ChannelPatch, SettingsPatch


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served_in_a_thread() as here:
        yield f"http://127.0.0.1:{here.port}"


def test_settings_are_read_and_changed(url: str) -> None:
    with RecorderClient(url) as recorder:
        change = SettingsPatch(smart_encoding=False, encoder="x264", resolution=(640, 480))
        changed = recorder.change_settings(change)
        assert (changed.recorder.encoder, changed.recorder.resolution) == ("x264", (640, 480))
        assert recorder.settings() == changed
        own = recorder.change_channel_settings(0, ChannelPatch(encoder="x265", resolution=None))
        assert (own.own.encoder, own.own.resolution) == ("x265", None)
        assert own.decided is not None
        assert own.decided.encoder == "libx265"
        assert recorder.channel_settings(0) == own


def test_a_refusal_names_the_field(url: str) -> None:
    with RecorderClient(url) as recorder, pytest.raises(InspectorError) as refused:
        recorder.change_settings(SettingsPatch(frame_rate=-1))
    assert (refused.value.status, refused.value.field) == (400, "frame_rate")
