"""The table of a picture's states: which moves there are, and that no other one is silently made."""

import pytest

from seacorder.inputs.rtp.picture_states import AFTER, IllegalMoveError, Markers, Move, PictureState

OPEN = {PictureState.WITHIN, PictureState.MARKED}


def test_a_move_that_is_not_in_the_table_raises() -> None:
    for state in PictureState:
        for move in Move:
            if (state, move) not in AFTER:
                with pytest.raises(IllegalMoveError, match=f"{move.name} cannot happen in the state {state.name}"):
                    AFTER[state, move]


def test_a_picture_begins_where_none_is_open_and_ends_where_one_is() -> None:
    begins = {Move.BEGIN, Move.TAKE_BACK}
    ends = {Move.END, Move.HAND_OVER}
    for (state, move), following in AFTER.items():
        assert (state not in OPEN and following in OPEN) == (move in begins)
        assert (state in OPEN and following not in OPEN) == (move in ends)


def test_every_state_is_reached_from_the_start_and_left_again() -> None:
    reached = {PictureState.START}
    for _ in PictureState:
        reached |= {following for (state, _), following in AFTER.items() if state in reached}
    assert reached == set(PictureState)
    assert {state for (state, _), following in AFTER.items() if following != state} == set(PictureState)


def test_packets_that_are_missing_make_the_next_picture_doubtful_until_it_begins() -> None:
    closed = set(PictureState) - OPEN
    assert {AFTER[state, Move.LOSE] for state in closed} == {PictureState.AFTER_LOSS}
    assert {state for (state, _), following in AFTER.items() if following is PictureState.AFTER_LOSS} == closed


def test_markers_are_believed_for_each_kind_of_picture_and_never_again_after_a_wrong_one() -> None:
    markers = Markers()
    assert not markers.are_believed(is_key=True)
    markers.prove(is_key=True)
    assert markers.are_believed(is_key=True)
    assert not markers.are_believed(is_key=False)
    markers.disprove()
    markers.prove(is_key=True)
    assert not markers.are_believed(is_key=True)
