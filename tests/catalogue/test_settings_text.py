import json
import logging
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.catalogue import settings_text
from seacorder.model.settings import PathTemplates, RecorderSettings

FIRST = RecorderSettings()


@given(
    st.builds(
        RecorderSettings,
        bitrate_mbits=st.floats(0, 1000),
        frame_rate=st.floats(0, 1000),
        split_time_minutes=st.floats(0, 1440),
        resolution=st.tuples(st.integers(0, 9999), st.integers(0, 9999)),
        templates=st.builds(PathTemplates),
    )
)
def test_settings_come_back_equal(settings: RecorderSettings) -> None:
    assert settings_text.read(settings_text.write(settings), FIRST) == settings


def test_every_field_can_be_read() -> None:
    assert {field.name for field in fields(RecorderSettings)} == set(json.loads(settings_text.write(FIRST)))
    assert settings_text.read(json.dumps(asdict(FIRST)), FIRST) == FIRST


def test_what_is_not_known_is_ignored_and_what_is_missing_has_its_first_value() -> None:
    text = json.dumps({"encoder": "x264", "of a later version": [1], "templates": {"event": "E", "smell": "x"}})
    found = settings_text.read(text, replace(FIRST, split_time_minutes=3.0))
    assert found == RecorderSettings(encoder="x264", split_time_minutes=3.0, templates=PathTemplates(event="E"))


@pytest.mark.parametrize(
    "bad",
    [
        {"encoder": 7},
        {"split_time_minutes": "ten"},
        {"split_time_minutes": -1},
        {"split_time_minutes": float("nan")},
        {"split_time_minutes": True},
        {"split_time_minutes": 10**400},
        {"resolution": [1]},
        {"resolution": ["1", 2]},
        {"resolution": None},
        {"restart_on_failure": 1},
        {"recording_directory": 3},
        {"templates": None},
        {"templates": {"event": None}},
    ],
)
def test_what_cannot_be_used_has_its_first_value_and_is_told(
    bad: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert settings_text.read(json.dumps({"bitrate_mbits": 3, **bad}), FIRST) == RecorderSettings(bitrate_mbits=3.0)
    assert next(iter(bad)) in caplog.text


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5).map(json.dumps))
def test_any_text_gives_settings(text: str) -> None:
    assert isinstance(settings_text.read(text, FIRST), RecorderSettings)
