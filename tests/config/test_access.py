"""Who may read a settings file is told from its owner, its group and its rights; they are never to be loosened."""

import errno
import grp
import os
import pwd
from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config.access import reader, who_may_read
from seacorder.config.load import find, is_there, read_file


def facts(mode: int, owner: int, group: int) -> os.stat_result:
    return os.stat_result((0o100000 | mode, 0, 0, 1, owner, group, 0, 0, 0, 0))


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """User and group `recorder` have the number 990; the group 991, `divers`, has no user of its name."""
    users = {"recorder": 990}

    def user(name: str) -> pwd.struct_passwd:
        return pwd.struct_passwd((name, "x", users[name], 990, "", "/", ""))

    groups = {990: "recorder", 991: "divers"}
    monkeypatch.setattr(pwd, "getpwnam", user)
    monkeypatch.setattr(pwd, "getpwuid", lambda number: user({990: "recorder"}[number]))
    monkeypatch.setattr(grp, "getgrgid", lambda number: grp.struct_group((groups[number], "x", number, [])))


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("mode", "owner", "group", "expected"),
    [
        (0o640, 0, 990, "recorder"),
        (0o600, 990, 0, "recorder"),
        (0o640, 0, 991, None),
        (0o600, 0, 990, None),
        (0o600, 0, 0, None),
        (0o600, 4711, 0, None),
    ],
)
def test_its_owner_or_the_user_of_its_group_reads_it(mode: int, owner: int, group: int, expected: str | None) -> None:
    assert reader(facts(mode, owner, group)) == expected


def test_who_may_not_read_it_is_told_as_whom_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "seacorder.toml"
    file.write_text("")
    monkeypatch.setattr("seacorder.config.access.reader", lambda _: "recorder")

    def refused(*_: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(SettingsError) as caught:
        read_file(file)
    (told,) = caught.value.faults
    assert told.both == (
        f"{file}: this user may not read it (Permission denied).",
        "Run this command as the user of the service: write `sudo -u recorder` before it.",
    )


def test_where_nobody_can_be_named_sudo_is(tmp_path: Path) -> None:
    assert who_may_read(tmp_path / "gone.toml") == "Run this command as the user of the service, or with `sudo`."


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Files in folders into which this user may not look."""
    shut: set[Path] = set()
    is_file = Path.is_file

    def looked(path: Path) -> bool:
        if path in shut:
            raise PermissionError(errno.EACCES, "Permission denied")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", looked)
    return shut


def test_a_folder_into_which_this_user_may_not_look_is_not_passed_over(tmp_path: Path, shut: set[Path]) -> None:
    own = tmp_path / "seacorder/seacorder.toml"
    shut |= {own, Path("seacorder.toml")}
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert find(None, environment) == own
    assert is_there(None, environment)


def test_the_current_folder_may_be_another_users(tmp_path: Path, shut: set[Path]) -> None:
    own = tmp_path / "seacorder/seacorder.toml"
    own.parent.mkdir()
    own.write_text("")
    shut.add(Path("seacorder.toml"))
    assert find(None, {"XDG_CONFIG_HOME": str(tmp_path)}) == own
