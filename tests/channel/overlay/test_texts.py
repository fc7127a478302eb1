"""Which text is valid when."""

from hypothesis import given
from hypothesis import strategies as st

from seacorder.channel.overlay.texts import KEPT, ShownTexts, Texts


@given(st.lists(st.tuples(st.integers(0, 50), st.text(max_size=3)), max_size=30), st.integers(-1, 60))
def test_the_text_is_the_last_one_set_at_or_before_an_instant(changes: list[tuple[int, str]], instant_ns: int) -> None:
    texts = Texts("first")
    for at_ns, text in changes:
        texts.set(at_ns, text)
    valid = [(at_ns, order) for order, (at_ns, _) in enumerate(changes) if at_ns <= instant_ns]
    assert texts.at(instant_ns) == (changes[max(valid)[1]][1] if valid else "first")


def test_what_is_forgotten_is_the_oldest_and_memory_does_not_grow() -> None:
    texts = Texts()
    for number in range(3 * KEPT):
        texts.set(number, str(number))
    assert texts.at(0) == texts.at(2 * KEPT - 1) == str(2 * KEPT - 1)
    assert texts.at(2 * KEPT) == str(2 * KEPT)
    assert texts.newest == str(3 * KEPT - 1)
    assert len(texts._instants) == KEPT


def test_texts_may_come_in_any_order() -> None:
    texts = ShownTexts()
    texts.set(5, "Depth 3 m")
    texts.set(3, "Depth 2 m")
    assert (texts.at(4), texts.at(5)) == ("Depth 2 m", "Depth 3 m")
