"""What is burned in, where the overlay itself fails: pictures go on."""

from collections.abc import Iterator
from typing import Any

import av
import pytest

from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.encoding.burn_in import RETRY_NS, BurnIn
from seacorder.model.channel import ChannelSettings
from seacorder.model.event import Severity
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind, OverlaySettings

SETTINGS = ChannelSettings(0, "Bow", "test:", overlay=OverlaySettings((Layer(LayerKind.TEXT, LayerAnchor.TOP_LEFT),)))


def black() -> av.VideoFrame:
    frame = av.VideoFrame(320, 180, "yuv420p")
    for plane, value in zip(frame.planes, (16, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


def is_burned(frame: av.VideoFrame) -> bool:
    return max(bytes(frame.planes[0])) > 100


@pytest.mark.parametrize("error", [ValueError("a bad text"), KeyError("x"), MemoryError()])
def test_an_overlay_that_fails_costs_no_picture_and_comes_back(error: Exception) -> None:
    texts: Iterator[str | Exception] = iter(["Depth 1", error, error, "Depth 2"])
    told: list[tuple[Any, ...]] = []

    def text_at(_: int) -> str:
        text = next(texts)
        if isinstance(text, Exception):
            raise text
        return text

    burn_in = BurnIn(SETTINGS, text_at, lambda *event: told.append(event))
    at_ns = NS_PER_SECOND
    assert is_burned(burn_in.apply(black(), at_ns, at_ns))
    for later_ns in (1, 2, RETRY_NS, RETRY_NS + 1):
        frame = black()
        assert burn_in.apply(frame, at_ns + later_ns, at_ns) is frame
    assert is_burned(burn_in.apply(black(), at_ns + 2 * RETRY_NS + 1, at_ns))
    ((kind, severity, fact, action),) = told
    assert (kind, severity) == ("overlay_failed", Severity.WARNING)
    why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    assert fact == f"Bow: the overlay cannot be drawn ({why}). Pictures are without it."
    assert action.startswith("Seacorder tries again every second. If it stays, check `[overlay]` in the settings file")
