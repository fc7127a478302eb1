"""`seacorder service` with a service manager that only notes what it is told."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from seacorder.base.errors import BadRequest, NotPossible, SettingsError
from seacorder.cli import systemd_service as service
from seacorder.cli.systemd_service import Ran, Systemd, Wish


@dataclass
class Noted:
    """Stands for `systemctl`."""

    answers: dict[str, Ran] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def run(self, words: Sequence[str]) -> Ran:
        self.told.append(" ".join(words))
        return self.answers.get(words[0], Ran(0))


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def systemd(tmp_path: Path, noted: Noted) -> Systemd:
    return Systemd(tmp_path / "units", noted.run, is_there=True, may_change=True)


@pytest.fixture
def wish(tmp_path: Path) -> Wish:
    file = tmp_path / "my settings.toml"
    channel = '[[channels]]\nname = "B"\ninput = "test:"\n'
    file.write_text(f'[storage]\nroot = "{tmp_path}/files"\n[log]\nfile = "~/log/s.log"\n{channel}')
    return Wish(config=file, run_as=getpass.getuser())


def test_it_is_written_enabled_and_started(wish: Wish, systemd: Systemd, noted: Noted, capsys) -> None:
    service.install(wish, systemd, is_shown_only=False)
    text = (systemd.folder / "seacorder.service").read_text()
    assert f'serve --config "{wish.config}"' in text
    assert f"RequiresMountsFor={wish.config.parent}/files" in text
    assert f"User={getpass.getuser()}" in text
    assert "network" not in text
    assert noted.told == ["daemon-reload", "enable --now seacorder.service"]
    assert "is installed" in capsys.readouterr().out


def test_what_is_shown_only_changes_nothing(wish: Wish, systemd: Systemd, noted: Noted, capsys) -> None:
    service.install(wish, replace(systemd, is_there=False), is_shown_only=True)
    shown = capsys.readouterr().out
    assert noted.told == []
    assert not systemd.folder.exists()
    service.install(wish, systemd, is_shown_only=False)
    assert (systemd.folder / "seacorder.service").read_text() == shown


def test_cameras_and_listeners_of_the_network_wait_for_it(wish: Wish, capsys) -> None:
    for text in ('[[channels]]\nname = "B"\ninput = "rtsp://10.0.0.5/s"\n',
                 '[server]\nhost = "0.0.0.0"\n[[channels]]\nname = "B"\ninput = "test:"\n'):
        wish.config.write_text(text)
        assert service.planned(wish).needs_network


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"is_there": False}, "not run by systemd"),
        ({"may_change": False}, "Only root may change"),
    ],
)
def test_without_systemd_or_without_the_right_nothing_is_changed(
    wish: Wish, systemd: Systemd, noted: Noted, change: dict, sentence: str
) -> None:
    for act in (lambda own: service.install(wish, own, is_shown_only=False), lambda own: service.remove("x", own)):
        with pytest.raises(NotPossible, match=sentence):
            act(replace(systemd, **change))
    assert noted.told == []


def test_what_cannot_be_used_is_told_before_anything_is_changed(wish: Wish, systemd: Systemd, noted: Noted) -> None:
    with pytest.raises(BadRequest, match="There is no user 'nobody of that name'"):
        service.install(replace(wish, run_as="nobody of that name"), systemd, is_shown_only=False)
    wish.config.write_text("channels = 1")
    with pytest.raises(SettingsError):
        service.install(wish, systemd, is_shown_only=False)
    assert noted.told == []


def test_a_second_time_is_refused_and_removing_takes_it_away(wish: Wish, systemd: Systemd, noted: Noted) -> None:
    service.install(wish, systemd, is_shown_only=False)
    with pytest.raises(NotPossible, match="is installed already"):
        service.install(wish, systemd, is_shown_only=False)
    noted.told.clear()
    service.remove("seacorder", systemd)
    assert noted.told == ["disable --now seacorder.service", "daemon-reload"]
    assert list(systemd.folder.iterdir()) == []
    with pytest.raises(NotPossible, match="is not installed"):
        service.remove("seacorder", systemd)


def test_what_others_have_written_is_left_alone(systemd: Systemd, noted: Noted) -> None:
    systemd.folder.mkdir()
    (systemd.folder / "ssh.service").write_text("[Service]\n")
    with pytest.raises(NotPossible, match="was not written by"):
        service.remove("ssh", systemd)
    assert noted.told == []


def test_what_systemd_refuses_is_told(wish: Wish, systemd: Systemd, noted: Noted) -> None:
    noted.answers = {"enable": Ran(1, fault="Unit is masked."), "disable": Ran(1, fault="Timed out.")}
    with pytest.raises(NotPossible, match=r"enable --now seacorder\.service` failed \(Unit is masked\.\)"):
        service.install(wish, systemd, is_shown_only=False)
    with pytest.raises(NotPossible, match=r"could not be stopped \(Timed out\.\)"):
        service.remove("seacorder", systemd)
    assert (systemd.folder / "seacorder.service").exists()


RUNNING = "LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nNRestarts=2\nResult=success\n"


@pytest.mark.parametrize(
    ("answer", "runs", "said"),
    [
        (RUNNING + "ActiveEnterTimestamp=Mon 2026-05-04 03:02:01 UTC\n", True,
         "is active (running) since Mon 2026-05-04 03:02:01 UTC.\nIt starts with the computer; systemd has started"),
        (RUNNING.replace("active\n", "failed\n").replace("success", "exit-code"), False, "Last result: exit-code."),
        ("LoadState=not-found\nActiveState=inactive\n", False, "seacorder.service is not installed."),
        ("", False, "is not installed"),
    ],
)
def test_the_status_is_told(systemd: Systemd, noted: Noted, capsys, answer: str, runs: bool, said: str) -> None:
    noted.answers = {"show": Ran(0, answer)}
    assert service.show_status("seacorder", systemd) is runs
    assert said in capsys.readouterr().out


def test_mount_points_are_those_that_are_there_and_those_that_are_planned(tmp_path: Path) -> None:
    mounted = "36 35 98:0 / /mnt/my\\040disk rw - ext4 /dev/sda1 rw\n37 35 0:1 / / rw - x x x\n"
    (tmp_path / "mountinfo").write_text(mounted)
    (tmp_path / "fstab").write_text("# <device> <folder>\nUUID=1 /data ext4 nofail 0 2\nUUID=2 none swap sw 0 0\n\n")
    assert service.mount_points(tmp_path / "mountinfo", tmp_path / "fstab") == ["/mnt/my disk", "/", "/data"]
    assert service.mount_points(tmp_path / "gone", tmp_path / "gone") == []
