"""What `/api/v1` answers about settings. The names are those of the settings file. Pure."""

from collections.abc import Iterable

from pydantic import Field

from seacorder.api.v1.view import Utc, View, shown, utc_text
from seacorder.model.settings import ChannelSettingsView, Override, RecorderSettings, SettingValue, TakesEffect


class EncodingView(View):
    """How one channel is to be encoded: every value that holds."""

    smart_encoding: bool
    encoder: str
    bitrate_mbits: float
    resolution: tuple[int, int]
    frame_rate: float
    burn_in: bool
    keep_clean: bool
    deinterlace: bool


class RecorderSettingsView(EncodingView):
    """For all channels that have nothing of their own."""

    split_time_minutes: float
    reevaluate_tags_on_split: bool
    restart_on_failure: bool


class OwnEncodingView(View):
    """What a channel has of its own; null: as the recorder."""

    smart_encoding: bool | None
    encoder: str | None
    bitrate_mbits: float | None
    resolution: tuple[int, int] | None
    frame_rate: float | None
    burn_in: bool | None
    keep_clean: bool | None
    deinterlace: bool | None


class DecisionView(View):
    """What becomes of the pictures that the source sends now."""

    is_pass_through: bool
    sentence: str
    encoder: str
    preset: str
    bit_rate: int
    width: int
    height: int
    frame_rate: float
    """0: each frame of the source, at its own time."""
    next_best: tuple[str, ...]


class OverrideView(View):
    """A key of the settings file in whose place another value holds, because a client has set it."""

    key: str
    in_force: SettingValue
    in_file: SettingValue


class ChannelSettingsAnswer(View):
    """The settings of one channel, and what they come to."""

    index: int
    channel: str
    own: OwnEncodingView
    in_force: EncodingView
    decided: DecisionView | None = Field(description="Null while the source has sent no picture")
    takes_effect: TakesEffect
    from_utc: Utc | None
    """When the next split is; null: now, or after the recording."""


class SettingsAnswer(View):
    """The recorder's settings, and every channel's."""

    recorder: RecorderSettingsView
    channels: list[ChannelSettingsAnswer]
    overrides: list[OverrideView]
    """Keys of the settings file in whose place a client's value holds."""


def settings_answer(
    settings: RecorderSettings, channels: tuple[ChannelSettingsView, ...], overrides: tuple[Override, ...]
) -> SettingsAnswer:
    """All of it."""
    recorder = shown(RecorderSettingsView, settings, smart_encoding=settings.is_smart_encoding)
    answers = [channel_answer(index, one) for index, one in enumerate(channels)]
    return SettingsAnswer(recorder=recorder, channels=answers, overrides=override_views(overrides))


def channel_answer(index: int, view: ChannelSettingsView) -> ChannelSettingsAnswer:
    """One channel."""
    plan = view.plan
    return ChannelSettingsAnswer(
        index=index,
        channel=view.channel,
        own=shown(OwnEncodingView, view.own, smart_encoding=view.own.is_smart),
        in_force=shown(EncodingView, view.in_force, smart_encoding=view.in_force.is_smart),
        decided=None if plan is None else shown(DecisionView, plan, frame_rate=float(plan.frame_rate)),
        takes_effect=view.takes_effect,
        from_utc=None if view.from_utc_ns is None else utc_text(view.from_utc_ns),
    )


def override_views(overrides: Iterable[Override]) -> list[OverrideView]:
    """As the settings file would have them."""
    return [OverrideView(key=one.key, in_force=one.in_force, in_file=one.in_file) for one in overrides]
