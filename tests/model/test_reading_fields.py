"""The standard fields of readings: each once, with a name that overlay texts can hold."""

import re

from seacorder.model.reading_fields import FIELD_BY_NAME, READING_FIELDS

NAMES_THAT_PROGRAMS_RELY_ON = (
    "latitude longitude heading course speed depth altitude pitch roll heave water_temperature easting northing kp "
    "distance_off_line cp"
)


def test_each_name_stands_once_and_can_stand_in_a_text() -> None:
    assert len(FIELD_BY_NAME) == len(READING_FIELDS)
    assert [name for name in FIELD_BY_NAME if not re.fullmatch(r"[a-z][a-z_]*", name)] == []


def test_the_names_that_programs_rely_on_are_there() -> None:
    assert set(NAMES_THAT_PROGRAMS_RELY_ON.split()) <= set(FIELD_BY_NAME)


def test_each_has_a_sentence_and_a_range_that_is_one() -> None:
    for field in READING_FIELDS:
        assert field.meaning.endswith(".")
        assert field.least is None or field.most is None or field.least < field.most
