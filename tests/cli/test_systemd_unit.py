"""The unit says what it should, and the real systemd reads it so."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.pages import blocks
from seacorder.base.errors import BadRequest
from seacorder.cli.systemd_unit import ServicePlan, mount_of, mount_unit, unit_name, unit_text

PLAN = ServicePlan(command=("/usr/bin/true", "serve"), folder="/etc/seacorder", needed=("/data/recordings",))
ODD_FOLDERS = ("plain", "two words", "100%", "%i", "$HOME", "a\\b", "it's", 'a "b"', "Борт ü", "-x;#")
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd's tools")


def keys(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def verify(folder: Path, plan: ServicePlan) -> str:
    """What the real tool has against the unit."""
    file = folder / "verified.service"
    file.write_text(unit_text(plan), encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr + (f"exit code {done.returncode}" if done.returncode else "")


def test_it_is_started_again_for_ever_and_given_time_to_end() -> None:
    found = keys(unit_text(PLAN))
    assert found["StartLimitIntervalSec"] == ["0"]
    assert (found["Restart"], found["RestartSec"]) == (["always"], ["2"])
    assert (found["KillMode"], found["OOMPolicy"]) == (["mixed"], ["continue"])
    assert int(found["TimeoutStopSec"][0]) > 100
    assert found["RequiresMountsFor"] == ["/data/recordings"]
    assert found["WantedBy"] == ["multi-user.target"]


def test_the_disk_of_the_recordings_is_required_and_others_are_waited_for() -> None:
    plan = ServicePlan(
        ("/usr/bin/true",), "/", needed=("/mnt/rec 1/files",), wanted=("/mnt/second/x", "/mnt/rec 1/y", "/srv/x"),
        mounts=("/", "/mnt/rec 1", "/mnt/second", "/proc"),
    )
    found = keys(unit_text(plan))
    assert found["RequiresMountsFor"] == ['"/mnt/rec 1/files"']
    assert found["Wants"] == found["After"] == ["mnt-second.mount"]
    assert found["WantedBy"] == [r"multi-user.target mnt-rec\x201.mount"]


@pytest.mark.parametrize("is_of_user", [True, False])
def test_the_network_is_waited_for_where_there_is_something_to_wait_with(is_of_user: bool) -> None:
    plan = ServicePlan(("/usr/bin/true",), "/", ("/data",), needs_network=True, is_of_user=is_of_user)
    found = keys(unit_text(plan))
    assert found.get("Wants", []) == found.get("After", []) == ([] if is_of_user else ["network-online.target"])
    assert found["WantedBy"] == ["default.target" if is_of_user else "multi-user.target"]


@pytest.mark.docs
def test_the_unit_of_the_guide_is_as_the_one_that_is_installed() -> None:
    guide = (Path(__file__).parents[2] / "docs/setup/service.md").read_text("utf-8")
    shown = keys(blocks(guide, "ini")[0])
    plan = ServicePlan(
        tuple(shown["ExecStart"][0].split()), "/", tuple(shown["RequiresMountsFor"]), mounts=("/data",),
        needs_network=True, user="recorder",
    )
    assert shown | {"WorkingDirectory": ["/"]} == keys(unit_text(plan))


@needs_systemd
@pytest.mark.parametrize("odd", ODD_FOLDERS)
def test_the_real_systemd_takes_odd_paths(tmp_path: Path, odd: str) -> None:
    """It looks whether the program is there, so that a path that it reads otherwise is found out."""
    program = tmp_path / odd / "python"
    program.parent.mkdir()
    program.symlink_to("/usr/bin/true")
    data = str(tmp_path / odd)
    plan = ServicePlan((str(program), "--config", data), data, (data,), user="root", needs_network=True)
    assert verify(tmp_path, plan) == ""


@needs_systemd
def test_the_real_systemd_finds_fault_with_a_program_that_is_not_there(tmp_path: Path) -> None:
    assert "not executable" in verify(tmp_path, ServicePlan(("/nowhere/python",), "/", ("/data",)))


@pytest.mark.skipif(shutil.which("systemctl") is None, reason="needs systemd's tools")
def test_the_real_systemd_lets_it_start_with_the_machine_and_with_its_disk(tmp_path: Path) -> None:
    folder = tmp_path / "etc/systemd/system"
    folder.mkdir(parents=True)
    plan = ServicePlan(("/usr/bin/true",), "/", ("/mnt/my disk/files",), mounts=("/mnt/my disk",))
    file = folder / "seacorder.service"
    file.write_text(unit_text(plan))
    subprocess.run(["systemctl", f"--root={tmp_path}", "enable", "seacorder.service"], check=True, capture_output=True)
    linked = {path.name for path in folder.glob("*.wants") if {one.name for one in path.iterdir()} == {file.name}}
    assert linked == {"multi-user.target.wants", r"mnt-my\x20disk.mount.wants"}


@needs_systemd
@pytest.mark.parametrize("path", ["/", "/mnt/a-b", "/mnt/a b", "/data//x/", "/.hidden", "/ü/Борт", "/a\\b:c_d.e"])
def test_mount_units_are_called_as_systemd_calls_them(path: str) -> None:
    command = ["systemd-escape", "--path", "--suffix=mount", path]
    assert mount_unit(path) == subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@given(st.text(alphabet="ab %$\\'\"#;=", min_size=1, max_size=20))
def test_no_path_leaves_its_line(path: str) -> None:
    plan = ServicePlan(("/usr/bin/true", f"/{path}"), f"/{path}", (f"/{path}",))
    if "'" in path and '"' in path:
        with pytest.raises(BadRequest, match="both kinds of quotes"):
            unit_text(plan)
    else:
        assert len(unit_text(plan).splitlines()) == len(unit_text(PLAN).splitlines())


def test_a_path_with_control_characters_is_refused() -> None:
    with pytest.raises(BadRequest, match="cannot be written in a systemd unit"):
        unit_text(ServicePlan(("/usr/bin/true",), "/", ("/data\nExecStart=/bin/sh",)))


@pytest.mark.parametrize("name", ["", ".service", "a b", "../x", "a/b", "x@y", "ü", "a" * 250])
def test_what_is_no_name_of_a_service_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="no name of a service"):
        unit_name(name)


def test_the_innermost_mount_counts() -> None:
    mounts = ("/", "/mnt", "/mnt/disk", "/mnt/disk2")
    assert mount_of("/mnt/disk/a", mounts) == "/mnt/disk"
    assert mount_of("/mnt/disk2", mounts) == "/mnt/disk2"
    assert mount_of("/mnt/x", mounts) == "/mnt"
    assert mount_of("/srv/x", mounts) is None
    assert os.sep == "/" or mount_of("C:/x", mounts) is None
