"""`[overlay]` in the settings file: what is meant, what is refused and what workers are given."""

import tomllib
from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.load import check
from seacorder.config.schema import Settings
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind, OverlaySettings

CHANNELS = '[[channels]]\nname = "Bow"\ninput = "test:"\n[[channels]]\nname = "Stern"\ninput = "test:"\n'


def load(text: str) -> Settings:
    return check(tomllib.loads(text + CHANNELS), place="FILE", folder=Path("/etc/x"), environment={})


def faults_of(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(text)
    return [fault.text for fault in caught.value.faults]


def test_without_layers_text_time_and_name_are_shown() -> None:
    bow, stern = (one.overlay for one in load("").channel_settings())
    assert [(one.kind, one.anchor) for one in bow.layers] == [
        (LayerKind.TEXT, LayerAnchor.TOP_LEFT),
        (LayerKind.TIME, LayerAnchor.BOTTOM_LEFT),
        (LayerKind.CHANNEL, LayerAnchor.BOTTOM_RIGHT),
    ]
    assert bow == stern
    assert load("[overlay]\nlayers = []\n").channel_settings()[0].overlay.layers == ()


def test_every_key_reaches_the_worker() -> None:
    settings = load(
        '[overlay]\ntime = "utc"\n[[overlay.layers]]\nkind = "image"\nfile = "logo.png"\nanchor = "centre"\n'
        'size = 0.1\nz = -1\n[[overlay.layers]]\nkind = "text"\ntext = "Job"\nmargin = 0.1\nfont = "/f.ttf"\n'
        'colour = "#FF0000"\noutline = "none"\nbackground = "#00000080"\nchannels = ["Stern"]\n'
    )
    bow, stern = (one.overlay for one in settings.channel_settings())
    image = Layer(LayerKind.IMAGE, LayerAnchor.CENTRE, "/etc/x/logo.png", size=0.1, z=-1)
    text = Layer(
        LayerKind.TEXT, text="Job", margin=0.1, font="/f.ttf", colour="#ff0000", outline=None, background="#00000080"
    )
    assert bow == OverlaySettings((image,), use_utc=True)
    assert stern == OverlaySettings((image, text), use_utc=True)


@pytest.mark.parametrize(
    ("layer", "fault"),
    [
        ('kind = "video"', "FILE: [[overlay.layers]] 1 kind: 'video' is not accepted. Write"),
        ('anchor = "top"', "[[overlay.layers]] 1 has no kind. Write"),
        ('kind = "text"\nanchor = "middle"', "FILE: [[overlay.layers]] 1 anchor: 'middle' is not accepted. Write"),
        ('kind = "text"\ncolour = "red"', "FILE: [[overlay.layers]] 1 colour: 'red' is no colour. Write #"),
        ('kind = "text"\nsize = 2', "FILE: [[overlay.layers]] 1 size: 2 is not accepted. Write a number from 0.005"),
        ('kind = "text"\ncolor = "#ffffff"', "FILE: [[overlay.layers]] 1 has no key 'color'. Did you mean colour?"),
        ('kind = "image"', "FILE: [[overlay.layers]] 1: an image needs its file"),
        ('kind = "time"\ntext = "x"', "FILE: [[overlay.layers]] 1: a layer of kind 'time' has no text. That belongs"),
        ('kind = "time"\npattern = " "', "FILE: [[overlay.layers]] 1 pattern: ' ' shows nothing"),
        (
            'kind = "text"\nchannels = ["Bwo"]',
            "1 channels: there is no channel 'Bwo'. Did you mean Bow?",
        ),
    ],
)
def test_faults_name_the_layer_and_what_to_write(layer: str, fault: str) -> None:
    assert any(fault in one for one in faults_of(f"[[overlay.layers]]\n{layer}\n"))


def test_a_mistake_in_a_field_of_a_line_is_named() -> None:
    (fault,) = faults_of('[[overlay.layers]]\nkind = "text"\ntext = "Depth {depth:.1x} m"\n')
    assert "{depth:.1x}" in fault
