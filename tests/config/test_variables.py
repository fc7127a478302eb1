"""Variables override the file, and a mistyped one is told."""

from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.load import check


def settings(environment: dict[str, str], channels: int = 1):
    raw = {"channels": [{"name": f"c{number}", "input": "test:"} for number in range(channels)]}
    return check(raw, place="FILE", folder=Path("/"), environment=environment)


def test_keys_of_every_kind() -> None:
    found = settings({
        "SEACORDER_SERVER_HOST": "0.0.0.0",
        "SEACORDER_SERVER_INSPECTOR_PORT": "13001",
        "SEACORDER_SERVER_ALLOWED_HOSTS": "a, b",
        "SEACORDER_SERVER_ALLOWED_ORIGINS": '["http://x:1/"]',
        "SEACORDER_INTEGRATION_BARE_FALSE": "true",
        "SEACORDER_STORAGE_ROOT": "/data",
        "SEACORDER_STORAGE_DRIVES_C": "/data/c",
        "SEACORDER_RECORDING_SPLIT_TIME_MINUTES": "0.5",
        "SEACORDER_CHANNELS_1_INPUT": "test:?rate=5",
        "SEACORDER_CONFIG": "not a setting",
        "PATH": "/bin",
    })
    assert (found.server.host, found.server.inspector_port) == ("0.0.0.0", 13001)
    assert (found.server.allowed_hosts, found.server.allowed_origins) == (("a", "b"), ("http://x:1",))
    assert found.integration.bare_false
    assert (found.storage.root, found.storage.drives) == (Path("/data"), {"C": Path("/data/c")})
    assert found.recording.split_time_minutes == 0.5
    assert found.channels[0].input == "test:?rate=5"


def test_a_channel_can_be_added() -> None:
    found = settings({"SEACORDER_CHANNELS_2_NAME": "Stern", "SEACORDER_CHANNELS_2_INPUT": "test:"})
    assert [channel.name for channel in found.channels] == ["c0", "Stern"]


@pytest.mark.parametrize("name", [
    "SEACORDER_SEVER_HOST", "SEACORDER_SERVER_HOTS", "SEACORDER_CHANNELS_0_NAME", "SEACORDER_CHANNELS_9_NAME",
    "SEACORDER_CHANNELS_1_COLOUR", "SEACORDER_STORAGE",
])
def test_an_unknown_variable_is_refused(name) -> None:
    with pytest.raises(SettingsError, match=f"variable {name}: no setting of that name"):
        settings({name: "x"})


def test_a_suggestion_and_a_bad_value_name_the_variable() -> None:
    with pytest.raises(SettingsError) as caught:
        settings({"SEACORDER_SERVER_HOTS": "x", "SEACORDER_SERVER_INSPECTOR_PORT": "many"})
    text = str(caught.value)
    assert "Did you mean SEACORDER_SERVER_HOST?" in text
    assert "variable SEACORDER_SERVER_INSPECTOR_PORT: 'many' is not accepted. Write a whole number" in text
