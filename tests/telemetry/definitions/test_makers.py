"""What the ready definitions make of makers' records and of text without a header."""

import pytest

from rig.survey import interpreted, received_at, sentence
from seacorder.model.definition.definition import FieldRule
from seacorder.telemetry.definitions.numbers import number_reader
from seacorder.telemetry.definitions.outcome import RefusalKind, Refused, Understood


def values(data: bytes, *names: str) -> dict[str, object]:
    outcome = interpreted(data, names)
    assert isinstance(outcome, Understood), outcome
    return {name: value for (name, _), value in zip(outcome.fields, outcome.values, strict=True)}


def refusal(data: bytes, *names: str) -> RefusalKind:
    outcome = interpreted(data, names)
    assert isinstance(outcome, Refused), outcome
    return outcome.kind


@pytest.mark.parametrize(("body", "pitch", "roll"), [
    ("PHTRO,1.71,M,0.47,T", 1.71, 0.47), ("PHTRO,1.71,P,0.47,B", -1.71, -0.47),
])
def test_a_letter_carries_the_sign(body: str, pitch: float, roll: float) -> None:
    assert values(sentence(body), "PHTRO") == {"pitch": pitch, "roll": roll}


def test_another_makers_record_of_the_same_header_is_refused() -> None:
    assert refusal(sentence("PHTRO,-0.01,1.34,7.73,0.06"), "PHTRO") is RefusalKind.WRONG_TYPE


def test_a_beacon_has_a_position_only_without_an_error() -> None:
    def beacon(status: str, error: str, frame: str, three: str) -> dict[str, object]:
        body = f"PSIMSSB,083733.036,M17,{status},{error},C,{frame},F,{three},20.000,T,0.0037,"
        return values(sentence(body), "PSIMSSB")

    none = {"beacon": "M17", "beacon_north": None, "beacon_east": None, "beacon_depth": None, "beacon_accuracy": 20.0}
    assert beacon("A", "NRy", "N", "0.000,0.000,0.000") == none
    assert beacon("V", "NRy", "N", ",,") == none
    assert beacon("A", "", "N", "4.5,-1.5,24.0") == none | {
        "beacon_north": 4.5, "beacon_east": -1.5, "beacon_depth": 24.0,
    }
    assert beacon("A", "", "E", "4.5,-1.5,24.0")["beacon_east"] == 4.5
    assert beacon("A", "", "H", "4.5,-1.5,24.0")["beacon_forward"] == 4.5
    assert values(b"$PSIMSSB,102449.231,M23,A,,C,H,M,-10.10,5.50,20.20,1.436,N,,", "PSIMSSB")["beacon"] == "M23"


def test_a_value_that_means_none() -> None:
    body = "PTSAG,#00006,135005.00,07,02,2013,00,5301.5000,N,00100.0000,E,F,0012.0,0,{}"
    assert values(sentence(body.format("9999.0")), "PTSAG")["depth"] == 12.0
    assert values(f"${body.format('0013.0')}*".encode(), "PTSAG")["depth"] == 13.0
    assert values(f"${body.format('0013.0')}".encode(), "PTSAG")["beacon"] == "00"


def test_a_unit_in_the_record_chooses_the_field() -> None:
    assert values(sentence("PRVAT,00.115,M,0010.073,dBar"), "PRVAT") == {"altitude": 0.115, "pressure": 10.073}
    assert values(sentence("PRVAT, 00.000, M, 0007.497, Metres"), "PRVAT") == {"altitude": None, "depth": 7.497}


def test_pd6() -> None:
    assert values(b":SA, -2.31, +26.1, 93.70", "PD6") == {"pitch": -2.31, "roll": 26.1, "heading": 93.7}
    assert values(b":TS,23070714400162,35.0, +26.1,   0.0,1536.9,  0", "PD6")["sound_speed"] == 1536.9
    nothing = {"velocity_starboard": None, "velocity_forward": None, "velocity_up": None}
    assert values(b":BS,-32768,-32768,-32768,V", "PD6") == nothing
    assert values(b":BS,-32768,  +250,    -5,A", "PD6") == nothing | {"velocity_forward": 0.25, "velocity_up": -0.005}
    assert values(b":BD,  +0.00,  +0.00,  +0.00,   0.00,  7.15", "PD6") == {"altitude": None}
    assert refusal(b":HM,G,D,0e8b,0ffe,*10.842,*1.974,*5.493", "PD6") is RefusalKind.UNKNOWN_RECORD


