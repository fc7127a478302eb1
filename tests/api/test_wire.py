"""Strict reading: whatever comes, the end is a value or a BadRequest with a sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.api import times, wire
from seacorder.base.errors import BadRequest

READERS = [
    wire.boolean, wire.number, wire.text, wire.text_or_null, wire.text_or_none, wire.directory, wire.directory_or_null,
    wire.resolution,
]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.binary())
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    try:
        assert isinstance(wire.parse_object(body), dict)
    except BadRequest as error:
        assert error.sentence.endswith(".")


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers() | st.text(st.characters(codec="utf-8"))))
def test_an_object_comes_back_whole(sent: dict[str, object]) -> None:
    if len({key.lower() for key in sent}) == len(sent):
        assert wire.parse_object(json.dumps(sent).encode()) == sent


@given(ANY_JSON, st.sampled_from(READERS))
def test_a_value_is_read_or_refused_by_name(value: object, reader: wire.Reader) -> None:
    try:
        reader("Field", value)
    except BadRequest as error:
        assert error.field == "Field"
        error.sentence.encode("utf-8")


@given(st.text())
def test_values_in_paths(value: str) -> None:
    for reader in (wire.decimal_in_path, wire.boolean_in_path):
        try:
            reader("Field", value)
        except BadRequest as error:
            assert error.field == "Field"


@given(st.integers(min_value=-(10**18), max_value=4 * 10**18))
def test_an_instant_reads_back_to_the_microsecond(utc_ns: int) -> None:
    assert times.read_utc("from", times.utc_text(utc_ns)) == utc_ns // 1000 * 1000


@given(st.text())
def test_any_text_is_an_instant_or_refused(text: str) -> None:
    try:
        times.read_utc("from", text)
    except BadRequest as error:
        assert error.field == "from"


def test_a_number_is_no_bool_and_a_bool_no_number() -> None:
    for value in (True, False):
        with pytest.raises(BadRequest, match="number"):
            wire.number("Bitrate", value)
    for value in (0, 1, "true", None):
        with pytest.raises(BadRequest, match="true or false"):
            wire.boolean("IsSmartEncoding", value)
