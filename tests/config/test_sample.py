"""The sample file works as it stands and names every key."""

import re
import tomllib
from pathlib import Path

import pytest

from seacorder.config.keys import every_key
from seacorder.config.load import check
from seacorder.config.sample import SAMPLE

pytestmark = pytest.mark.docs


def load(text: str):
    return check(tomllib.loads(text), place="sample", folder=Path("/"), environment={})


def test_the_sample_is_valid() -> None:
    assert [channel.name for channel in load(SAMPLE).channels] == ["Bow", "Pattern"]


def test_what_is_off_in_the_sample_is_valid_when_it_is_on() -> None:
    switched_on = re.sub(
        r"^# (\[(?:storage|blackbox|removal)|\[\[(?:server|overlay|telemetry|readings_out|definitions|observations)"
        r"|\[\[copies|\w+ =)",
        r"\1",
        SAMPLE,
        flags=re.MULTILINE,
    )
    settings = load(switched_on)
    assert settings.storage.drives == {"C": Path("/data/c")}
    assert settings.templates.clip
    assert [(one.name, one.role) for one in settings.server.access] == [
        ("Control room", "operator"), ("Client's office", "viewer"),
    ]
    assert settings.blackbox.root == Path("/mnt/blackbox")
    assert [source.name for source in settings.telemetry] == ["Survey"]
    assert [layer.kind for layer in settings.overlay.layers] == ["text", "time", "image"]
    assert [table.name for table in settings.definitions] == [
        "ROV altimeter", "Fix string", "Probe", "Counter", "Columns",
    ]


def test_every_key_stands_in_the_sample() -> None:
    for key in every_key():
        assert key.table in SAMPLE or key.name == "drives"
        assert re.search(rf"^(# )?(\[storage\.)?{key.name}( =|\])", SAMPLE, re.MULTILINE), key
