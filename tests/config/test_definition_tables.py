"""`[[definitions]]` in the settings file: what is meant, and what is refused, in one sentence that names the key."""

import pickle
import tomllib
from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.load import check
from seacorder.model.definition.definition import ChecksumRule, Choice, Definition
from seacorder.model.instant import Instant
from seacorder.telemetry.definitions.interpreter import Interpreter
from seacorder.telemetry.definitions.outcome import Refused, Understood
from seacorder.telemetry.framing.framer import Record

CHANNELS = '[[channels]]\nname = "Bow"\ninput = "test:"\n'
FEET = '[[definitions]]\nname = "Feet"\nkind = "delimited"\n{}\n[[definitions.fields]]\nname = "depth"\n{}\n'


def definitions(text: str) -> tuple[Definition, ...]:
    tables = tomllib.loads(text + CHANNELS)
    return check(tables, place="FILE", folder=Path("/etc/x"), environment={}).own_definitions()


def outcome(text: str, line: bytes) -> Understood | Refused:
    return Interpreter(definitions(text)).interpret(Record(line, Instant(0, 0)))


def values(text: str, line: bytes) -> dict[str, object]:
    found = outcome(text, line)
    assert isinstance(found, Understood), found
    return {f"{name} {unit}".strip(): value for (name, unit), value in zip(found.fields, found.values, strict=True)}


def test_arithmetic_is_done_and_the_unit_is_the_fields() -> None:
    text = FEET.format("", 'position = 1\nformula = "value * 0.3048"\nnone = ["9999.0"]')
    assert values(text, b"10.0") == {"depth m": pytest.approx(3.048)}
    assert values(text, b"9999") == values(text, b"NAN") == values(text, b" ") == {"depth m": None}


def test_a_division_by_zero_is_no_value_and_says_so() -> None:
    found = outcome(FEET.format("", 'position = 1\nformula = "1 / value"'), b"0")
    assert isinstance(found, Understood)
    assert found.values == (None,)
    assert "divides by zero" in found.notes[0]


def test_a_formula_takes_other_fields_and_hides_them() -> None:
    text = (
        '[[definitions]]\nname = "Sum"\nkind = "delimited"\ndelimiter = "blanks"\n'
        '[[definitions.fields]]\nname = "a"\nposition = 1\nhidden = true\n'
        '[[definitions.fields]]\nname = "depth"\nposition = 2\nformula = "value + a * 2"\n'
    )
    assert values(text, b"  1.5 \t 1.873E+1  ") == {"depth m": pytest.approx(21.73)}


def test_a_ready_definition_with_changes() -> None:
    text = (
        '[[definitions]]\nname = "Altimeter"\nlike = "DPT"\ntalker = "YX"\nchecksum = "if_present"\n'
        'rename = { depth = "altitude" }\n'
    )
    (one,) = definitions(text)
    assert (one.name, one.header, one.talker, one.checksum) == ("Altimeter", "DPT", "YX", ChecksumRule.IF_PRESENT)
    assert values(text, b"$YXDPT,2.5,") == {"altitude m": 2.5, "depth_offset m": None}
    assert isinstance(outcome(text, b"$SDDPT,2.5,"), Refused)


def test_one_beacon_alone() -> None:
    text = '[[definitions]]\nname = "ROV"\nlike = "PSIMSSB"\nchoose_position = 2\nchoose = ["M17"]\n'
    assert Choice(2, ("M17",)) in definitions(text)[0].choices
    line = b"$PSIMSSB,102449.231,%s,A,,C,N,M,-10.10,5.50,20.20,1.436,N,,"
    assert values(text, line % b"M17")["beacon_north m"] == -10.1
    found = outcome(text, line % b"M23")
    assert isinstance(found, Refused)
    assert found.kind == "unknown_record"