@pytest.mark.parametrize(("line", "heave", "roll", "pitch"), [
    (b":00FFCA -0003F-0325  0319", -0.03, -3.25, 3.19), (b":00FFCA -0003F-0325    0319", -0.03, -3.25, 3.19),
    (b":00FFCA  0003u 0325 -0319", None, None, None),
])
def test_fixed_columns(line: bytes, heave: float, roll: float, pitch: float) -> None:
    found = values(line, "TSS1")
    assert (found["heave"], found["roll"], found["pitch"]) == (heave, roll, pitch)
    assert refusal(line[:20], "TSS1") is RefusalKind.WRONG_FIELDS


def test_signed_hexadecimal() -> None:
    found = values(b":0AFFFF -0003F-0325  0319", "TSS1")
    assert found["acceleration_x"] == pytest.approx(0.383)
    assert found["acceleration_z"] == pytest.approx(-0.000625)


def test_an_address_is_no_part_of_the_number_behind_it() -> None:
    assert values(b"*00011450.371", "DIGIQUARTZ") == {"pressure_reading": 1450.371}
    assert values(b"*0001V,1450.371,12.05", "DIGIQUARTZ") == {"pressure_reading": 1450.371}
    assert refusal(b"*0001", "DIGIQUARTZ") is RefusalKind.WRONG_TYPE


SURVEY = {
    "kp": 12.345, "easting": 450879.0, "northing": 6243874.16, "depth": 112.4, "altitude": 1.8, "heading": 218.5,
    "distance_off_line": -0.7,
}


@pytest.mark.parametrize(("line", "name"), [
    ("20/08/2014,13:37:07,012.345,450879.00,6243874.16,-112.4,1.8,218.5,-0.7", "SURVEY"),
    (" 20/08/2014, 13:37:07, 12.345 , 450879.00 , 6243874.16,112.4,  1.8,218.5,-0.7 ", "SURVEY"),
    ("20/08/2014;13:37:07;012,345;450879,00;6243874,16;-112,4;1,8;218,5;-0,7", "SURVEY_SEMICOLON"),
    ("\x0220/08/2014\t13:37:07\t012.345\t450879.00\t6243874.16\t-112.4\t1.8\t218.5\t-0.7\x03", "SURVEY_TAB"),
])
def test_the_string_of_a_survey_program(line: str, name: str) -> None:
    assert values(line.encode(), name) == SURVEY
    outcome = interpreted(line.encode(), ("SURVEY", "SURVEY_SEMICOLON", "SURVEY_TAB"))
    assert isinstance(outcome, Understood)
    assert outcome.definition == name
    assert outcome.source_utc_ns == received_at("2014-08-20T13:37:07")


@pytest.mark.parametrize("begin", ["12.25,19.28", "PUS,13:37:07", "31/02/2014,13:37:07", "20/08/2014,25:37:07"])
def test_what_begins_with_no_date_and_time_is_another_kind_of_record(begin: str) -> None:
    line = f"{begin},012.345,450879.00,6243874.16,-112.4,1.8,218.5,-0.7"
    assert refusal(line.encode(), "SURVEY") is RefusalKind.UNKNOWN_RECORD


def test_a_survey_string_without_date_and_time_has_its_values() -> None:
    assert values(b",,012.345,450879.00,6243874.16,-112.4,1.8,218.5,-0.7", "SURVEY") == SURVEY


def test_a_point_where_the_decimal_mark_is_a_comma_is_no_number() -> None:
    line = b"20/08/2014;13:37:07;012.345;450879,00;6243874,16;-112,4;1,8;218,5;-0,7"
    assert refusal(line, "SURVEY_SEMICOLON") is RefusalKind.WRONG_TYPE


def test_what_means_no_value_may_be_written_as_the_instrument_sends_it() -> None:
    for word in ("-99,9", "-99.9"):
        read = number_reader(FieldRule("altitude", 1, none=(word,)), ",")
        assert [read(["ROV", text]) for text in ("-99,9", "-99,90", "1,85")] == [None, None, 1.85]


@pytest.mark.parametrize(("line", "altitude"), [
    (b"21.7652", 21.7652), (b" 007.50m\r", 7.5), (b".5", 0.5), (b"-2331.", None), (b"0.00", None),
])
def test_a_line_with_one_number(line: bytes, altitude: float | None) -> None:
    if line.startswith(b"-"):
        assert refusal(line, "ALTIMETER") is RefusalKind.OUT_OF_RANGE
        assert values(line, "DEPTH") == {"depth": -2331.0}
    else:
        assert values(line, "ALTIMETER") == {"altitude": altitude}
    assert refusal(line + b" 3", "ALTIMETER") is RefusalKind.UNKNOWN_RECORD
