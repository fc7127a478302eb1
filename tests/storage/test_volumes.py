"""Another volume under the same folder: it is noticed, nothing is begun there; other changes are not taken for it."""

import errno
from pathlib import Path

import pytest

from seacorder.base.errors import StorageFailed
from seacorder.cli.volumes import accept
from seacorder.model.recording import FaultKind
from seacorder.model.volume import MarkedFolder
from seacorder.storage.disk import this_machine
from seacorder.storage.disk_faults import kind_of
from seacorder.storage.volume_memory import Remembered, VolumeMemory, begin, is_unmounted, state_folder
from seacorder.storage.volumes import (
    MARK_NAME,
    NOWHERE,
    MarkedFolders,
    device_of,
    is_exchanged,
    is_replaced,
    keep_mark,
    mount_of,
    read_mark,
    system_device,
    write_mark,
)

OTHER_DEVICE = 987_654_321


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def began(root: Path, tmp_path: Path) -> MarkedFolder:
    (one,) = begin([root], [], VolumeMemory(tmp_path / "state"))
    return one


def elsewhere(one: MarkedFolder) -> MarkedFolder:
    """As if the folder had been on another device when the program began."""
    return MarkedFolder(one.folder, one.mark, OTHER_DEVICE, one.inode)


def test_a_folder_that_stays_is_neither_exchanged_nor_replaced(root: Path, tmp_path: Path) -> None:
    one = began(root, tmp_path)
    assert (is_exchanged(one), is_replaced(one)) == (False, False)
    assert began(root, tmp_path) == one, "the next start finds the same mark"


def test_a_disk_that_comes_back_as_another_device_is_known_by_its_mark(root: Path, tmp_path: Path) -> None:
    one = elsewhere(began(root, tmp_path))
    assert not is_exchanged(one)
    (root / MARK_NAME).unlink()
    assert is_exchanged(one)
    write_mark(root, "that of another disk of ours")
    assert is_exchanged(one)


def test_no_file_is_begun_on_another_volume_and_its_folders_are_not_made(root: Path, tmp_path: Path) -> None:
    one = elsewhere(began(root, tmp_path))
    (root / MARK_NAME).unlink()
    disk = this_machine(MarkedFolders([one]).check)
    with pytest.raises(OSError, match=str(root)) as refused:
        disk.make_folders(root / "Dive1")
    assert kind_of(refused.value.errno or 0) is FaultKind.EXCHANGED
    assert refused.value.errno == errno.EXDEV
    assert list(root.iterdir()) == []
    disk.make_folders(tmp_path / "not under the root")


def test_a_mark_that_somebody_has_deleted_is_written_again(root: Path, tmp_path: Path) -> None:
    one = began(root, tmp_path)
    (root / MARK_NAME).unlink()
    assert not is_exchanged(one)
    keep_mark(one)
    assert read_mark(root) == one.mark


def test_a_folder_that_was_deleted_or_made_anew_on_the_same_disk_is_replaced_and_usable(
    root: Path, tmp_path: Path
) -> None:
    one = began(root, tmp_path)
    root.rename(tmp_path / "old")
    assert (is_exchanged(one), is_replaced(one)) == (False, True)
    root.mkdir()
    assert (is_exchanged(one), is_replaced(one)) == (False, True)
    root.rmdir()
    root.symlink_to(tmp_path / "state", target_is_directory=True)
    assert (is_exchanged(one), is_replaced(one)) == (False, True)


def test_an_operator_s_word_makes_another_volume_the_right_one(root: Path, tmp_path: Path) -> None:
    one = elsewhere(began(root, tmp_path))
    (root / MARK_NAME).unlink()
    accept(root)
    assert not is_exchanged(one)
    keep_mark(one)
    assert read_mark(root) == one.mark
    with pytest.raises(StorageFailed, match="no folder"):
        accept(tmp_path / "nowhere")


def test_a_folder_that_clients_may_choose_counts_when_it_falls_back_to_the_system_s_disk(tmp_path: Path) -> None:
    here = device_of(tmp_path)
    fallen = MarkedFolder(str(tmp_path), "", OTHER_DEVICE)
    assert is_exchanged(fallen) is (here == system_device())
    assert not is_exchanged(MarkedFolder(str(tmp_path), "", here))


def test_the_nearest_folder_above_decides(root: Path, tmp_path: Path) -> None:
    inner = MarkedFolder(str(root), "x", OTHER_DEVICE)
    volumes = MarkedFolders([MarkedFolder(str(tmp_path), "", device_of(tmp_path)), inner])
    assert volumes.exchanged(root / "a" / "b.mp4") == inner
    assert volumes.exchanged(tmp_path / "b.mp4") is None
    assert not volumes.covers(Path("/elsewhere"))


