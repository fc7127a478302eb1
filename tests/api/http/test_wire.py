"""Strict reading: whatever comes, the end is a value or a BadRequest with a sentence."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.api.http import wire
from seacorder.api.v1 import view
from seacorder.base.errors import BadRequest

READERS = [
    wire.boolean, wire.number, wire.text, wire.text_or_nothing, wire.directory, wire.resolution, wire.size,
]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def refusal(read: Callable[[], object]) -> BadRequest | None:
    """The BadRequest that `read` raises, if any; every other error goes through."""
    try:
        read()
    except BadRequest as error:
        return error
    return None


@given(st.binary())
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    refused = refusal(lambda: wire.parse_object(body))
    assert refused is None or refused.sentence.endswith(".")


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers() | st.text(st.characters(codec="utf-8"))))
def test_an_object_comes_back_whole(sent: dict[str, object]) -> None:
    if len({key.lower() for key in sent}) == len(sent):
        assert wire.parse_object(json.dumps(sent).encode()) == sent


@given(ANY_JSON, st.sampled_from(READERS))
def test_a_value_is_read_or_refused_by_name(value: object, reader: wire.Reader) -> None:
    refused = refusal(lambda: reader("Field", value))
    assert refused is None or (refused.field == "Field" and refused.sentence.encode("utf-8"))


@given(st.dictionaries(st.sampled_from(["Bitrate", "directory", "ENCODER"]), st.none() | st.just("x")))
def test_a_null_is_as_if_the_field_had_not_been_sent(sent: dict[str, object]) -> None:
    readers = dict.fromkeys(("Bitrate", "Directory", "Encoder"), wire.text)
    known = {key.lower(): value for key, value in sent.items() if value is not None}
    assert {key.lower(): value for key, value in wire.read_fields(sent, readers).items()} == known


@given(st.text(), st.sampled_from([wire.decimal_in_path, wire.boolean_in_path]))
def test_a_value_in_a_path_is_read_or_refused(value: str, reader: wire.Reader) -> None:
    refused = refusal(lambda: reader("Field", value))
    assert refused is None or refused.field == "Field"


@given(st.integers(min_value=-(10**18), max_value=4 * 10**18))
def test_an_instant_reads_back_to_the_microsecond(utc_ns: int) -> None:
    assert view.read_utc("from", view.utc_text(utc_ns)) == utc_ns // 1000 * 1000


@given(st.text())
def test_any_text_is_an_instant_or_refused(text: str) -> None:
    refused = refusal(lambda: view.read_utc("from", text))
    assert refused is None or refused.field == "from"


def test_a_number_is_no_bool_and_a_bool_no_number() -> None:
    for value in (True, False):
        with pytest.raises(BadRequest, match="number"):
            wire.number("Bitrate", value)
    for value in (0, 1, "true", None):
        with pytest.raises(BadRequest, match="true or false"):
            wire.boolean("IsSmartEncoding", value)
