"""Any record, and a second opinion: nothing crashes, nothing bad passes, and other parsers read the same values."""

import math

import pynmea2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynmeagps import NMEAReader

from rig.survey import received_at, sentence
from seacorder.model.definition.definition import ChecksumRule
from seacorder.model.definition.ready import READY
from seacorder.model.instant import Instant
from seacorder.model.reading_fields import FIELD_BY_NAME
from seacorder.telemetry.definitions.checksum import exclusive_or
from seacorder.telemetry.definitions.interpreter import Interpreter
from seacorder.telemetry.definitions.outcome import Refused, Understood
from seacorder.telemetry.framing.framer import Record

EVERY = [one for several in READY.values() for one in several]
INTERPRETER = Interpreter(EVERY)
EXAMPLES = [one.example.encode("latin-1") for one in EVERY]
RECEIVED = Instant(0, received_at("2026-06-14T09:30:12"))


def interpreted(data: bytes) -> Understood | Refused:
    return INTERPRETER.interpret(Record(data, RECEIVED))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good record with some bytes changed, taken out or put in; its sum made right again in half of the cases."""
    data = bytearray(draw(st.sampled_from(EXAMPLES)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        other = draw(st.binary(max_size=3) | st.sampled_from([b",", b"-", b"1e9", b"NAN"]))
        data[at : at + draw(st.integers(0, 3))] = other
    text = bytes(data).decode("latin-1")
    if draw(st.booleans()) and text.startswith("$"):
        return sentence(text[1:].partition("*")[0])
    return bytes(data)


@given(st.binary(max_size=200) | damaged())
def test_no_record_raises_and_no_value_is_out_of_range_or_not_finite(data: bytes) -> None:
    outcome = interpreted(data)
    if isinstance(outcome, Refused):
        assert outcome.sentence.endswith(".")
        return
    for (name, _), value in zip(outcome.fields, outcome.values, strict=True):
        if isinstance(value, float):
            known = FIELD_BY_NAME[name]
            assert math.isfinite(value)
            assert known.least is None or value >= known.least
            assert known.most is None or value <= known.most


@given(st.sampled_from([one for one in EVERY if one.checksum is ChecksumRule.REQUIRED]), st.data())
def test_a_flipped_bit_never_passes_a_required_checksum(definition, data: st.DataObject) -> None:
    record = bytearray(definition.example.encode("latin-1"))
    at = data.draw(st.integers(1, record.index(b"*") - 1))
    record[at] ^= 1 << data.draw(st.integers(0, 7))
    outcome = interpreted(bytes(record))
    assert isinstance(outcome, Refused)


@given(st.binary(max_size=5000))
def test_the_checksum_is_the_exclusive_or_of_all_bytes(body: bytes) -> None:
    expected = 0
    for byte in body:
        expected ^= byte
    assert exclusive_or(body) == expected


ANGLES = st.tuples(st.integers(0, 89), st.integers(0, 59_999_999))


@given(ANGLES, ANGLES, st.sampled_from("NS"), st.sampled_from("EW"), st.integers(-9_999, 99_999))
def test_others_read_the_same_position(north, east, ns: str, ew: str, height: int) -> None:
    latitude = f"{north[0]:02}{north[1] / 1e6:09.6f},{ns}"
    longitude = f"{east[0]:03}{east[1] / 1e6:09.6f},{ew}"
    line = sentence(f"GPGGA,093012.40,{latitude},{longitude},1,08,1.1,{height / 10:.1f},M,47.0,M,,")
    outcome = interpreted(line)
    assert isinstance(outcome, Understood)
    own = dict(zip([name for name, _ in outcome.fields], outcome.values, strict=True))
    first, second = pynmea2.parse(line.decode()), NMEAReader.parse(line + b"\r\n")
    assert own["latitude"] == pytest.approx(first.latitude, abs=1e-9) == pytest.approx(second.lat, abs=1e-9)
    assert own["longitude"] == pytest.approx(first.longitude, abs=1e-9) == pytest.approx(second.lon, abs=1e-9)
    assert own["height"] == first.altitude == second.alt


@pytest.mark.parametrize(("body", "name", "first", "second"), [
    ("HEHDT,218.53,T", "heading", "heading", "headingT"), ("HCHDM,218.5,M", "heading_magnetic", "heading", "headingM"),
    ("SDDPT,64.1,2.0", "depth", "depth", "depth"), ("YXMTW,6.8,C", "water_temperature", "temperature", "temp"),
    ("SDDBT,210.3,f,64.1,M,35.0,F", "depth", "depth_meters", "depthm"),
    ("GPVTG,208.5,T,209.7,M,1.4,N,2.6,K,D", "speed", "spd_over_grnd_kts", "sogn"),
])
def test_others_read_the_same_value(body: str, name: str, first: str, second: str) -> None:
    outcome = interpreted(sentence(body))
    assert isinstance(outcome, Understood)
    own = outcome.values[[one for one, _ in outcome.fields].index(name)]
    assert own == float(getattr(pynmea2.parse(sentence(body).decode()), first))
    assert own == float(getattr(NMEAReader.parse(sentence(body) + b"\r\n"), second))
