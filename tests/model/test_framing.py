"""The text that says how a source's bytes are cut into records."""

import pytest

from seacorder.base.errors import BadRequest
from seacorder.model.framing import Framing, FramingKind, parse_framing


@pytest.mark.parametrize(("text", "meant"), [
    ("nmea", Framing(FramingKind.NMEA)),
    (" line ", Framing(FramingKind.LINE)),
    ("datagram", Framing(FramingKind.DATAGRAM)),
    ("length 25", Framing(FramingKind.LENGTH, length=25)),
    (r"start \x02 end \x03", Framing(FramingKind.MARKS, start=b"\x02", end=b"\x03")),
    (r"start \LF end \CR", Framing(FramingKind.MARKS, start=b"\n", end=b"\r")),
    (r"end ;\r\n", Framing(FramingKind.MARKS, end=b";\r\n")),
])
def test_it_is_read(text: str, meant: Framing) -> None:
    assert parse_framing(text) == meant


@pytest.mark.parametrize(("text", "said"), [
    ("nema", "'nema' is no framing. Write \"nmea\", \"line\", \"datagram\""),
    ("length 0", "A record of 0 bytes is not possible. Write 1 to 4096."),
    (r"end \q", r"'\\q' is no character. Write \x and two hexadecimal digits, or one of \SOH"),
    (r"start ab end bc", "share a byte"),
    (r"end " + "x" * 17, "too long"),
    ("end €", "more than one byte"),
])
def test_a_mistake_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_framing(text)
    assert said in refused.value.sentence
    assert refused.value.field == "framing"
