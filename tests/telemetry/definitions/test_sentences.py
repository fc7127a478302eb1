"""What the ready definitions make of standard sentences, good and bad, as real cables bring them."""

from dataclasses import replace

import pytest

from rig.survey import EVENING, interpreted, received_at, sentence
from seacorder.model.definition.definition import ChecksumRule
from seacorder.model.definition.ready import READY
from seacorder.model.instant import Instant
from seacorder.telemetry.definitions.interpreter import Interpreter
from seacorder.telemetry.definitions.outcome import RefusalKind, Refused, Understood
from seacorder.telemetry.definitions.times import clock_ns
from seacorder.telemetry.framing.framer import Record


def values(outcome: Understood | Refused) -> dict[str, object]:
    assert isinstance(outcome, Understood), outcome
    return {name: value for (name, _), value in zip(outcome.fields, outcome.values, strict=True)}


def refusal(outcome: Understood | Refused) -> RefusalKind:
    assert isinstance(outcome, Refused), outcome
    assert outcome.sentence.endswith(".")
    return outcome.kind


def source_time(body: str, received: str = EVENING) -> int | None:
    outcome = interpreted(sentence(body), received=received)
    assert isinstance(outcome, Understood)
    return outcome.source_utc_ns


@pytest.mark.parametrize(("body", "expected"), [
    ("HEHDT,218.53,T", {"heading": 218.53}),
    ("SDDPT,5.3,0.4,", {"depth": 5.3, "depth_offset": 0.4}),
    ("SDDBT,7.7,f,2.3,M,1.3,F", {"depth": 2.3}),
    ("SDDBT,10.0,f,,M,,F", {"depth": 3.048}),
    ("INDBS,,f,,M,,F", {"depth": None}),
    ("VRMTW,8.1,C", {"water_temperature": 8.1}),
    ("VRHDG,218.5,0.0,E,0.5,W", {"heading_magnetic": 218.5, "magnetic_deviation": 0.0, "magnetic_variation": -0.5}),
    ("HEROT,-3.5,A", {"rate_of_turn": -3.5}),
    ("HEROT,-3.5,V", {"rate_of_turn": None}),
    ("GPVTG,,T,,M,0.145,N,0.269,K,A", {"course": None, "course_magnetic": None, "speed": 0.145}),
    ("GPVTG,3.0,T,,,0.50,N,,,D", {"course": 3.0, "course_magnetic": None, "speed": 0.5}),
    ("VWVHW,10.0,T,12.0,M,1.1,N,2.0,K", {"heading": 10.0, "heading_magnetic": 12.0, "water_speed": 1.1}),
    ("YXXDR,P,1.2,B,CP1,U,-0.985,V,CP,A,2.5,D,PTCH", {"cp": -0.985, "pitch": 2.5}),
])
def test_values(body: str, expected: dict[str, object]) -> None:
    assert values(interpreted(sentence(body))) == expected


@pytest.mark.parametrize(("hemispheres", "latitude", "longitude"), [
    ("NE", 50.5, 120.25), ("NW", 50.5, -120.25), ("SE", -50.5, 120.25), ("SW", -50.5, -120.25),
])
def test_the_sign_of_a_position_is_its_hemisphere(hemispheres: str, latitude: float, longitude: float) -> None:
    north, east = hemispheres
    found = values(interpreted(sentence(f"GPGLL,5030.0000,{north},12015.0000,{east},120000.00,A,A")))
    assert found == {"latitude": latitude, "longitude": longitude}


@pytest.mark.parametrize(("latitude", "kind"), [
    ("9000.0001,N", RefusalKind.OUT_OF_RANGE),
    ("5060.5000,N", RefusalKind.OUT_OF_RANGE),
    ("-5030.0000,N", RefusalKind.WRONG_TYPE),
    ("50x0.0000,N", RefusalKind.WRONG_TYPE),
    ("50_30.0000,N", RefusalKind.WRONG_TYPE),
    ("5030.0000,X", RefusalKind.WRONG_TYPE),
    ("5030.0000,", RefusalKind.WRONG_TYPE),
])
def test_a_position_that_is_none_refuses_the_sentence(latitude: str, kind: RefusalKind) -> None:
    assert refusal(interpreted(sentence(f"GPGLL,{latitude},00100.0000,E,120000.00,A,A"))) is kind


def test_minutes_may_be_60_and_a_pole_is_one() -> None:
    found = values(interpreted(sentence("GPGLL,8960.0000,S,17960.0000,W,120000.00,A,A")))
    assert found == {"latitude": -90.0, "longitude": -180.0}


