"""A definition as JSON: the same checks as in the settings file, in words for programs; what is accepted can be used.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.api.http.wire import parse_object
from seacorder.base.errors import BadRequest
from seacorder.config.definition_body import read_definition
from seacorder.config.load import check
from seacorder.model.definition.definition import ChecksumRule, FieldType, RecordKind
from seacorder.model.instant import Instant
from seacorder.telemetry.definitions.interpreter import Interpreter
from seacorder.telemetry.framing.framer import Record

DEPTH = {"name": "depth", "position": 1}
SOUNDER: dict[str, Any] = {"kind": "delimited", "fields": [DEPTH]}


def test_it_means_what_the_same_table_of_the_settings_file_means(tmp_path: Path) -> None:
    table = {"kind": "delimited", "delimiter": ";", "fields": [{**DEPTH, "formula": "value * 0.3048"}]}
    raw = {"channels": [{"name": "Bow", "input": "test:"}], "definitions": [{"name": "Feet", **table}]}
    in_file = check(raw, place="FILE", folder=tmp_path, environment={}).own_definitions()
    sent = read_definition("Feet", table)
    assert sent.parts == in_file
    assert sent.table == table


def test_names_come_in_any_case_and_null_is_not_sent() -> None:
    body = {"Name": "S", "KIND": "delimited", "like": None, "Fields": [{"name": "depth", "Position": 1, "min": None}]}
    assert read_definition("S", body).table == SOUNDER


@pytest.mark.parametrize(("body", "field", "said"), [
    ({}, None, "The definition 'S': it has no fields. Write a [[definitions.fields]] table for each."),
    ({**SOUNDER, "kind": "csv"}, "kind", "kind: 'csv' is not accepted. Write \"nmea\", \"delimited\", "),
    ({**SOUNDER, "color": 1}, "color", "A definition has no key 'color'."),
    ({**SOUNDER, "name": "T"}, "name", "name: 'T' is not the name in the address, 'S'. Omit it."),
    ({**SOUNDER, "fields": [DEPTH, {**DEPTH, "position": -1}]}, "fields[1].position",
     "fields[1].position: -1 is not accepted. Write a whole number from 0 to 200."),
    ({**SOUNDER, "fields": [{**DEPTH, "colour": 1}]}, "fields[0].colour", "fields[0] has no key 'colour'."),
    ({**SOUNDER, "fields": [{"position": 1}]}, "fields[0].name", "fields[0] has no name. Write small letters, "),
    ({**SOUNDER, "fields": [{"name": "depth"}]}, "fields[0]", "fields[0]: it is not said where depth stands."),
    ({**SOUNDER, "fields": [{**DEPTH, "unit": "ft"}]}, "fields[0]", "fields[0]: depth is always in m, not in ft."),
    ({**SOUNDER, "fields": [{**DEPTH, "formula": "a"}]}, None, "The definition 'S': the formula of depth names 'a'."),
    ({"like": "DTP"}, None, "The definition 'S': there is no ready definition 'DTP'. Write one of GGA, "),
    ({"like": "DPT", "rename": {"depth": "A b"}}, "rename.depth", "rename.depth: 'A b' is no name of a field."),
    ({"header": "Ω", "fields": [DEPTH]}, "header", "header: 'Ω' has letters that are more than one byte."),
    ({"kind": "expression", "expression": "(?L)(x)", "fields": [DEPTH]}, None, "is no regular expression"),
    ({**SOUNDER, "header": "A\x07"}, "header", "header holds the control character '\\x07'."),
    ({**SOUNDER, "fields": [{"name": "a", "position": 1, "unit": "\ud800"}]}, "fields[0].unit", "Write text"),
    ({"kind": "columns", "fields": [{"name": "pitch", "columns": [1, 2], "sign_position": 9, "positive": ["M"],
                                     "negative": ["P"]}]}, None, "pitch has a letter in field 9"),
    ({**SOUNDER, "fields": [{"name": "t", "position": 1, "type": "time"}, {"name": "x", "formula": "t"}]}, None,
     "the formula of x names 't'"),
])
def test_a_mistake_says_which_key_and_what_is_accepted(body: dict[str, Any], field: str | None, said: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_definition("S", body)
    assert said in refused.value.sentence
    assert refused.value.field == field


def test_a_name_that_no_definition_can_have() -> None:
    for name in ("", "x" * 41, "a\nb"):
        with pytest.raises(BadRequest) as refused:
            read_definition(name, SOUNDER)
        assert refused.value.field == "name"


def test_what_is_nested_deeply_is_refused() -> None:
    for depth in (50, 300, 900):
        text = '{"fields": ' + "[" * depth + "]" * depth + "}"
        with pytest.raises(BadRequest):
            read_definition("S", parse_object(text.encode()))


TEXTS = st.sampled_from(["", ",", ";", "A", "GGA", "DPT", "XY", "blanks", "\\x02", "depth", "value", "(x)(y)?", "Ω"])
NUMBERS = st.sampled_from([0, 1, 2, 3, 4, 5, 6, 9, -1, 200, 201])
NAMES = st.sampled_from(["depth", "a", "b", "value", "latitude"])
FIELD = st.fixed_dictionaries({"name": NAMES}, optional={
    "position": NUMBERS, "columns": st.lists(NUMBERS, max_size=2), "type": st.sampled_from([*FieldType]),
    "formula": st.sampled_from(["a", "value * 2", "a / b", "depth + a", "sqrt(value)"]), "unit": TEXTS,
    "none": st.lists(TEXTS, max_size=2), "min": st.floats(), "max": st.floats() | st.just(10**400),
    "sign_position": NUMBERS, "positive": st.just(["A"]), "negative": st.just(["XY"]), "unit_position": NUMBERS,
    "unit_letters": st.just(["A"]), "transducers": st.just(["A"]), "always": st.booleans(), "required": st.booleans(),
    "hidden": st.booleans(),
})
BODY = st.fixed_dictionaries({"fields": st.lists(FIELD, min_size=1, max_size=4)}, optional={
    "kind": st.sampled_from([*RecordKind]), "header": TEXTS, "talker": TEXTS, "start": TEXTS, "delimiter": TEXTS,
    "expression": TEXTS, "checksum": st.sampled_from([*ChecksumRule]), "decimal": st.sampled_from(".,"),
    "date_order": st.sampled_from(["dmy", "ymd"]), "field_count": st.lists(NUMBERS, max_size=2),
    "choose_position": NUMBERS, "choose": st.just(["A"]), "status_position": NUMBERS, "status_good": st.just(["A"]),
    "status_bad": st.just(["1"]),
})
RECORDS = st.lists(st.sampled_from(["1", "A", "XY", "", "N", "12.5", "x", "010203", "GGA", "-", "xy"]), max_size=8)


@given(BODY, RECORDS, st.sampled_from(",; "), st.booleans())
def test_what_is_accepted_reads_any_record_without_an_error(
    body: dict[str, Any], fields: list[str], delimiter: str, is_sentence: bool
) -> None:
    """Otherwise a client could stop the process that reads the instruments."""
    try:
        sent = read_definition("S", body)
    except BadRequest:
        return
    read_definition("S", json.loads(json.dumps(dict(sent.table))))
    header = f"${body.get('talker', '')}{body.get('header', '')}," if is_sentence else ""
    record = (header + delimiter.join(fields)).encode("latin-1", "replace")
    Interpreter(sent.parts).interpret(Record(record, Instant(0, 0)))
