"""The simulator: the same dive for the same seed, in sentences that anybody reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.clock import FakeClock
from rig.data_sources import bytes_of, opened, read_until
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.model.address.telemetry import SimAddress
from seacorder.model.definition.ready import READY
from seacorder.model.instant import Instant
from seacorder.telemetry.definitions.interpreter import Interpreter
from seacorder.telemetry.definitions.outcome import Understood
from seacorder.telemetry.framing.nmea import NmeaFramer
from seacorder.telemetry.sources.dive import DIVE_SECONDS, Dive
from seacorder.telemetry.sources.sentences import fast_sentences, slow_sentences
from seacorder.telemetry.sources.simulator import FAST, SimSource

START_NS = 1_777_863_600 * NS_PER_SECOND
CLOSE = {"latitude": 1e-7, "longitude": 1e-7, "cp": 0.00051}
"""How far what is sent may be from the truth; others by half of a hundredth."""


def said(lines: bytes, utc_ns: int) -> dict[str, object]:
    """What the sentences say, by field, and the time that they give as `utc_ns`."""
    definitions = [one for name in ("GGA", "VTG", "ZDA", "HDT", "MTW", "XDR") for one in READY[name]]
    interpreter, framer = Interpreter(definitions), NmeaFramer()
    found: dict[str, object] = {}
    for record in framer.feed(lines, Instant(0, utc_ns)):
        outcome = interpreter.interpret(record)
        assert isinstance(outcome, Understood), outcome
        found |= {name: value for (name, _), value in zip(outcome.fields, outcome.values, strict=True)}
        found |= {} if outcome.source_utc_ns is None else {"utc_ns": outcome.source_utc_ns}
    assert framer.noise_bytes == 0
    return found


@given(st.integers(0, 10**6), st.floats(0, 2 * DIVE_SECONDS))
def test_the_sentences_say_what_is_true(seed: int, seconds: float) -> None:
    truth = Dive(seed).at(seconds)
    utc_ns = START_NS + int(seconds * NS_PER_SECOND)
    found = said(b"".join([*slow_sentences(truth, utc_ns), *fast_sentences(truth)]), utc_ns)
    assert abs(int(str(found["utc_ns"])) - utc_ns) <= 10_000_000
    for name in truth.__slots__:
        expected = getattr(truth, name)
        if expected is None:
            assert found.get(name) is None, name
        elif name in {"heading", "course"}:
            assert abs((float(str(found[name])) - expected + 180) % 360 - 180) <= 0.00501, name
        else:
            assert found[name] == pytest.approx(expected, abs=CLOSE.get(name, 0.00501)), name


@given(st.integers(0, 10**6), st.floats(0, 3 * DIVE_SECONDS))
def test_a_dive_is_plausible_at_every_instant(seed: int, seconds: float) -> None:
    dive = Dive(seed)
    now, soon = dive.at(seconds), dive.at(seconds + 1)
    assert 0.4 <= now.depth <= 135
    assert now.altitude is None or 0.5 < now.altitude < 50
    assert now.cp is None or -1.10 < now.cp < -0.80
    assert 0 <= now.heading < 360
    if seconds % DIVE_SECONDS < DIVE_SECONDS - 1:
        assert abs(soon.depth - now.depth) < 1.0, "no vehicle dives faster"
        assert abs(soon.latitude - now.latitude) < 2e-5


def test_the_same_seed_is_the_same_dive_and_another_is_another() -> None:
    assert Dive(7).at(1234.5) == Dive(7).at(1234.5 + DIVE_SECONDS)
    assert Dive(7).at(1234.5) != Dive(8).at(1234.5)


def test_each_tick_sends_what_is_true_then_whenever_it_gets_to_it() -> None:
    clock = FakeClock(utc_ns=START_NS + 60 * NS_PER_SECOND)
    source = SimSource(SimAddress(seed=7, start_utc_ns=START_NS), clock)
    with opened(source):
        clock.advance(0.55)  # the ticks at 60.0, 60.2 and 60.4 s are due
        chunks = [chunk for _ in range(3) for chunk in source.read()]
        assert [said(chunk.data, START_NS)["depth"] for chunk in chunks] == [
            round(Dive(7).at(60 + tick / FAST).depth, 2) for tick in range(3)
        ]
        assert source.read() == []
        assert "latitude" in said(chunks[0].data, START_NS)
        assert "latitude" not in said(chunks[1].data, START_NS)


def test_it_keeps_time() -> None:
    begin_ns = SystemClock().monotonic_ns()
    with opened(SimSource(SimAddress(rate=20), SystemClock())) as source:
        chunks = read_until(source, lambda found: len(found) >= 21)
        assert chunks[20].received.monotonic_ns - begin_ns >= 199_000_000
        assert bytes_of(chunks).startswith(b"$GPZDA,")