def test_without_a_fix_there_is_no_position_and_no_time_whatever_the_sentence_says() -> None:
    gga = interpreted(sentence("GPGGA,120000,8960.0000,N,00000.0000,E,0,0,,137.0,M,13.0,M,,"))
    assert values(gga) == {
        "latitude": None, "longitude": None, "fix_quality": 0.0, "satellites": 0.0, "hdop": None, "height": None,
    }
    rmc = interpreted(sentence("GPRMC,235948.00,V,5030.0000,N,00100.0000,E,0.0,0.0,161206,,,N"))
    assert set(values(rmc).values()) == {None}
    assert isinstance(rmc, Understood)
    assert rmc.source_utc_ns is None


def test_zero_north_zero_east_is_accepted_and_noted() -> None:
    outcome = interpreted(sentence("GPGLL,0000.0000,N,00000.0000,E,120000.00,A,A"))
    assert values(outcome) == {"latitude": 0.0, "longitude": 0.0}
    assert isinstance(outcome, Understood)
    assert "both 0" in outcome.notes[0]


@pytest.mark.parametrize(("body", "kind"), [
    ("GPRMC,181536.000,A,5036.79K,D", RefusalKind.WRONG_FIELDS),
    ("HEHDT,218.53", RefusalKind.WRONG_FIELDS),
    ("HEHDT,218.53,M", RefusalKind.WRONG_FIELDS),
    ("HEHDT,400.00,T", RefusalKind.OUT_OF_RANGE),
    ("HEHDT,2l8.53,T", RefusalKind.WRONG_TYPE),
    ("HEHDT,1_8.53,T", RefusalKind.WRONG_TYPE),
    ("HEHDT,inf,T", RefusalKind.WRONG_TYPE),
    ("HCXDR,A,171,D,PITCH,A,-37,D,ROLL", RefusalKind.OUT_OF_RANGE),
    ("HCXDR,A,1.0,D,PITCH,A", RefusalKind.WRONG_FIELDS),
    ("HCXDR,G,367,,MAGX", RefusalKind.UNKNOWN_RECORD),
    ("GPGSV,3,3,09,32,16,070,00", RefusalKind.UNKNOWN_RECORD),
])
def test_what_is_refused_is_refused_whole(body: str, kind: RefusalKind) -> None:
    assert refusal(interpreted(sentence(body))) is kind


@pytest.mark.parametrize("line", [
    sentence("HEHDT,218.51,T").lower().replace(b"hehdt", b"HEHDT").replace(b"t*", b"T*"),
    b"$SDHDT,10.0,T*4", b"$HEHDT,218.53,T*12 \t", b"$HEHDT,218.53,T*12,", b"\\s:rov*1A\\$HEHDT,218.53,T*12",
    b"$HEHDT,218.53,T*12\r\n",
])
def test_a_checksum_in_any_form_that_devices_send_is_good(line: bytes) -> None:
    assert "heading" in values(interpreted(line))


def test_the_sum_00_is_a_sum() -> None:
    assert sentence("SDMTW,0.04,C") == b"$SDMTW,0.04,C*00"
    assert values(interpreted(b"$SDMTW,0.04,C*00")) == {"water_temperature": 0.04}


def test_a_sentence_without_a_sum_that_is_accepted_is_marked() -> None:
    body = "PRVAT,01.250,M,0064.100,Metres"
    with_sum, without = interpreted(sentence(body)), interpreted(f"${body}".encode())
    assert isinstance(with_sum, Understood)
    assert isinstance(without, Understood)
    assert without.values == with_sum.values
    assert (with_sum.notes, without.notes) == ((), ("It has no checksum.",))


@pytest.mark.parametrize(("line", "said"), [
    (b"$HEHDT,218.53,T", "no checksum"),
    (b"$HEHDT,218.53,T*", "no checksum"),
    (b"$HEHDT,218.53,T*1q", "is no checksum"),
    (b"$HEHDT,218.53,T*13", "is 13 and should be 12"),
    (b"$HEHDT,218.53,T*36", "if the $ were counted"),
    (b"$HEHDT,218.53,T*38", "if the * were counted"),
    (b"$GPQQQ,1*00", "should be"),
])
def test_a_wrong_checksum_says_why(line: bytes, said: str) -> None:
    outcome = interpreted(line)
    assert refusal(outcome) is RefusalKind.BAD_CHECKSUM
    assert isinstance(outcome, Refused)
    assert said in outcome.sentence


