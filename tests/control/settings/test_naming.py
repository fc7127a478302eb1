"""Ids, and which template, folder and instant the name of a file is made of."""


from hypothesis import given
from hypothesis import strategies as st

from seacorder.control.settings.naming import DirectoryInstant, Ids, NamingBase, file_template, id_text
from seacorder.model.recording import FileKind
from seacorder.model.settings import PathTemplates, RecorderSettings, SettingsChange

SECOND = 1_000_000_000


@given(st.integers(0, 4_000_000_000 * SECOND), st.integers(0, 4_000_000_000 * SECOND))
def test_ids_sort_by_time(one: int, other: int) -> None:
    assert (id_text(one) <= id_text(other)) == (one // 1_000_000 <= other // 1_000_000)


def test_ids_are_never_given_twice() -> None:
    ids = Ids()
    assert id_text(1_700_000_000_123_000_000) == "20231114T221320.123Z"
    assert [ids.next(0) for _ in range(3)] == ["19700101T000000.000Z" + suffix for suffix in ("", "-2", "-3")]


def test_an_id_of_a_time_before_the_catalogue_s_newest_is_none_that_an_earlier_run_has_given() -> None:
    """The clock of a machine without a battery begins at one and the same moment, start after start."""
    ids, again = Ids(), Ids()
    for one in (ids, again):
        one.continue_from(1_700_000_000_000_000_000)
    given = [one.next(1_000_000) for one in (ids, again) for _ in range(2)]
    assert len(set(given)) == 4
    assert all(one.startswith("19700101T000000.001Z-") for one in given)
    assert ids.next(1_700_000_000_123_000_000) == "20231114T221320.123Z", "later ones are as they always were"


def test_every_kind_of_file_has_a_template_and_a_folder() -> None:
    base = NamingBase("/rec", "/insp")
    for kind in FileKind:
        naming = base.naming(kind, RecorderSettings(), directory_utc_ns=1, file_utc_ns=2)
        assert naming.base_folder == ("/rec" if kind is FileKind.RECORDING else "/insp")
        assert naming.file_template == file_template(PathTemplates(), kind)


def test_every_kind_of_file_has_a_place_on_the_second_volume() -> None:
    base = NamingBase("/data/rec", "/elsewhere", root="/data", fallback_root="/second")
    for kind in FileKind:
        naming = base.naming(kind, RecorderSettings(), directory_utc_ns=1, file_utc_ns=2)
        assert naming.fallback_folder == ("/second/rec" if kind is FileKind.RECORDING else "/second")


def test_the_directory_instant_outside_a_recording() -> None:
    directory = DirectoryInstant()
    assert [directory.at(5, None), directory.at(6, None), directory.at(7, 3), directory.at(8, None)] == [5, 5, 3, 5]
    directory.on_change(SettingsChange(split_time_minutes=1))
    assert directory.at(9, None) == 5
    directory.on_change(SettingsChange(inspection_directory="x"))
    assert directory.at(10, None) == 10
