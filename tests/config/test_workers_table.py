"""How many channels share a recording process: what is accepted, and what is said of the rest."""

from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.load import check
from seacorder.config.schema import Settings

CHANNELS = [{"name": "Bow", "input": "test:"}]


def settings(value: object) -> Settings:
    raw = {"channels": CHANNELS, "workers": {"channels_per_process": value}}
    return check(raw, place="x.toml", folder=Path("/"), environment={})


@pytest.mark.parametrize(("value", "number"), [("auto", 0), (1, 1), (8, 8), (64, 64), ("8", 8)])
def test_what_is_accepted(value: object, number: int) -> None:
    assert settings(value).workers.per_process == number


@pytest.mark.parametrize("value", [0, -1, 65, "many", True, 2.5, []])
def test_what_is_not_accepted_is_said_in_one_sentence(value: object) -> None:
    with pytest.raises(SettingsError) as raised:
        settings(value)
    (fault,) = raised.value.faults
    assert fault.fact.endswith(f"[workers] channels_per_process: {value!r} is not accepted.")
    assert fault.action == 'Write "auto", or a whole number from 1 to 64.'


def test_where_a_process_cannot_be_shared_each_channel_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seacorder.config.schema.is_possible", lambda: False)
    assert settings(8).workers.per_process == 1


def test_by_default_the_number_of_channels_decides() -> None:
    assert check({"channels": CHANNELS}, place="x", folder=Path("/"), environment={}).workers.per_process == 0
