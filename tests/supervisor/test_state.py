import pytest

from seacorder.supervisor.state import MOVES, IllegalMove, WorkerState, move


def test_every_state_can_be_left_and_leads_to_stopped() -> None:
    assert set(MOVES) == set(WorkerState)
    reached = {WorkerState.STOPPED}
    for _ in WorkerState:
        reached |= {state for state, to in MOVES.items() if to & reached}
    assert reached == set(WorkerState)


@pytest.mark.parametrize("now", WorkerState)
@pytest.mark.parametrize("to", WorkerState)
def test_a_move_is_in_the_table_or_raises(now: WorkerState, to: WorkerState) -> None:
    if to in MOVES[now]:
        assert move(now, to) is to
    else:
        with pytest.raises(IllegalMove):
            move(now, to)
