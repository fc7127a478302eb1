"""The budget: bytes are refused softly at the limit and firmly far beyond it."""

from seacorder.storage.memory_budget import TRAILER_BYTES_MAX, MemoryBudget


def test_there_is_room_up_to_the_limit() -> None:
    budget = MemoryBudget(100)
    assert budget.has_room(100)
    assert budget.take(60)
    assert (budget.has_room(40), budget.has_room(41)) == (True, False)
    budget.give_back(60)
    assert budget.taken_bytes == 0


def test_an_index_is_taken_beyond_the_limit_but_not_without_end() -> None:
    budget = MemoryBudget(100)
    assert budget.take(100 + TRAILER_BYTES_MAX)
    assert not budget.take(1)
    assert budget.taken_bytes == 100 + TRAILER_BYTES_MAX


def test_promised_indexes_are_bytes_that_will_come() -> None:
    budget = MemoryBudget(100)
    budget.take(10)
    budget.promise(32)
    assert (budget.taken_bytes, budget.coming_bytes) == (10, 42)
    budget.promise(-32)
    assert budget.coming_bytes == 10
