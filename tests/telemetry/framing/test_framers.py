"""Every framer, on any bytes in any cutting: the same records, and no byte that is neither in one nor counted."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.model.framing import RECORD_BYTES_MAX, Framing, FramingKind, parse_framing
from seacorder.model.instant import Instant
from seacorder.telemetry.framing.framer import SILENCE_NS, Framer, Record
from seacorder.telemetry.framing.plain import framer_for

FRAMINGS = {
    "nmea": Framing(),
    "line": Framing(FramingKind.LINE),
    "start and end": parse_framing(r"start \STX end \ETX"),
    "long marks": parse_framing(r"start <<: end >>;"),
    "end alone": parse_framing("end ;;"),
    "length": Framing(FramingKind.LENGTH, length=7),
}
PIECES = [
    b"$HEHDT,218.53,T*12", b"!AIVDM,1", b"$", b"!", b"\\", b"\\s:rov*1A\\", b"*4E", b"*4", b"\r\n", b"\r", b"\n",
    b"\x02", b"\x03", b"<<:", b"<<", b">>;", b">", b";;", b";", b" ", b"\x00",
    b"7.5", b"x" * 300, b"y" * (RECORD_BYTES_MAX - 2),
]
STREAMS = st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=24).map(b"".join)
STARTED = Instant(0, 1_600_000_000_000_000_000)


def instant(read: int) -> Instant:
    """When a read came; they follow one another too fast for silence."""
    return Instant(STARTED.monotonic_ns + read, STARTED.utc_ns + read)


def fed(framer: Framer, stream: bytes, cuts: list[int]) -> list[Record]:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    reads = [stream[begin:end] for begin, end in pairwise(places)]
    return [record for number, read in enumerate(reads) for record in framer.feed(read, instant(number))]


def contents(records: list[Record]) -> list[bytes]:
    return [record.data for record in records]


@pytest.mark.parametrize("name", FRAMINGS)
@given(stream=STREAMS, cuts=st.lists(st.integers(0, 10_000), max_size=30))
def test_any_cutting_gives_the_same_records_and_the_same_noise(name: str, stream: bytes, cuts: list[int]) -> None:
    whole, cut = framer_for(FRAMINGS[name]), framer_for(FRAMINGS[name])
    expected, got = contents(fed(whole, stream, [])), contents(fed(cut, stream, cuts))
    assert got == expected
    silent = SILENCE_NS + 1_000
    assert contents(cut.flush(silent)) == contents(whole.flush(silent))
    assert contents(cut.end()) == contents(whole.end())
    assert cut.noise_bytes == whole.noise_bytes


@pytest.mark.parametrize("name", ["nmea", "line", "length"])
@given(stream=STREAMS, cuts=st.lists(st.integers(0, 10_000), max_size=30))
def test_every_byte_is_in_a_record_or_counted(name: str, stream: bytes, cuts: list[int]) -> None:
    framer = framer_for(FRAMINGS[name])
    records = fed(framer, stream, cuts) + framer.flush(SILENCE_NS + 1_000) + framer.end()
    assert len(re.sub(rb"[\r\n]", b"", stream)) == framer.noise_bytes + sum(
        len(re.sub(rb"[\r\n]", b"", record.data)) for record in records
    )
    assert all(0 < len(record.data) <= RECORD_BYTES_MAX for record in records)


@given(stream=STREAMS, cuts=st.lists(st.integers(0, 10_000), max_size=30))
def test_a_cut_stream_of_marked_records_loses_only_what_is_cut(stream: bytes, cuts: list[int]) -> None:
    framer = framer_for(FRAMINGS["start and end"])
    clean = stream.replace(b"\x02", b"").replace(b"\x03", b"")
    records = fed(framer, clean + b"\x02good\x03", cuts)
    assert contents(records) == [b"good"]


NOISE = [b"!", b"\\", b"$", b"\r\n", b"!a", b"\\a", b"*00!", b"!\\", b"\r" * 99 + b"a", b"\x02", b"<<:"]


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("name", FRAMINGS)
def test_a_datagram_full_of_noise_is_read_in_a_time_that_its_length_asks_for(name: str, noise: bytes) -> None:
    """Where that time grew with the square of the length, one such datagram took a minute and a half."""
    whole, cut = framer_for(FRAMINGS[name]), framer_for(FRAMINGS[name])
    datagram = noise * (65_000 // len(noise))
    assert contents(fed(cut, datagram, list(range(0, len(datagram), 1400)))) == contents(fed(whole, datagram, []))
    assert contents(cut.end()) == contents(whole.end())
    assert cut.noise_bytes == whole.noise_bytes


def test_sentences_of_nmea_are_found_in_what_real_cables_bring() -> None:
    stream = (
        b"7.2,T*11\r\r$HEHDT,1.0,T*2E\r\r\n+GPSRD:$HEHDT,2.0,T*2D$HEHDT,3.0,T*2C\r\n"
        b"\\s:rov,c:1600000000*2B\\!AIVDM,1,1*00\\g:1-2-3*00\\$HEHDT,4.0,T*2B\n$HE\x00\x00HDT\n"
    )
    framer = framer_for(Framing())
    assert contents(framer.feed(stream, STARTED)) == [
        b"$HEHDT,1.0,T*2E",
        b"$HEHDT,2.0,T*2D",
        b"$HEHDT,3.0,T*2C",
        b"\\s:rov,c:1600000000*2B\\!AIVDM,1,1*00",
        b"\\g:1-2-3*00\\$HEHDT,4.0,T*2B",
        b"$HE\x00\x00HDT",
    ]
    assert framer.noise_bytes == len(b"7.2,T*11+GPSRD:")


@pytest.mark.parametrize("stream", [
    b"$A\r\n$B\r\n", b"$A\r\n$\r\n", b"$A\r\nB\r\n$$C\r\n", b"$A$B\r\n", b"$A\r\n!B*00\r\n", b"$A\rB\r\n$C\r\n",
    b"\r\n$A\r\n", b"$A\r\n\r\n$B\r\n", b"$A\r\nB$\r\n", b"$A\r\n$" + b"x" * RECORD_BYTES_MAX + b"\r\n$B\r\n",
])  # fmt: skip
def test_what_is_nearly_as_usual_gives_what_single_bytes_give(stream: bytes) -> None:
    whole, cut = framer_for(Framing()), framer_for(Framing())
    assert contents(fed(whole, stream, [])) == contents(fed(cut, stream, list(range(len(stream)))))
    assert (whole.noise_bytes, whole.silence_ends_ns) == (cut.noise_bytes, cut.silence_ends_ns)


def test_silence_ends_a_record_that_has_no_line_end() -> None:
    framer = framer_for(Framing())
    assert framer.feed(b"$HEHDT,1.0", STARTED) == []
    assert framer.silence_ends_ns == SILENCE_NS
    assert framer.flush(SILENCE_NS - 1) == []
    assert framer.flush(SILENCE_NS) == [Record(b"$HEHDT,1.0", STARTED)]
    assert framer.silence_ends_ns is None


def test_a_lone_dollar_is_no_record() -> None:
    framer = framer_for(Framing())
    assert framer.feed(b"$HEHDT,1.0,T\r\n$", STARTED) == [Record(b"$HEHDT,1.0,T", STARTED)]
    assert framer.flush(SILENCE_NS) == framer.end() == []
    assert framer.noise_bytes == 1


def test_a_datagram_ends_a_sentence_that_has_its_checksum_and_no_other() -> None:
    framer = framer_for(Framing())
    assert framer.feed(b"$HEHDT,1.0,T*2E", STARTED) == []
    assert contents(framer.datagram_ended()) == [b"$HEHDT,1.0,T*2E"]
    assert framer.feed(b"$HEHDT,2", STARTED) == framer.datagram_ended() == []
    assert contents(framer.feed(b".0,T*2D\r\n", instant(1))) == [b"$HEHDT,2.0,T*2D"]


def test_a_record_has_the_time_of_its_last_byte() -> None:
    framer = framer_for(Framing())
    framer.feed(b"$HEHDT,1.0", instant(1))
    framer.feed(b",T*2E", instant(2))
    assert [one.received for one in framer.feed(b"\r\n$HEHDT,2.0,T\r\n", instant(3))] == [instant(2), instant(3)]


@pytest.mark.parametrize("name", ["nmea", "line"])
def test_a_record_that_is_too_long_is_noise_and_the_next_one_is_read(name: str) -> None:
    framer = framer_for(FRAMINGS[name])
    long = b"$" + b"a" * RECORD_BYTES_MAX
    for number in range(0, len(long), 100):
        assert framer.feed(long[number : number + 100], instant(number)) == []
    assert contents(framer.feed(b"\r\n$HEHDT,1.0,T\r\n", STARTED)) == [b"$HEHDT,1.0,T"]
    assert framer.noise_bytes == len(long)


def test_a_datagram_is_a_record_and_noise_if_it_is_too_long() -> None:
    framer = framer_for(Framing(FramingKind.DATAGRAM))
    assert contents(framer.feed(b"7.5\r\n7.6", STARTED)) == [b"7.5\r\n7.6"]
    assert framer.feed(b"x" * 65_507, STARTED) == framer.feed(b"", STARTED) == []
    assert framer.noise_bytes == 65_507


def test_a_start_whose_end_was_lost_begins_again() -> None:
    framer = framer_for(parse_framing(r"start \x02 end \x03"))
    assert contents(framer.feed(b"noise\x021.5\x022.5\x03more\x023.5\x03", STARTED)) == [b"2.5", b"3.5"]
    assert framer.noise_bytes == len(b"noise1.5more")
    assert framer.silence_ends_ns is None


@pytest.mark.parametrize(("name", "end"), [("line", b"\r\n"), ("end alone", b";;")])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_rest_of_a_record_that_began_before_is_noise(name: str, end: bytes, size: int) -> None:
    framer = framer_for(FRAMINGS[name])
    framer.begin_in_the_middle()
    stream = b"4.10m" + end + b"64.11m" + end
    records = [one for at in range(0, len(stream), size) for one in framer.feed(stream[at : at + size], STARTED)]
    assert contents(records) == [b"64.11m"]
    assert framer.noise_bytes == len(b"4.10m")


@pytest.mark.parametrize("name", ["line", "end alone"])
def test_after_silence_a_record_is_at_its_begin(name: str) -> None:
    framer = framer_for(FRAMINGS[name])
    framer.begin_in_the_middle()
    assert framer.feed(b"4.10m", STARTED) == framer.flush(SILENCE_NS) == []
    assert framer.noise_bytes == len(b"4.10m")
    assert framer.feed(b"64.11m", instant(SILENCE_NS)) == []
    assert contents(framer.flush(2 * SILENCE_NS)) == [b"64.11m"]