def test_the_time_of_a_date() -> None:
    noon = received_at("2014-08-22T12:00:00")
    for zone in (",-05,00", ",01,00", ",-00,00", ",7", ",,", ",00,00,"):
        assert source_time(f"GPZDA,120000,22,08,2014{zone}") == noon
    assert source_time("GPRMC,120000.50,A,5030.0,N,00100.0,E,0.1,2.0,220814,,,A") == noon + 500_000_000
    assert source_time("GPZDA,235960.00,31,12,2016,00,00") == received_at("2017-01-01T00:00:00")


@pytest.mark.parametrize("year", ["0000", "0001", "1969", "2262", "9999"])
def test_a_year_that_no_instrument_lives_in_is_no_time(year: str) -> None:
    outcome = interpreted(sentence(f"GPZDA,235960,31,12,{year},00,00"))
    assert isinstance(outcome, Understood)
    assert outcome.source_utc_ns is None
    assert outcome.notes


def test_the_header_is_kept_with_its_talker() -> None:
    for body in ("INDPT,2.2,0.0", "KIDPT,4674.70,8.62,12000.0", "YXXDR,U,-0.985,V,CP", "GPRMC,,V,,,,,,,,,,N"):
        outcome = interpreted(sentence(body))
        assert isinstance(outcome, Understood)
        assert outcome.header == body[:5]


def test_a_time_alone_is_of_the_nearest_day() -> None:
    just_after = "2014-08-02T00:00:01"
    gga = "GPGGA,{},5030.0,N,00100.0,E,1,08,1.0,0.0,M,0.0,M,,"
    assert source_time(gga.format("235959.5"), just_after) == received_at("2014-08-01T23:59:59") + 500_000_000
    assert source_time(gga.format("000000"), just_after) == received_at("2014-08-02T00:00:00")
    assert source_time(gga.format("000001"), "2014-08-01T23:59:59") == received_at("2014-08-02T00:00:01")


def test_a_date_that_is_none_leaves_the_position_good() -> None:
    outcome = interpreted(sentence("GPRMC,000231.09,A,5030.0000,N,00100.0000,E,0.15,212.28,2208-1,,,A"))
    assert values(outcome)["latitude"] == 50.5
    assert isinstance(outcome, Understood)
    assert outcome.source_utc_ns is None
    assert outcome.notes


def test_a_sentence_with_an_unknown_header_is_no_survey_string() -> None:
    body = "GP,00,0.0,,M,,M,,"  # as many fields as a survey string has, with its header
    assert refusal(interpreted(sentence(body))) is RefusalKind.UNKNOWN_RECORD
    assert refusal(interpreted(sentence(body)[:-2] + b"00")) is RefusalKind.BAD_CHECKSUM
    assert refusal(interpreted(b"$XPOS,09:30:12,12.345,450879.00,6243874.16,-64.1,1.8,208.5,-0.7")) \
        is RefusalKind.UNKNOWN_RECORD


def test_of_two_definitions_of_a_header_the_one_whose_checksum_fits_says_what_is_wrong() -> None:
    rules = (ChecksumRule.WITH_DOLLAR, ChecksumRule.REQUIRED)
    two = [replace(one, name=rule.value, checksum=rule) for rule in rules for one in READY["HDT"]]
    outcome = Interpreter(two).interpret(Record(sentence("HEHDT,400.0,T"), Instant(0, 0)))
    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.definition) == (RefusalKind.OUT_OF_RANGE, "required")


def test_every_ready_definition_understands_its_example() -> None:
    for name, several in READY.items():
        for definition in several:
            outcome = interpreted(definition.example.encode("latin-1"), names=(name,))
            assert isinstance(outcome, Understood), (definition.example, outcome)
            assert outcome.definition == name


@pytest.mark.parametrize("text", [
    "093012", "093012.", "093012.4", "093012.400", "093012.4000000", "09:30:12.4", " 093012,40 ", "9:30:12",
])
def test_a_time_of_day_in_any_form(text: str) -> None:
    fraction = 400_000_000 if "4" in text else 0
    assert clock_ns(text) == (9 * 3600 + 30 * 60 + 12) * 10**9 + fraction


def test_a_time_without_seconds() -> None:
    assert clock_ns("9:30") == clock_ns("09:30:00")


@pytest.mark.parametrize("text", [
    "", "0930", "9:3", "9:30.5", "09:3012", "240000", "096000", "093061", "-93012", "093012.4x", "09301²", "093012 .4",
])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        clock_ns(text)
