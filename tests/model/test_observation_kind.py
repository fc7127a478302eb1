"""Kinds of observations: what their fields take, and which clip follows."""

import re

import pytest

from seacorder.base.errors import BadRequest
from seacorder.model.observation import ObservationClass
from seacorder.model.observation_kind import (
    ANOMALY_SECONDS,
    READY_KINDS,
    KindField,
    KindFieldType,
    ObservationKind,
    checked_fields,
)
from tools.tree import ROOT

KIND = ObservationKind("X", "X", fields=(
    KindField("n", KindFieldType.NUMBER), KindField("side", KindFieldType.CHOICE, choices=("port", "starboard")),
    KindField("said"), KindField("far", KindFieldType.DISTANCE, "m"), KindField("clock", KindFieldType.CLOCK),
))


def test_fields_stand_in_the_order_of_the_kind() -> None:
    sent = {"clock": 12.5, "said": "Riß", "side": "port", "n": -3, "far": 0}
    assert checked_fields(KIND, sent) == (("n", -3), ("side", "port"), ("said", "Riß"), ("far", 0), ("clock", 12.5))


@pytest.mark.parametrize(
    "sent",
    [
        {"n": "3"}, {"n": True}, {"n": 1e12}, {"side": "up"}, {"side": ["port"]}, {"said": 5}, {"said": "x" * 501},
        {"said": "half \ud800"}, {"far": -0.1}, {"clock": 13}, {"clock": 0.5}, {"clock": 3.25}, {"other": 1},
    ],
)
def test_what_a_field_does_not_take_is_refused(sent: dict[str, object]) -> None:
    with pytest.raises(BadRequest) as refused:
        checked_fields(KIND, sent)
    assert refused.value.field == "fields"


@pytest.mark.parametrize(
    ("kind", "is_as_long", "seconds"),
    [
        (ObservationKind("A", "A"), False, 0.0),
        (ObservationKind("A", "A", clip_seconds=3.0), False, 3.0),
        (ObservationKind("A", "A", is_span=True, takes_span_clip=True), True, 0.0),
        (ObservationKind("A", "A", ObservationClass.ANOMALY), False, ANOMALY_SECONDS),
        (ObservationKind("A", "A", ObservationClass.ANOMALY, is_span=True), True, 0.0),
        (ObservationKind("A", "A", ObservationClass.ANOMALY, is_span=True, clip_seconds=5.0), False, 5.0),
    ],
)
def test_which_clip_follows(kind: ObservationKind, is_as_long: bool, seconds: float) -> None:
    assert (kind.clip_of_span, kind.clip_after_seconds) == (is_as_long, seconds)


def test_no_ready_kind_has_a_key_that_the_page_needs() -> None:
    source = (ROOT / "web/src/model/observations.ts").read_text("utf-8")
    (taken,) = re.findall(r'PAGE_KEYS.* = new Set\("(.+)"\)', source)
    assert {"r", "s", "?"} < set(taken)
    others = [kind for kind in READY_KINDS if kind.observation_class is not ObservationClass.NOTE]
    assert [kind.key for kind in others if kind.key in taken] == []


def test_no_two_ready_kinds_have_the_same_key_or_code() -> None:
    assert len({kind.key for kind in READY_KINDS}) == len({kind.code for kind in READY_KINDS}) == len(READY_KINDS)
