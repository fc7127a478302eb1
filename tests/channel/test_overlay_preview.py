"""The preview of an overlay is drawn by what burns it in."""

import io

import pytest
from PIL import Image, ImageChops

from seacorder.base.errors import InputFailed
from seacorder.channel.overlay_preview import preview
from seacorder.model.command import PreviewOverlay
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind, OverlaySettings
from seacorder.model.reading import Value


def grey() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (640, 360), (90, 90, 90)).save(picture, "JPEG", quality=95)
    return picture.getvalue()


def changed_box(fields: dict[str, Value | None]) -> tuple[int, int, int, int] | None:
    """Where the preview of one line of text differs from the picture."""
    layer = Layer(LayerKind.TEXT, LayerAnchor.BOTTOM_RIGHT, "Depth {depth:.1f} m", size=0.1)
    order = PreviewOverlay(grey(), OverlaySettings((layer,)), "Bow", "", fields, 1_700_000_000 * 10**9)
    with Image.open(io.BytesIO(preview(order).jpeg)) as drawn, Image.open(io.BytesIO(grey())) as before:
        assert drawn.size == (640, 360)
        difference = ImageChops.difference(drawn.convert("L"), before.convert("L"))
        return difference.point(lambda value: 255 if value > 60 else 0).getbbox()


def test_a_layer_is_at_its_place_with_the_readings_of_now() -> None:
    with_value, without = changed_box({"depth": 142.3}), changed_box({})
    assert with_value is not None
    assert without is not None
    assert with_value[0] > 320
    assert with_value[1] > 270
    assert with_value != without


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InputFailed):
        preview(PreviewOverlay(b"nothing", OverlaySettings(), "Bow", "", {}, 0))
