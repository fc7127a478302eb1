"""The eight keys of encoding, twice: in `[recording]` for all channels, in `[[channels]]` for one of them."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from seacorder.config.values import SettingsTable, encoder, key, resolution, two_sides
from seacorder.model.encoding import BITRATE_MBITS_MAX, FRAME_RATE_MAX, RESOLUTION_MAX
from seacorder.model.settings import ChannelEncoding

EncoderName = Annotated[str, AfterValidator(encoder)]
Resolution = Annotated[tuple[int, int], BeforeValidator(two_sides), AfterValidator(resolution)]

_SWITCH = "true or false"
_ENCODER = '"copy", a short name such as "x264", or FFmpeg\'s own; see docs/setup/encoding.md'
_BITRATE = f"a number of Mbit/s from 0 to {BITRATE_MBITS_MAX:,.0f}"
_RESOLUTION = f"[0, 0], or width and height from 1 to {RESOLUTION_MAX:,} such as [1280, 720]"
_FRAME_RATE = f"a number of frames a second from 0 to {FRAME_RATE_MAX:,.0f}"
_AS_RECORDING = "unset: as for all channels"


class EncodingKeys(SettingsTable):
    """In `[recording]`: for every channel that does not set the key itself."""

    smart_encoding: bool = key(
        True, "Seacorder chooses encoder, bit rate, size and rate itself; the four keys below are not used then.",
        _SWITCH
    )
    encoder: EncoderName = key("copy", "What encodes; `copy` stores the source's own frames.", _ENCODER)
    bitrate_mbits: float = key(
        0.0, "Bit rate; 0: Seacorder chooses.", _BITRATE, ge=0, le=BITRATE_MBITS_MAX, allow_inf_nan=False
    )
    resolution: Resolution = key((0, 0), "Size of what is stored; 0, 0: the source's.", _RESOLUTION)
    frame_rate: float = key(
        0.0, "Frames a second of what is stored; 0: the source's.", _FRAME_RATE, ge=0, le=FRAME_RATE_MAX,
        allow_inf_nan=False
    )
    burn_in: bool = key(False, "The overlay becomes part of the picture, for which it is encoded.", _SWITCH)
    keep_clean: bool = key(
        False, "With `burn_in`: the untouched frames are recorded beside the burned-in ones.", _SWITCH
    )
    deinterlace: bool = key(False, "Interlaced pictures become progressive, for which they are encoded.", _SWITCH)


class OwnEncodingKeys(SettingsTable):
    """In `[[channels]]`: None where the channel does not set the key itself."""

    smart_encoding: bool | None = key(None, f"As in `[recording]`, for this channel; {_AS_RECORDING}.", _SWITCH)
    encoder: EncoderName | None = key(None, f"As in `[recording]`, for this channel; {_AS_RECORDING}.", _ENCODER)
    bitrate_mbits: float | None = key(
        None, f"As in `[recording]`, for this channel; {_AS_RECORDING}.", _BITRATE, ge=0, le=BITRATE_MBITS_MAX,
        allow_inf_nan=False
    )
    resolution: Resolution | None = key(
        None, f"As in `[recording]`, for this channel; {_AS_RECORDING}.", _RESOLUTION
    )
    frame_rate: float | None = key(
        None, f"As in `[recording]`, for this channel; {_AS_RECORDING}.", _FRAME_RATE, ge=0, le=FRAME_RATE_MAX,
        allow_inf_nan=False
    )
    burn_in: bool | None = key(None, f"As in `[recording]`, for this channel; {_AS_RECORDING}.", _SWITCH)
    keep_clean: bool | None = key(None, f"As in `[recording]`, for this channel; {_AS_RECORDING}.", _SWITCH)
    deinterlace: bool | None = key(None, f"As in `[recording]`, for this channel; {_AS_RECORDING}.", _SWITCH)

    @property
    def own_encoding(self) -> ChannelEncoding:
        """The keys that the channel sets itself, as `control` takes them."""
        return ChannelEncoding(
            is_smart=self.smart_encoding,
            encoder=self.encoder,
            bitrate_mbits=self.bitrate_mbits,
            resolution=self.resolution,
            frame_rate=self.frame_rate,
            burn_in=self.burn_in,
            keep_clean=self.keep_clean,
            deinterlace=self.deinterlace,
        )
