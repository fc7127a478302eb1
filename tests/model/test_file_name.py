"""A name that was made fit is one that every file system takes, and stays as it is when it is made fit again."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from seacorder.model.file_name import COMPONENT_BYTES_MAX, component, same_file


@given(st.text())
def test_a_fit_name_stays_as_it_is(text: str) -> None:
    name = component(text)
    assert component(name) == name
    assert 0 < len(name.encode()) <= COMPONENT_BYTES_MAX
    assert not set(name) & set('<>:"|?*/\\')
    assert name == name.rstrip(". ")


@given(st.text(), st.text())
def test_names_of_one_file_here_are_names_of_one_file_everywhere(one: str, other: str) -> None:
    if component(one) == component(other):
        assert same_file(one) == same_file(other)


def test_a_name_that_windows_keeps_for_a_device_is_another_one() -> None:
    assert component("nul.txt") == "nul_.txt"
    assert component("Com1 ") == "Com1 _"
    assert component("console") == "console"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_this_machines_disk_takes_it(tmp_path_factory, text: str) -> None:
    folder: Path = tmp_path_factory.getbasetemp() / "fit"
    (folder / component(text)).mkdir(parents=True, exist_ok=True)
    assert (folder / component(text)).is_dir()