def test_marks_columns_and_expressions() -> None:
    marked = FEET.format("start = '\\x02AT'", "position = 1")
    assert values(marked, b"\x02AT1.5\x03") == {"depth m": 1.5}
    columns = (
        '[[definitions]]\nname = "C"\nkind = "columns"\n[[definitions.fields]]\nname = "depth"\ncolumns = [3, 6]\n'
        '[[definitions.fields]]\nname = "heave"\ncolumns = [1, 2]\nnone = ["99"]\n'
    )
    assert values(columns, b"99 7.5") == {"depth m": 7.5, "heave m": None}
    expression = (
        "[[definitions]]\nname = \"E\"\nkind = \"expression\"\nexpression = '([0-9]+):([0-9]+) [0-9]+'\n"
        '[[definitions.fields]]\nname = "counts"\nposition = 2\nunit = "x"\n'
    )
    assert values(expression, b"01:022470 00") == {"counts x": 22470.0}


def test_control_characters_are_written_as_bytes() -> None:
    wind = (
        "[[definitions]]\nname = \"Wind\"\nkind = \"delimited\"\nheader = '\\x01WND'\nchoose_position = 1\n"
        "choose = ['\\x02A']\n[[definitions.fields]]\nname = \"wind\"\nposition = 2\nunit = \"m/s\"\n"
    )
    assert values(wind, b"\x01WND,\x02A,7.5,M,\x0304") == {"wind m/s": 7.5}
    assert isinstance(outcome(wind, b"\x01WND,\x02B,7.5,M,\x0304"), Refused)
    parts = FEET.format("delimiter = '\\x1e'", "position = 2")
    assert values(parts, b"a\x1e-2331.\x1eb") == {"depth m": -2331.0}


def test_a_time_in_another_zone_is_the_same_instant() -> None:
    text = (
        '[[definitions]]\nname = "S"\nkind = "delimited"\n[[definitions.fields]]\nname = "date"\nposition = 1\n'
        'type = "date"\n[[definitions.fields]]\nname = "depth"\nposition = 2\n'
    )
    for stamp in ("2014-01-01T12:00:00Z", "2014-01-01 14:00:00.000+02:00", "2013-12-31T21:30:00-1430"):
        found = outcome(text, f"{stamp},7".encode())
        assert isinstance(found, Understood)
        assert (found.source_utc_ns, found.notes) == (1_388_577_600 * 10**9, ())


def test_a_status_without_values_and_a_time_of_the_day_of_the_year() -> None:
    text = (
        '[[definitions]]\nname = "S"\nkind = "delimited"\ndelimiter = "\\t"\nstatus_position = 2\nstatus_good = ["A"]\n'
        '[[definitions.fields]]\nname = "day"\nposition = 1\ntype = "day_of_year"\n'
        '[[definitions.fields]]\nname = "depth"\nposition = 3\n'
    )
    assert values(text, b"2014212.5\tV\t7") == {"depth m": None}
    found = outcome(text, b"2014001.5\t A\t 7")
    assert isinstance(found, Understood)
    assert (found.values, found.source_utc_ns) == ((7.0,), 1_388_577_600 * 10**9)


def test_a_name_of_the_file_stands_before_the_ready_one_and_over_a_talker_that_is_any() -> None:
    both = '[[definitions]]\nname = "A"\nlike = "DPT"\n[[definitions]]\nname = "B"\nlike = "DPT"\ntalker = "YX"\n'
    found = outcome(both, b"$YXDPT,2.5,*54")
    assert isinstance(found, Refused | Understood)
    assert found.definition == "B"


