import json
import logging
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.catalogue import settings_text
from seacorder.model.settings import ChannelEncoding, PathTemplates, RecorderSettings, StoredSettings

FIRST = RecorderSettings()
PLAIN = [field.name for field in fields(RecorderSettings) if field.name not in {"templates", "channels"}]
NAMES = PLAIN + [f"templates.{field.name}" for field in fields(PathTemplates)]
SETTINGS = st.builds(
    RecorderSettings,
    bitrate_mbits=st.floats(0, 1000),
    encoder=st.sampled_from(["copy", "x264"]),
    frame_rate=st.floats(0, 1000),
    split_time_minutes=st.floats(0, 1440),
    resolution=st.tuples(st.integers(0, 9999), st.integers(0, 9999)),
    recording_directory=st.none() | st.text(),
    burn_in=st.booleans(),
    templates=st.builds(PathTemplates, filename=st.text(), clip=st.none() | st.text()),
    channels=st.dictionaries(st.sampled_from(["Bow", "Stern"]), st.just(ChannelEncoding(burn_in=True))),
)


def value_of(settings: RecorderSettings, name: str) -> object:
    head, _, inner = name.partition(".")
    return getattr(settings.templates, inner) if inner else getattr(settings, head)


@given(SETTINGS, st.frozensets(st.sampled_from(NAMES)), SETTINGS)
def test_what_clients_have_set_comes_back_and_all_else_is_as_the_file_says_now(
    settings: RecorderSettings, names: frozenset[str], first: RecorderSettings
) -> None:
    found = settings_text.read(settings_text.write(StoredSettings(settings, names)), first)
    assert found.set_by_clients == names
    for name in NAMES:
        assert value_of(found.in_force, name) == value_of(settings if name in names else first, name)
    assert found.in_force.channels == settings.channels


@given(SETTINGS, SETTINGS)
def test_a_text_of_version_0_1_0_holds_where_it_differs_from_the_file(
    settings: RecorderSettings, first: RecorderSettings
) -> None:
    found = settings_text.read(json.dumps(asdict(settings)), first)
    assert found.in_force == settings
    assert found.set_by_clients == {name for name in NAMES if value_of(settings, name) != value_of(first, name)}


def test_every_field_can_be_read() -> None:
    text = settings_text.write(StoredSettings(FIRST, frozenset(NAMES)))
    assert {field.name for field in fields(RecorderSettings)} | {"by_key"} == set(json.loads(text))
    assert settings_text.read(text, FIRST) == StoredSettings(FIRST, frozenset(NAMES))


def test_what_is_not_known_is_ignored_and_what_is_missing_has_its_first_value() -> None:
    text = json.dumps({
        "by_key": True, "encoder": "x264", "of a later version": [1], "templates": {"event": "E", "smell": "x"}
    })
    found = settings_text.read(text, replace(FIRST, split_time_minutes=3.0))
    assert found == StoredSettings(
        RecorderSettings(encoder="x264", split_time_minutes=3.0, templates=PathTemplates(event="E")),
        frozenset({"encoder", "templates.event"}),
    )


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
@pytest.mark.parametrize("form", [{}, {"by_key": True}])
def test_what_cannot_be_used_has_its_first_value_and_is_told(
    bad: dict[str, object], form: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    found = settings_text.read(json.dumps({"bitrate_mbits": 3, **bad, **form}), FIRST)
    assert found == StoredSettings(RecorderSettings(bitrate_mbits=3.0), frozenset({"bitrate_mbits"}))
    assert next(iter(bad)) in caplog.text


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5).map(json.dumps))
def test_any_text_gives_settings(text: str) -> None:
    assert settings_text.read(text, FIRST).in_force == FIRST
