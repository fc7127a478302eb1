"""Observations: what a history comes to, in whatever order its copies are joined."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.errors import BadRequest
from seacorder.model.instant import Instant
from seacorder.model.observation import (
    Changes,
    EnteredBy,
    Followed,
    MadeFile,
    Observation,
    ObservationClass,
    ObservationState,
    Place,
    Revision,
    RevisionKind,
    joined,
    noted,
    revised,
)
from seacorder.model.observation_kind import READY_KINDS, checked_fields
from seacorder.model.observation_text import document_of, read, write
from seacorder.model.reading import Reading, ReadingState

AT = Instant(5_000_000_000, 1_700_000_000_000_000_000)
LATER = Instant(65_000_000_000, 1_700_000_060_000_000_000)
READING = Reading("depth", 12.5, "m", ReadingState.FRESH, Instant(4_750_000_000, AT.utc_ns - 250_000_000), "rov")
SPAN = Observation(
    "o1", 3, "FS", "Free span", ObservationClass.FINDING, True, AT, EnteredBy.API, (("dive", "12"),),
    noted([READING], AT), "r1", (Revision(1, RevisionKind.ENTERED, AT.utc_ns, "Ann", "", Changes("Seen", ())),),
)
KINDS = {kind.code: kind for kind in READY_KINDS}


def edit(sequence: int, **changes: object) -> Revision:
    return Revision(sequence, RevisionKind.REVISED, AT.utc_ns + sequence, "Bo", "typing", Changes(**changes))  # type: ignore[arg-type]


def test_a_span_is_open_until_it_is_closed() -> None:
    assert SPAN.now.state is ObservationState.OPEN
    closed = revised(SPAN, Revision(2, RevisionKind.CLOSED, 0, changes=Changes(end=LATER)))
    assert (closed.now.state, closed.now.end, closed.now.is_closed_by_stop) == (ObservationState.CLOSED, LATER, False)


def test_an_edit_hides_what_was_before_and_keeps_it() -> None:
    one = revised(revised(SPAN, edit(2, text="Longer", fields=(("height", 0.4),))), edit(3, fields=(("height", ""),)))
    assert (one.now.text, one.now.fields) == ("Longer", ())
    assert [revision.changes.text for revision in one.revisions] == ["Seen", "Longer", None]


def test_a_withdrawn_observation_still_says_everything() -> None:
    gone = revised(SPAN, Revision(2, RevisionKind.WITHDRAWN, 0, "Ann", "wrong pipe"))
    assert (gone.now.state, gone.now.text, gone.revisions[-1].reason) == (
        ObservationState.WITHDRAWN, "Seen", "wrong pipe",
    )


def test_the_age_of_a_reading_is_that_at_the_instant() -> None:
    assert SPAN.readings[0].age_seconds == 0.25


values = st.one_of(st.floats(-1e6, 1e6), st.text(max_size=5))
edits = st.builds(
    Revision,
    sequence=st.integers(2, 9),
    kind=st.sampled_from(RevisionKind),
    utc_ns=st.integers(0, 10**18),
    author=st.text(max_size=3),
    reason=st.text(max_size=3),
    changes=st.builds(
        Changes,
        text=st.none() | st.text(max_size=5),
        fields=st.dictionaries(st.sampled_from(["height", "length"]), values).map(lambda pairs: tuple(pairs.items())),
        end=st.none() | st.just(LATER),
    ),
)


@given(st.lists(edits, max_size=8), st.randoms())
def test_edits_in_any_order_give_one_history(made: list[Revision], chance: Random) -> None:
    in_turn = SPAN
    for one in made:
        in_turn = revised(in_turn, one)
    mixed = list(made)
    chance.shuffle(mixed)
    cut = chance.randrange(len(mixed) + 1)
    first, second = SPAN, SPAN
    for one in mixed[:cut]:
        first = revised(first, one)
    for one in mixed[cut:]:
        second = revised(second, one)
    assert joined(first, second) == joined(second, first) == in_turn
    assert joined(in_turn, in_turn) == in_turn
    assert joined(in_turn, first).now == in_turn.now
    assert set(in_turn.revisions) == {*SPAN.revisions, *made}


@given(st.lists(edits, max_size=5))
def test_what_is_read_back_is_what_was_written(made: list[Revision]) -> None:
    one = SPAN
    for revision in made:
        one = revised(one, revision)
    place = Place("Bow", "r1", 2, "/a/b.mp4", 12.25, 306, is_exact=True)
    one = replace(one, followed=Followed((place,), (), (MadeFile("s", "Bow", "/a/s.jpg"),)))
    assert read(write(one)) == read(write(one, indent=1)) == one
    assert document_of(one).observation == one


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"seacorder_observation": 2}', '{"seacorder_observation": 1}', "1"])
def test_other_texts_are_no_observation(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(text)


def test_an_exact_place_takes_the_place_of_a_computed_one() -> None:
    rough, exact = Place("Bow", "r", 1, "/x", 1.0, 25), Place("Bow", "r", 1, "/x", 0.98, 24, is_exact=True)
    one, other = (replace(SPAN, followed=Followed((place,))) for place in (rough, exact))
    assert joined(one, other).followed.places == joined(other, one).followed.places == (exact,)


def test_the_ready_set() -> None:
    assert list(KINDS) == ["AN", "FJ", "FS", "BU", "DB", "DM", "MG", "CP", "NOTE"]
    assert [code for code, kind in KINDS.items() if kind.is_span] == ["FS", "BU", "MG"]
    assert [code for code, kind in KINDS.items() if kind.observation_class is ObservationClass.ANOMALY] == ["DM"]


def test_fields_are_checked_by_their_kind() -> None:
    assert checked_fields(KINDS["AN"], {"clock": 6.5, "depletion": 40}) == (("depletion", 40), ("clock", 6.5))
    assert checked_fields(KINDS["AN"], {"clock": None}) == ()


@pytest.mark.parametrize(
    ("code", "sent", "accepted"),
    [
        ("AN", {"colour": "red"}, "AN has the fields depletion, clock."),
        ("FJ", {"clock": 1}, "FJ has no fields."),
        ("AN", {"depletion": "much"}, "Accepted is a number in %."),
        ("AN", {"depletion": True}, "Accepted is a number in %."),
        ("AN", {"clock": 13}, "Accepted is a position on the clock, 1 to 12.5 in half hours."),
        ("FS", {"length": -1}, "Accepted is a distance in m, 0 or more."),
    ],
)
def test_a_wrong_field_is_refused_with_what_is_accepted(code: str, sent: dict[str, object], accepted: str) -> None:
    with pytest.raises(BadRequest) as refused:
        checked_fields(KINDS[code], sent)
    assert refused.value.action == accepted