@pytest.mark.parametrize(("table", "field", "said"), [
    ('kind = "csv"', "position = 1", "FILE: [[definitions]] 1 kind: 'csv' is not accepted. Write \"nmea\", "),
    ("", "", "FILE: [[definitions]] 1, [[definitions.fields]] 1: it is not said where depth stands."),
    ("", "position = -1", "FILE: [[definitions]] 1, [[definitions.fields]] 1 position: -1 is not accepted. Write"),
    ("", 'position = 1\nunit = "ft"', "depth is always in m, not in ft. Convert it, such as formula"),
    ("", 'position = 1\nformula = "value *"', "Formula 'value *': something is missing at its end. Write names of"),
    ("", 'position = 1\nformula = "x * 2"', "[[definitions]] 1: the formula of depth names 'x'. Write value for"),
    ("", 'position = 1\n[[definitions.fields]]\nname = "dive"\nposition = 2', "'dive' means something else in overlay"),
    ("", 'position = 1\ncolor = "x"', "[[definitions.fields]] 1 has no key 'color'."),
    ("", 'position = 1\ntype = "latitude"', "a latitude needs the field of its hemisphere."),
    ("", "position = 1\nsign_position = 2", "sign_position needs the letters."),
    ('choose = ["a"]', "position = 1", "choose and choose_position belong together."),
    ("field_count = [3]", "position = 1", "[3] is no field_count."),
    ('checksum = "required"', "position = 1", "a definition of kind 'delimited' has no checksum."),
    ("expression = 'x'", "position = 1", "a definition of kind 'delimited' has no expression."),
    ("start = '\\q'", "position = 1", "is no character."),
    ("header = '\\x9'", "position = 1", "is no character."),
    ('delimiter = "→"', "position = 1", "has letters that are more than one byte."),
    ("choose_position = 1\nchoose = ['\\q']", "position = 1", "is no character."),
])
def test_a_mistake_says_which_key_and_what_is_accepted(table: str, field: str, said: str) -> None:
    form = FEET.replace('kind = "delimited"', "") if table.startswith("kind") else FEET
    text = form.format(table, field)
    with pytest.raises(SettingsError) as caught:
        definitions(text)
    assert len(caught.value.faults) == 1
    assert said in caught.value.faults[0].text


@pytest.mark.parametrize(("text", "said"), [
    ('name = "A"\nlike = "DTP"', "there is no ready definition 'DTP'. Write one of GGA, "),
    ('name = "A"\nlike = "DPT"\nheader = "X"', "header cannot be changed with like."),
    ('name = "A"\nlike = "DPT"\nrename = { deep = "x" }', "DPT has no field 'deep'. It has depth, depth_offset."),
    ('name = "A"\nlike = "HDT"\nrename = { heading = "depth" }', "depth is always in m, not in °."),
    ('name = "A"\nlike = "HDT"\nrename = { heading = "units" }', "'units' means something else"),
    ('name = "A"\nkind = "nmea"', "it has no fields."),
    ('name = "A"\nkind = "expression"\nexpression = "("\nfields = [{ name = "a", position = 1 }]', "is no regular"),
    ('name = "A"\nkind = "expression"\nexpression = "x"\nfields = [{ name = "a", position = 1 }]', "has 0 groups"),
    ('name = "A"\nlike = "DPT"\n[[definitions]]\nname = "A"\nlike = "DBT"', "[[definitions]] 2 has the name of"),
])
def test_other_mistakes(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        definitions(f"[[definitions]]\n{text}\n")
    assert said in caught.value.faults[0].text


def test_a_source_takes_definitions_of_the_file_and_ready_ones() -> None:
    text = (
        '[[telemetry]]\nname = "ROV"\ninput = "udp://:5005"\ndefinitions = ["Altimeter", "HDT"]\n'
        '[[definitions]]\nname = "Altimeter"\nlike = "DPT"\n'
    )
    settings = check(tomllib.loads(text + CHANNELS), place="FILE", folder=Path("/etc/x"), environment={})
    telemetry = settings.telemetry_settings()
    assert telemetry is not None
    assert [one.name for one in telemetry.sources[0].definitions] == ["Altimeter", "HDT"]
    assert telemetry.reserve_bytes == settings.storage.reserve_bytes, "its logs keep as much free as the video does"
    assert pickle.loads(pickle.dumps(telemetry)) == telemetry
