"""The keys of encoding: what is accepted, and what holds for a channel."""

import tomllib
from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.load import check
from seacorder.config.schema import Settings
from seacorder.model.encoding import EncodingSettings
from seacorder.model.settings import ChannelEncoding, RecorderSettings

CHANNEL = '[[channels]]\nname = "Bow"\ninput = "test:"\n'


def load(text: str, **environment: str) -> Settings:
    return check(tomllib.loads(text), place="sample", folder=Path("/"), environment=environment)


def test_nothing_said_is_smart_encoding() -> None:
    settings = load(CHANNEL)
    assert settings.first_recorder_settings() == RecorderSettings()
    assert settings.own_encodings() == {"Bow": ChannelEncoding()}
    assert settings.channel_settings()[0].encoding == EncodingSettings()


def test_first_values_stand_in_recording_and_a_channels_own_with_it() -> None:
    settings = load(
        '[recording]\nsmart_encoding = false\nencoder = "X265"\nresolution = [1280, 720]\nkeep_clean = true\n'
        + CHANNEL + 'encoder = "n264"\nbitrate_mbits = 1.5\nframe_rate = 12.5\nburn_in = true\n'
    )
    first = RecorderSettings(is_smart_encoding=False, encoder="x265", resolution=(1280, 720), keep_clean=True)
    assert settings.first_recorder_settings() == first
    own = ChannelEncoding(encoder="n264", bitrate_mbits=1.5, frame_rate=12.5, burn_in=True)
    assert settings.own_encodings() == {"Bow": own}


def test_variables_override_them() -> None:
    settings = load(CHANNEL, SEACORDER_CHANNELS_1_RESOLUTION="640,480", SEACORDER_RECORDING_BURN_IN="true")
    assert settings.own_encodings()["Bow"].resolution == (640, 480)
    assert settings.first_recorder_settings().burn_in


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('encoder = "vhs"', "`seacorder encoders` shows"),
        ("bitrate_mbits = -1", "a number of Mbit/s from 0 to 10,000"),
        ("bitrate_mbits = inf", "a number of Mbit/s from 0 to 10,000"),
        ("resolution = [0, 5]", "0 by 5 is not accepted"),
        ("resolution = [1, 2, 3]", "[0, 0], or width and height"),
        ('frame_rate = "fast"', "a number of frames a second from 0 to 1,000"),
        ("burn_in = 3", "true or false"),
    ],
)
@pytest.mark.parametrize("table", ["[recording]\n{}\n" + CHANNEL, CHANNEL + "{}\n"])
def test_what_is_not_accepted_is_said_with_what_is(table: str, line: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(table.format(line))
    assert said in str(refused.value)
