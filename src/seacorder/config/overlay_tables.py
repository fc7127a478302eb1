"""`[overlay]` and `[[overlay.layers]]`: what is shown over the pictures of channels with `burn_in`."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator

from seacorder.config.values import SettingsTable, Unaccepted, key, listed, parsed, user_path
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind, OverlaySettings
from seacorder.model.overlay_line import line_of

NONE = "none"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")
_FRACTION = re.compile(r"%[1-6]f")
_COLOURS = 'a colour such as `"#ffcc00"`, or `"#00000080"` to let the picture through'
_SHARE = "a number from {} to {}"
_FILE = "a file; `~` is the home folder of Seacorder's user, a relative one is beside the settings file"
_OWN = {"text": LayerKind.TEXT, "pattern": LayerKind.TIME, "file": LayerKind.IMAGE}
"""The keys that only one kind of layer has."""


def one_colour(text: str) -> str:
    """`#rrggbb` or `#rrggbbaa`."""
    if not _COLOUR.fullmatch(text):
        raise Unaccepted(f"{text!r} is no colour.", "Write # and six digits of 0-9 and a-f, such as #ffcc00.")
    return text.lower()


def colour_or_none(text: str) -> str:
    """`#rrggbb`, `#rrggbbaa`, or `none`."""
    return text if text == NONE else one_colour(text)


def time_pattern(pattern: str) -> str:
    """A pattern of `strftime` that gives a text. `%1f` to `%6f` are ours: so many digits of the second's fraction."""
    try:
        shown = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).strftime(_FRACTION.sub("0", pattern))
    except ValueError as error:
        raise Unaccepted(f"{pattern!r} is no pattern of a time.", "Write one such as %Y-%m-%d %H:%M:%S.") from error
    if not shown.strip():
        raise Unaccepted(f"{pattern!r} shows nothing.", "Write a pattern such as %H:%M:%S.")
    return pattern


def overlay_line(text: str) -> str:
    """A text with fields in braces."""
    parsed(line_of, text)
    return text


class LayerTable(SettingsTable):
    """One layer: one thing that is shown."""

    kind: Literal["text", "time", "channel", "image"] = key(
        ..., "What it shows: a text, the time of the picture, the channel's name or an image.",
        '`"text"`, `"time"`, `"channel"` or `"image"`'
    )
    anchor: Literal[
        "top_left", "top", "top_right", "left", "centre", "right", "bottom_left", "bottom", "bottom_right"
    ] = key("top_left", "Its place in the picture.", ", ".join(f'`"{anchor}"`' for anchor in LayerAnchor))
    text: Annotated[str, AfterValidator(overlay_line)] = key(
        "", "Of a text: what is shown; empty: what a client has set.",
        "text; `\\n` begins a new line, `{depth:.1f}` is a [field](../setup/overlays.md#fields)"
    )
    pattern: Annotated[str, AfterValidator(time_pattern)] = key(
        "%Y-%m-%d %H:%M:%S",
        "Of a time: how it is written; `%1f` to `%6f` are so many digits of the second's fraction.",
        "a pattern of `strftime`"
    )
    file: Annotated[Path, AfterValidator(user_path)] | None = key(
        None, "Of an image: the picture, PNG with transparency or any other that Pillow reads.", _FILE
    )
    size: float = key(
        0.04, "Height of a line, or of the image, as a share of the picture's height.", _SHARE.format(0.005, 1),
        ge=0.005, le=1
    )
    margin: float = key(
        0.02, "Distance from the edges, as a share of the picture's height.", _SHARE.format(0, 0.5), ge=0, le=0.5
    )
    font: Annotated[Path, AfterValidator(user_path)] | None = key(
        None, "A TrueType or OpenType font; unset: DejaVu Sans, which comes with the program.", _FILE
    )
    colour: Annotated[str, AfterValidator(one_colour)] = key("#ffffff", "Of the letters.", _COLOURS)
    outline: Annotated[str, AfterValidator(colour_or_none)] = key(
        "#000000", "Around the letters.", f'{_COLOURS}; or `"none"`'
    )
    background: Annotated[str, AfterValidator(colour_or_none)] = key(
        NONE, "Behind the lines.", f'{_COLOURS}; or `"none"`'
    )
    z: int = key(
        0, "A higher layer lies over a lower one; those of one anchor and one z stand below one another, as written.",
        "a whole number"
    )
    channels: Annotated[tuple[str, ...], BeforeValidator(listed)] = key(
        (), "Channels that show it; empty: all that burn in.", "a list of channels' names"
    )

    @model_validator(mode="after")
    def _keys_fit_the_kind(self) -> "LayerTable":
        for name, kind in _OWN.items():
            if name in self.model_fields_set and self.kind != kind.value:
                raise Unaccepted(
                    f"a layer of kind {self.kind!r} has no {name}.", f"That belongs to kind {kind.value!r}."
                )
        if self.kind == LayerKind.IMAGE.value and self.file is None:
            raise Unaccepted("an image needs its file.", 'Write file = "logo.png".')
        return self

    def layer(self) -> Layer:
        """The layer as workers take it."""
        own = {"text": self.text, "time": self.pattern, "image": str(self.file), "channel": ""}
        return Layer(
            kind=LayerKind(self.kind),
            anchor=LayerAnchor(self.anchor),
            text=own[self.kind],
            size=self.size,
            margin=self.margin,
            font=None if self.font is None else str(self.font),
            colour=self.colour,
            outline=None if self.outline == NONE else self.outline,
            background=None if self.background == NONE else self.background,
            z=self.z,
        )


FIRST_LAYERS = (
    LayerTable(kind="text", anchor="top_left"),
    LayerTable(kind="time", anchor="bottom_left"),
    LayerTable(kind="channel", anchor="bottom_right"),
)
"""Burned in if the settings file has no layers."""


class OverlayTable(SettingsTable):
    """All layers, and the time zone of the times in them."""

    time: Literal["local", "utc"] = key("local", "Time zone of times in pictures.", '"local" or "utc"')
    layers: tuple[LayerTable, ...] = key(
        FIRST_LAYERS, "What is shown.", "any number of [[overlay.layers]] tables, each with a kind"
    )

    def settings_for(self, channel: str) -> OverlaySettings:
        """The layers that one channel shows."""
        layers = [layer.layer() for layer in self.layers if not layer.channels or channel in layer.channels]
        return OverlaySettings(tuple(layers), use_utc=self.time == "utc")
