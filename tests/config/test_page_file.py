"""What was set on the page lies over the settings file, key by key, and is written so that TOML reads it again."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.errors import SettingsError
from seacorder.config import page_file
from seacorder.config.load import load, source_of

FILE: dict[str, Any] = {
    "server": {"host": "0.0.0.0"},
    "channels": [
        {"name": "Bow", "input": "rtsp://a:b@10.0.0.1/1"},
        {"name": "Stern", "input": "rtsp://10.0.0.2/1", "backlog_seconds": 30, "burn_in": True},
    ],
}
names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)


def names_of(tables: dict[str, Any]) -> list[str]:
    return [one["name"] for one in tables["channels"]]


def changed(page: dict[str, Any], which: str, /, **keys: Any) -> dict[str, Any]:
    """What the page has set after keys of one channel are different; None takes a key away."""
    before = next(one for one in page_file.over(FILE, page)["channels"] if one["name"] == which)
    wanted = {key: value for key, value in {**before, **keys}.items() if value is not None}
    return page_file.with_one(FILE, page, "channels", which, wanted)


def test_nothing_set_leaves_the_file_as_it_is() -> None:
    assert page_file.over(FILE, {}) == FILE


def test_one_more_channel_comes_last() -> None:
    page = page_file.with_one(FILE, {}, "channels", None, {"name": "TMS", "input": "test:"})
    assert names_of(page_file.over(FILE, page)) == ["Bow", "Stern", "TMS"]


def test_only_what_differs_is_kept_so_that_the_file_still_says_the_rest() -> None:
    page = changed({}, "Bow", preroll_seconds=5)
    assert page == {"channels": [{"was": "Bow", "name": "Bow", "preroll_seconds": 5}]}
    later = {**FILE, "channels": [{"name": "Bow", "input": "rtsp://10.0.0.9/1"}]}
    assert page_file.over(later, page)["channels"] == [
        {"name": "Bow", "input": "rtsp://10.0.0.9/1", "preroll_seconds": 5}
    ]


def test_a_key_of_the_file_is_taken_away() -> None:
    page = changed({}, "Stern", backlog_seconds=None)
    assert page["channels"] == [{"was": "Stern", "name": "Stern", "unset": ["backlog_seconds"]}]
    assert page_file.over(FILE, page)["channels"][1] == {"name": "Stern", "input": "rtsp://10.0.0.2/1", "burn_in": True}


def test_a_renamed_channel_keeps_its_place_and_is_renamed_again() -> None:
    page = changed(changed({}, "Bow", name="Front"), "Front", name="Nose")
    assert names_of(page_file.over(FILE, page)) == ["Nose", "Stern"]
    assert len(page["channels"]) == 1


def test_a_channel_that_is_as_in_the_file_again_is_no_longer_set() -> None:
    assert changed(changed({}, "Bow", input="test:"), "Bow", input="rtsp://a:b@10.0.0.1/1") == {}


def test_a_removed_channel_is_gone_and_its_name_can_be_used_again() -> None:
    page = page_file.without_one(FILE, {}, "channels", "Bow")
    assert names_of(page_file.over(FILE, page)) == ["Stern"]
    again = page_file.with_one(FILE, page, "channels", None, {"name": "Bow", "input": "test:"})
    assert page_file.over(FILE, again)["channels"][-1] == {"name": "Bow", "input": "test:"}


def test_a_renamed_channel_is_removed_under_its_new_name() -> None:
    page = page_file.without_one(FILE, changed({}, "Bow", name="Front"), "channels", "Front")
    assert page == {"removed": {"channels": ["Bow"]}}


def test_one_that_the_page_has_added_leaves_nothing_behind() -> None:
    page = page_file.with_one(FILE, {}, "channels", None, {"name": "TMS", "input": "test:"})
    assert page_file.without_one(FILE, page, "channels", "TMS") == {}


def test_what_the_page_says_of_a_channel_that_the_file_no_longer_has() -> None:
    small, whole = changed({}, "Bow", preroll_seconds=5), changed({}, "Bow", input="test:")
    without = {"channels": [FILE["channels"][1]]}
    assert names_of(page_file.over(without, small)) == ["Stern"]
    assert names_of(page_file.over(without, whole)) == ["Stern", "Bow"]


def test_keys_of_a_table_are_set_and_taken_back() -> None:
    page = page_file.with_keys({}, "storage", {"root": "/data", "reserve_bytes": 5})
    assert page_file.over({"storage": {"root": "/old", "drives": {}}}, page)["storage"] == {
        "root": "/data", "reserve_bytes": 5, "drives": {}
    }
    assert page_file.with_keys(page, "storage", {"root": None, "reserve_bytes": None}) == {}


def test_a_whole_table_is_set_and_what_the_file_has_of_it_is_switched_off() -> None:
    tables = {"audio": {"input": "tone:", "gain_db": 6}}
    page = page_file.with_table(tables, {}, "audio", {"gain_db": 3})
    assert page == {"audio": {"gain_db": 3, "unset": ["input"]}}
    assert page_file.over(tables, page)["audio"] == {"gain_db": 3}
    assert page_file.with_table(tables, page, "audio", {"input": "tone:", "gain_db": 6}) == {}


def test_a_list_without_names_is_the_page_s_or_the_file_s() -> None:
    tables = {"readings_out": [{"to": "udp://10.0.0.9:6000", "line": "a"}]}
    page = page_file.with_whole_list({}, "readings_out", [])
    assert page_file.over(tables, page)["readings_out"] == []
    assert tomllib.loads(page_file.written({"storage": {"root": "/data"}, **page})) == {
        "storage": {"root": "/data"}, "readings_out": []
    }
    assert page_file.with_whole_list(page, "readings_out", None) == {}


@given(names, names, st.lists(names, max_size=3), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_is_read_again(name: str, text: str, some: list[str], switch: bool, number: float) -> None:
    page = {
        "channels": [{"name": name, "input": text, "definitions": some, "burn_in": switch, "preroll_seconds": number}],
        "overlay": {"time": "utc", "layers": [{"kind": "text", "text": text, "size": number}]},
        "storage": {"drives": {name: text}},
        "removed": {"channels": some},
    }
    assert tomllib.loads(page_file.written(page)) == page


def with_page(folder: Path, page: str) -> Path:
    path = folder / "seacorder.toml"
    path.write_text('# mine\n[[channels]]\nname = "Bow"\ninput = "test:"\n', encoding="utf-8")
    page_file.page_path(path).write_text(page, encoding="utf-8")
    return path


def test_the_program_is_started_with_both(tmp_path: Path) -> None:
    path = with_page(tmp_path, '[[channels]]\nname = "TMS"\ninput = "test:"\n')
    assert [one.name for one in load(path, {}).channels] == ["Bow", "TMS"]


def test_a_variable_belongs_to_the_channel_of_the_file_whatever_the_page_has_removed(tmp_path: Path) -> None:
    path = with_page(tmp_path, '[removed]\nchannels = ["Bow"]\n[[channels]]\nname = "TMS"\ninput = "test:"\n')
    (only,) = load(path, {"SEACORDER_CHANNELS_1_INPUT": "rtsp://10.0.0.1/secret"}).channels
    assert (only.name, only.input) == ("TMS", "test:")


@pytest.mark.parametrize(("page", "names"), [
    ('[removed]\nchannels = "Stern"\n', ["Bow"]),
    ("[removed]\nchannels = 5\n", ["Bow", "Stern"]),
    ('[[channels]]\nwas = ["Bow"]\n', ["Bow", "Stern"]),
])
def test_a_mistake_that_is_made_by_hand_ends_nothing(page: str, names: list[str]) -> None:
    assert names_of(page_file.over(FILE, tomllib.loads(page))) == names


def test_one_name_alone_needs_no_brackets() -> None:
    page = page_file.without_one(FILE, {"removed": {"channels": "Bow"}}, "channels", "Stern")
    assert page["removed"] == {"channels": ["Bow", "Stern"]}
    stern = {"was": "Stern", "name": "Stern", "unset": "burn_in"}
    assert "burn_in" not in page_file.over(FILE, {"channels": [stern]})["channels"][1]


@pytest.mark.parametrize("page", ['[[channels]]\nname = "bow"\ninput = "test:"\n', "no TOML", "[storage]\nroot = 5\n"])
def test_what_cannot_be_used_keeps_no_recorder_from_starting(tmp_path: Path, page: str) -> None:
    used = source_of(with_page(tmp_path, page), {}).in_use()
    assert [one.name for one in used.settings.channels] == ["Bow"]
    assert used.complaint is not None
    assert "seacorder.page.toml" in used.complaint.fact


def test_a_fault_of_the_settings_file_itself_is_told(tmp_path: Path) -> None:
    path = with_page(tmp_path, "")
    path.write_text("[serve]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="serve"):
        load(path, {})
