"""Single values of the settings: what is taken, in which form, and what is refused with a sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.config import values


@pytest.mark.parametrize(
    ("read", "written", "meant"),
    [
        (values.listed, "a, b,,c", ["a", "b", "c"]),
        (values.listed, '["a", "b"]', ["a", "b"]),
        (values.listed, ("a",), ("a",)),
        (values.drive_letter, "c:", "C"),
        (values.web_origin, "HTTP://10.0.0.7:80/", "http://10.0.0.7"),
        (values.web_origin, "https://bücher.example:8443", "https://xn--bcher-kva.example:8443"),
        (values.web_origin, "tauri://localhost", "tauri://localhost"),
        (values.host_name, "Recorder.LAN:13000", "recorder.lan"),
        (values.host_name, "[::1]", "::1"),
        (values.listening_address, "[::]", "::"),
        (values.two_sides, "1280, 720", (1280, 720)),
        (values.two_sides, [0, 0], (0, 0)),
        (values.split_time, 0.0, 0.0),
        (values.encoder, " X264 ", "x264"),
        (values.channel_name, " Bow ", "Bow"),
        (values.absolute_folder, Path("/data"), Path("/data")),
    ],
)
def test_a_value_is_taken_in_the_form_in_which_it_is_used(read, written, meant) -> None:
    assert read(written) == meant


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (values.drive_letter, "CD"),
        (values.web_origin, "null"),
        (values.web_origin, "10.0.0.7"),
        (values.web_origin, "http://10.0.0.7:0"),
        (values.host_name, "http://recorder.lan"),
        (values.listening_address, "127.0.0.1:13000"),
        (values.two_sides, "1280"),
        (values.two_sides, [True, 2]),
        (values.resolution, (1280, 0)),
        (values.split_time, 0.01),
        (values.encoder, "x266"),
        (values.channel_name, "  "),
        (values.channel_name, "x" * 65),
        (values.absolute_folder, Path("data")),
        (values.channel_address, "10.0.0.5"),
        (values.sound_address, "microphone"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(read, written) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        read(written)


@given(st.text())
def test_an_origin_that_is_taken_is_taken_as_it_is_again(text: str) -> None:
    try:
        origin = values.web_origin(text)
    except ValueError:
        return
    assert values.web_origin(origin) == origin
