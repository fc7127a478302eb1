"""What is burned into frames: where, in which colours, and which value."""

from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image, ImageChops

from fakes.marks import COLOUR, mark, read_mark
from seacorder.base.clock import NS_PER_MS
from seacorder.channel.overlay.overlay import Overlay
from seacorder.channel.overlay.texts import Texts
from seacorder.inputs.pattern import strip
from seacorder.inputs.pattern.picture import TestPicture
from seacorder.model.overlay import Layer, LayerAnchor, LayerKind, OverlaySettings

BLENDED = ["yuv420p", "yuvj420p", "nv12", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"]
LIMITED, FULL, BT709, BT601 = 1, 2, 1, 5
SIZES = [(640, 360), (641, 361), (639, 359)]


def overlay(*layers: Layer, texts: Texts | None = None) -> Overlay:
    return Overlay(OverlaySettings(layers, use_utc=True), "Bow", (texts or Texts()).at)


def grey(width: int, height: int, kind: str = "yuv420p", *, matrix: int = BT709, full: bool = False) -> av.VideoFrame:
    """A grey frame with some structure, so that a conversion would be seen."""
    frame = av.VideoFrame(width, height, kind)
    deep = 2 if kind.endswith("10le") else 1
    for index, plane in enumerate(frame.planes):
        line = b"".join((value if deep == 1 else value * 4).to_bytes(deep, "little") for value in range(100, 156))
        wide = (line * (plane.line_size // len(line) + 1))[: plane.line_size] if index == 0 else None
        neutral = (128 if deep == 1 else 512).to_bytes(deep, "little") * (plane.line_size // deep)
        plane.update((wide or neutral) * (plane.buffer_size // plane.line_size))
    frame.colorspace, frame.color_range = matrix, FULL if full else LIMITED
    frame.pts, frame.time_base = 12345, Fraction(1, 90_000)
    return frame


def planes(frame: av.VideoFrame) -> list[bytes]:
    return [bytes(plane) for plane in frame.planes]


def changed_box(before: av.VideoFrame, after: av.VideoFrame) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the luma that differs."""
    size, images = (before.width, before.height), []
    for frame in (before, after):
        plane = frame.planes[0]
        images.append(Image.frombuffer("L", size, bytes(plane), "raw", "L", plane.line_size, 1))
    box = ImageChops.difference(*images).getbbox()
    assert box is not None
    return box


def colour_at(frame: Any, x: int, y: int, *, matrix: int, full: bool) -> tuple[int, ...]:
    """RGB of one pixel, as a player would show it."""
    shown = frame.reformat(format="rgb24", src_colorspace=matrix, src_color_range=FULL if full else LIMITED)
    offset = y * shown.planes[0].line_size + 3 * x
    return tuple(bytes(shown.planes[0])[offset : offset + 3])


def test_a_frame_is_painted_anew_when_a_value_of_its_lines_changes() -> None:
    values = {0: 1.0, 1: 1.04, 2: 1.2}
    layers = (Layer(LayerKind.TEXT, text="{depth:.1f}"),)
    shown = Overlay(OverlaySettings(layers), "Bow", Texts().at, lambda at: lambda _: values[at])
    first, same, other = (planes(shown.apply(grey(320, 240), at, 0)) for at in values)
    assert first == same
    assert other != first


def test_where_nothing_is_shown_the_frame_is_handed_on_as_it_is() -> None:
    frame = grey(320, 240)
    texts = Texts()
    shown = overlay(Layer(LayerKind.TEXT), texts=texts)
    assert shown.apply(frame, 0, 0) is frame
    texts.set(5, "here")
    assert shown.apply(frame, 4, 0) is frame
    assert shown.apply(frame, 5, 0) is not frame
    texts.set(9, "")
    assert shown.apply(frame, 9, 0) is frame


@pytest.mark.parametrize("kind", BLENDED)
def test_times_colours_and_all_other_pixels_stay(kind: str) -> None:
    frame = grey(640, 360, kind, full=kind.startswith("yuvj"))
    before = planes(frame)
    after = overlay(Layer(LayerKind.CHANNEL, LayerAnchor.TOP_LEFT, colour="#ff00ff")).apply(frame, 0, 0)
    assert planes(frame) == before
    assert (after.format.name, after.pts, after.time_base) == (kind, 12345, Fraction(1, 90_000))
    assert (after.colorspace, after.color_range) == (frame.colorspace, frame.color_range)
    for old, new, plane in zip(before, planes(after), frame.planes, strict=True):
        below = plane.height * 40 // 360 * plane.line_size
        is_pair = kind.endswith("10le") or (kind == "nv12" and plane.width < frame.width)
        width = plane.width * (2 if is_pair else 1)
        assert old != new
        lines = range(below, plane.height * plane.line_size, plane.line_size)
        assert all(old[line : line + width] == new[line : line + width] for line in lines)


@pytest.mark.parametrize("kind", ["yuyv422", "bgr0", "gbrp", "gray", "p010le", "yuv420p12le", "yuv411p"])
def test_what_cannot_be_blended_takes_a_way_over_a_format_that_can(kind: str) -> None:
    frame = av.VideoFrame(320, 240, "rgb24").reformat(format=kind)
    frame.pts, frame.time_base = 7, Fraction(1, 25)
    after = overlay(Layer(LayerKind.CHANNEL, colour="#ffffff", size=0.2)).apply(frame, 0, 0)
    assert after.format.name == kind
    assert (after.pts, after.time_base) == (7, Fraction(1, 25))
    luma = bytes(after.reformat(format="gray").planes[0])
    assert max(luma) > 200


@pytest.mark.parametrize(("anchor", "size"), list(product(LayerAnchor, SIZES)))
def test_every_anchor_has_its_place_on_even_and_odd_sizes(anchor: LayerAnchor, size: tuple[int, int]) -> None:
    frame = grey(*size)
    layer = Layer(LayerKind.TEXT, anchor, text="Ag", size=0.1, margin=0.05, background="#0000ff")
    left, top, right, bottom = changed_box(frame, overlay(layer).apply(frame, 0, 0))
    width, height = size
    margin = round(0.05 * height)
    where = anchor.value
    across = left - margin if "left" in where else width - margin - right if "right" in where else left + right - width
    down = top - margin if "top" in where else height - margin - bottom if "bottom" in where else top + bottom - height
    assert abs(across) <= 3
    assert abs(down) <= 3


@pytest.mark.parametrize(
    ("kind", "matrix", "colour"), list(product(BLENDED, (BT709, BT601), ("#ff0000", "#20c040", "#ffffff")))
)
def test_colours_are_those_of_the_pictures_own_matrix_and_range(kind: str, matrix: int, colour: str) -> None:
    full = kind.startswith("yuvj")
    frame = grey(640, 360, kind, matrix=matrix, full=full)
    layer = Layer(LayerKind.TEXT, LayerAnchor.CENTRE, text="█████", size=0.3, colour=colour, outline=None)
    shown = colour_at(overlay(layer).apply(frame, 0, 0), 320, 180, matrix=matrix, full=full)
    wanted = tuple(bytes.fromhex(colour[1:]))
    assert all(abs(one - other) <= 4 for one, other in zip(shown, wanted, strict=True)), shown


def test_full_range_is_known_by_the_frames_field_too() -> None:
    frame = grey(640, 360, full=True)
    layer = Layer(LayerKind.TEXT, LayerAnchor.CENTRE, text="█████", size=0.3, colour="#ffffff", outline=None)
    assert max(planes(overlay(layer).apply(frame, 0, 0))[0]) == 255


@pytest.mark.parametrize("kind", ["yuv420p", "yuv422p10le", "nv12"])
def test_an_image_keeps_its_colours_and_lets_the_picture_through(kind: str, tmp_path: Path) -> None:
    logo = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    logo.paste((255, 128, 0, 255), (0, 0, 20, 40))
    logo.paste((255, 255, 255, 128), (20, 0, 40, 20))
    logo.save(tmp_path / "logo.png")
    frame = grey(400, 400, kind)
    layer = Layer(LayerKind.IMAGE, text=str(tmp_path / "logo.png"), size=0.1, margin=0.1)
    after = overlay(layer).apply(frame, 0, 0)
    solid = colour_at(after, 50, 60, matrix=BT709, full=False)
    assert all(abs(one - other) <= 5 for one, other in zip(solid, (255, 128, 0), strict=True)), solid
    half, under = (colour_at(one, 70, 50, matrix=BT709, full=False)[0] for one in (after, frame))
    assert abs(half - (under + 255) // 2) <= 4
    clear = [colour_at(one, 70, 70, matrix=BT709, full=False) for one in (after, frame)]
    assert all(abs(one - other) <= 1 for one, other in zip(*clear, strict=True))


def test_a_background_may_be_seen_through_and_an_outline_surrounds() -> None:
    frame = grey(400, 400)
    base = Layer(LayerKind.TEXT, LayerAnchor.CENTRE, text="█", size=0.5, colour="#00ff00", outline="#ff0000")
    after = overlay(base).apply(frame, 0, 0)
    left, top, _, _ = changed_box(frame, after)
    edge = colour_at(after, left + 5, 200, matrix=BT709, full=False)
    assert edge[0] > 200
    assert edge[1] < 60
    through = Layer(LayerKind.TEXT, LayerAnchor.CENTRE, text=" ", size=0.5, background="#ffffff80", outline=None)
    middle, under = (
        colour_at(one, 200, 200, matrix=BT709, full=False)[0] for one in (overlay(through).apply(frame, 0, 0), frame)
    )
    assert abs(middle - (under + 255) // 2) <= 4
    assert top > 0


def test_a_higher_layer_lies_over_a_lower_one_and_equals_stand_below_one_another() -> None:
    frame = grey(400, 400)
    red, green = (
        Layer(LayerKind.TEXT, LayerAnchor.CENTRE, text="█████", size=0.25, colour=colour, outline=None, z=z)
        for colour, z in (("#ff0000", 1), ("#00ff00", 0))
    )
    over = overlay(red, green).apply(frame, 0, 0)
    assert colour_at(over, 200, 200, matrix=BT709, full=False)[0] > 200
    stacked = overlay(
        *(Layer(LayerKind.TEXT, text="█████", size=0.25, colour=one, outline=None) for one in ("#ff0000", "#00ff00"))
    ).apply(frame, 0, 0)
    assert colour_at(stacked, 60, 70, matrix=BT709, full=False)[0] > 200
    assert colour_at(stacked, 60, 180, matrix=BT709, full=False)[1] > 200


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 7), (16, 16), (34, 18), (3840, 2160)])
def test_pictures_of_any_size_are_taken(size: tuple[int, int]) -> None:
    layers = [Layer(LayerKind.TEXT, anchor, text="A long line of text\nand another") for anchor in LayerAnchor]
    after = overlay(*layers).apply(grey(*size), 0, 0)
    assert (after.width, after.height) == size


def test_a_source_that_changes_its_size_or_colours_goes_on() -> None:
    shown = overlay(Layer(LayerKind.CHANNEL))
    for frame in (grey(640, 360), grey(320, 240), grey(320, 240, "yuv420p10le"), grey(320, 240, matrix=BT601)):
        after = shown.apply(frame, 0, 0)
        assert (after.width, after.format.name, after.colorspace) == (frame.width, frame.format.name, frame.colorspace)


def test_a_font_that_is_gone_is_replaced(tmp_path: Path) -> None:
    shown = overlay(Layer(LayerKind.CHANNEL, font=str(tmp_path / "gone.ttf")))
    frame = grey(320, 240)
    assert planes(shown.apply(frame, 0, 0)) == planes(overlay(Layer(LayerKind.CHANNEL)).apply(frame, 0, 0))
    assert "gone.ttf" in shown.faults[0].fact
    assert shown.faults[0].fact.endswith(" DejaVu Sans is used instead.")


def test_a_file_that_is_gone_costs_its_layer_only(tmp_path: Path) -> None:
    gone, no_picture = tmp_path / "gone.png", tmp_path / "no.png"
    no_picture.write_text("no picture")
    shown = overlay(*(Layer(LayerKind.IMAGE, text=str(path)) for path in (gone, no_picture)), Layer(LayerKind.CHANNEL))
    frame = grey(320, 240)
    assert shown.apply(frame, 0, 0) is not frame
    assert len(shown.faults) == 2
    assert str(gone) in shown.faults[0].fact
    assert shown.faults[0].fact.endswith(" Pictures are without it.")


def test_only_what_changes_is_painted_anew() -> None:
    texts = Texts()
    shown = overlay(
        Layer(LayerKind.TEXT),
        Layer(LayerKind.TIME, LayerAnchor.BOTTOM, text="%S"),
        Layer(LayerKind.CHANNEL, LayerAnchor.TOP),
        texts=texts,
    )
    texts.set(0, "steady")
    frame = grey(320, 240)
    seen = set()
    for number in range(50):
        shown.apply(frame, number, number * 40 * NS_PER_MS)
        seen.add(tuple(id(place.patch) for place in shown._places))
    assert len(seen) == 2


def test_each_frame_carries_the_text_valid_at_its_instant_and_the_strip_survives() -> None:
    """Through x264 and back, with changes set late, early and between two frames."""
    layer = Layer(LayerKind.TEXT, LayerAnchor.BOTTOM, size=0.1, outline=None, colour=COLOUR, background="#000000")
    texts = Texts()
    shown = overlay(layer, texts=texts)
    picture = TestPicture(640, 360, "Bow", 3)
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 360, "yuv420p"
    encoder.time_base, encoder.bit_rate = Fraction(1, 25), 1_000_000
    encoder.options = {"preset": "veryfast", "tune": "zerolatency"}
    decoder: Any = av.CodecContext.create("h264", "r")
    changes = [number * 97 * NS_PER_MS for number in range(40)]
    for number, at_ns in enumerate(changes):
        texts.set(at_ns, mark(number))
    read = []
    for number in range(96):
        frame = shown.apply(picture.frame(number, number * 40), number * 40 * NS_PER_MS, 0)
        frame.pts, frame.time_base = number, Fraction(1, 25)
        for packet in encoder.encode(frame):
            read += decoder.decode(packet)
    read += [frame for packet in encoder.encode(None) for frame in decoder.decode(packet)] + decoder.decode(None)
    assert len(read) == 96
    for number, frame in enumerate(read):
        valid = max(k for k, at_ns in enumerate(changes) if at_ns <= number * 40 * NS_PER_MS)
        assert read_mark(frame, 0.88, 0.98) == valid
        plane = frame.planes[0]
        stripe = strip.read(memoryview(plane), plane.line_size, 640, 360)
        assert stripe is not None
        assert stripe.number == number