def test_a_start_remembers_only_folders_on_a_disk_of_their_own(root: Path, tmp_path: Path) -> None:
    memory = VolumeMemory(tmp_path / "state")
    (one,) = begin([root], [], memory)
    is_own = one.device != system_device()
    expected = Remembered(str(mount_of(root)), one.mark) if is_own else None
    assert VolumeMemory(tmp_path / "state").of(root) == expected


def not_mounted(folder: Path, memory: VolumeMemory, mark: str = "that of the disk") -> None:
    """As if a disk had been mounted at the folder in the run before."""
    memory.update({str(folder): Remembered(str(folder), mark)}, [])


def test_a_root_whose_disk_is_not_mounted_is_told_from_one_that_is_new(root: Path, tmp_path: Path) -> None:
    memory = VolumeMemory(tmp_path / "state")
    assert not is_unmounted(root, memory), "a first start"
    not_mounted(root, memory)
    memory = VolumeMemory(tmp_path / "state")
    assert is_unmounted(root, memory)
    assert is_unmounted(root / "sub", memory) is False
    accept(root)
    assert not is_unmounted(root, memory)
    memory.update({str(root): Remembered(str(mount_of(root)), "that of the disk")}, [])
    (root / MARK_NAME).unlink()
    assert not is_unmounted(root, memory), "another disk is mounted there: operators change disks"


def test_a_second_folder_whose_disk_is_not_mounted_is_not_made_on_the_disk_below(tmp_path: Path) -> None:
    folder, memory = tmp_path / "second", VolumeMemory(tmp_path / "state")
    not_mounted(folder, memory)
    (one,) = begin([folder], [], memory)
    assert one.device == NOWHERE
    assert is_exchanged(one)
    assert not folder.exists()
    assert VolumeMemory(tmp_path / "state").of(folder) == Remembered(str(folder), "that of the disk")


def test_a_folder_that_clients_may_choose_is_remembered_too(root: Path, tmp_path: Path) -> None:
    memory = VolumeMemory(tmp_path / "state")
    not_mounted(root, memory, mark="")
    (one,) = begin([], [root, tmp_path / "comes later"], memory)
    assert is_exchanged(one)
    accept(root)
    assert not is_exchanged(one)


def test_a_disk_that_is_mounted_late_is_known_once_it_is_gone_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer, disk = began(root, tmp_path), root / "usb"
    disk.mkdir()
    mounted: set[Path] = {disk}
    true = device_of

    def device(folder: Path) -> int:
        return OTHER_DEVICE if any(folder.is_relative_to(one) for one in mounted) else true(folder)

    monkeypatch.setattr("seacorder.storage.volumes.device_of", device)
    volumes = MarkedFolders([outer])
    # The folder that is looked at first may not be on that disk, and a link may lead there.
    link = tmp_path / "link"
    link.symlink_to(disk / "Job")
    assert volumes.exchanged(root / "Dive") is None
    assert volumes.exchanged(link / "Dive") is None
    mounted.clear()
    for path in (link / "Dive", disk / "Job", disk / "a.mp4"):
        assert volumes.exchanged(path) is not None
    assert volumes.exchanged(root / "Dive") is None
    accept(disk)
    assert volumes.exchanged(disk / "Job") is None


def test_a_folder_that_stays_on_its_device_is_looked_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device, looks = OTHER_DEVICE, []

    def mount(folder: Path) -> Path:
        looks.append(folder)
        return folder

    monkeypatch.setattr("seacorder.storage.volumes._device_where_it_is", lambda _: device)
    monkeypatch.setattr("seacorder.storage.volumes.mount_of", mount)
    volumes = MarkedFolders()
    assert volumes.exchanged(root) is None
    assert volumes.exchanged(root) is None
    assert looks == [root]
    device = device_of(root)
    assert volumes.exchanged(root) is not None, "nothing is mounted there any more"


def test_where_the_root_s_own_volume_is_mounted_its_mark_alone_decides(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, mounted = elsewhere(began(root, tmp_path)), True
    true = device_of

    def device(folder: Path) -> int:
        return OTHER_DEVICE if mounted and folder.is_relative_to(root) else true(folder)

    monkeypatch.setattr("seacorder.storage.volumes.device_of", device)
    volumes = MarkedFolders([one])
    assert volumes.exchanged(root / "Dive") is None
    mounted = False
    assert volumes.exchanged(root / "Dive") is None, "the mark is there"
    (root / MARK_NAME).unlink()
    assert volumes.exchanged(root / "Dive") == one


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": {"mark": "b"}}', "\x00"])
def test_a_memory_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "volumes.json").write_text(text)
    assert VolumeMemory(tmp_path).of(Path("a")) is None


def test_the_state_folder_is_the_service_s_own_where_it_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/seacorder:/other")
    assert state_folder() == Path("/var/lib/seacorder")
