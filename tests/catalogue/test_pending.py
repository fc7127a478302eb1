import threading

from seacorder.catalogue.pending import Pending, RowWrite


def row(key: str, value: int = 0, *, is_event: bool = False) -> RowWrite:
    return RowWrite(key, "", (value,), is_event)


def taken(pending: Pending) -> list[RowWrite]:
    found = pending.take()
    assert found is not None
    return found[0]


def test_the_newest_of_a_row_is_kept_and_takes_its_place_at_the_end() -> None:
    pending = Pending(10)
    for write in (row("a", 1), row("b", 1), row("a", 2)):
        assert pending.put(write)
    assert taken(pending) == [row("b", 1), row("a", 2)]


def test_refreshes_of_rows_that_wait_always_find_room() -> None:
    pending = Pending(2)
    pending.put(row("a"))
    pending.put(row("b"))
    assert pending.put(row("a", 7))
    assert pending.dropped == 0


def test_events_make_room_first_then_the_oldest_row() -> None:
    pending = Pending(3)
    pending.put(row("a"))
    pending.put(row("event", is_event=True))
    pending.put(row("b"))
    assert not pending.put(row("c"))
    assert not pending.put(row("d"))
    assert pending.dropped == 2
    assert [write.key for write in taken(pending)] == ["b", "c", "d"]


def test_a_wait_is_over_when_what_was_put_before_is_written() -> None:
    pending = Pending(10)
    pending.put(row("a"))
    before = pending.wait_written()
    found = pending.take()
    assert found is not None
    pending.put(row("b"))
    after = pending.wait_written()
    pending.written(found[1])
    assert before.done()
    assert not after.done()


def test_closed_it_gives_what_is_left_and_ends() -> None:
    pending = Pending(10)
    pending.put(row("a"))
    pending.close()
    assert taken(pending) == [row("a")]
    assert pending.take() is None


def test_nobody_lingers_while_somebody_waits() -> None:
    pending = Pending(10)
    thread = threading.Thread(target=pending.linger, args=(60.0,))
    thread.start()
    pending.wait_written()
    thread.join(60)
    assert not thread.is_alive()
