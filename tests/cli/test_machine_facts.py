"""What is taken from the kernel's tables, and what never is: users and passwords of network mounts."""

import pytest

from seacorder.cli.machine_facts import (
    Mount,
    memory_bytes,
    mount_of,
    mounts,
    ports_listened_on,
    processor_model,
    system_name,
    uptime_seconds,
)

SECRET = "Kaltwasser77zz"
MOUNTINFO = rf"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
23 22 0:21 / /proc rw,nosuid shared:5 - proc proc rw
40 22 0:45 / /mnt/nas rw,relatime shared:9 - cifs //pilot:{SECRET}@nas/dives rw,username=pilot,password={SECRET}
41 22 0:46 / /mnt/ship ro,nosuid - fuse.sshfs pilot{SECRET}@10.0.0.9:/data rw,user_id=0,group_id=0
42 22 0:47 / /mnt/dav rw shared:11 master:2 - fuse https://pilot:{SECRET}@dav.vessel/x ro,user={SECRET}
43 22 8:17 / /media/dive\040disk\134one rw - exfat /dev/sdb1 rw
44 22 8:18 / /media/dive\040disk\134one rw - ntfs3 /dev/sdc1 rw
no row
"""


def test_of_a_mount_only_its_place_kind_and_whether_it_is_read_only_are_taken() -> None:
    found = mounts(MOUNTINFO)
    assert found == (
        Mount("/", "ext4", False), Mount("/proc", "proc", False), Mount("/mnt/nas", "cifs", False),
        Mount("/mnt/ship", "fuse.sshfs", True), Mount("/mnt/dav", "fuse", True),
        Mount("/media/dive disk\\one", "exfat", False), Mount("/media/dive disk\\one", "ntfs3", False),
    )  # fmt: skip
    assert SECRET not in repr(found)
    assert "pilot" not in repr(found)


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/srv/me", "ext4"), ("/mnt/nas", "cifs"), ("/mnt/nas/a/b", "cifs"), ("/mnt/nasty", "ext4"),
     ("/media/dive disk\\one/rec", "ntfs3")],
)
def test_a_folder_is_on_the_innermost_and_newest_mount(folder: str, kind: str) -> None:
    mount = mount_of(folder, mounts(MOUNTINFO))
    assert mount is not None
    assert mount.file_system == kind


def test_without_tables_nothing_is_known() -> None:
    assert mounts("") == ()
    assert mount_of("/data", ()) is None
    assert (processor_model(""), memory_bytes(""), uptime_seconds(""), system_name("")) == ("", {}, None, "")
    assert ports_listened_on(["", "\n"], [13000]) == ()


def test_processor_memory_time_and_system() -> None:
    assert processor_model("processor\t: 0\nmodel name\t: AMD EPYC 7B13\nmodel name\t: other\n") == "AMD EPYC 7B13"
    assert processor_model("Model\t\t: Raspberry Pi 5 Model B Rev 1.0\n") == "Raspberry Pi 5 Model B Rev 1.0"
    meminfo = "MemTotal:       16000 kB\nMemFree: 1 kB\nMemAvailable:    8000 kB\nSwapTotal: 0 kB\nHugePages_Total: x\n"
    assert memory_bytes(meminfo) == {"total": 16_384_000, "available": 8_192_000, "swap_total": 0}
    assert uptime_seconds("350735.47 234388.90\n") == 350735.47
    assert uptime_seconds("nonsense") is None
    assert system_name('NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12"\n') == "Debian GNU/Linux 12"


def test_ports_are_told_without_the_addresses_of_the_network() -> None:
    head = "  sl  local_address rem_address   st tx_queue\n"
    four = head + "   0: 0100007F:32C8 00000000:0000 0A 0\n   1: 0100007F:1F98 0500000A:1F98 01 0\n"
    six = head + "   0: 00000000000000000000000000000000:1F98 00000000000000000000000000000000:0000 0A 0\n"
    assert ports_listened_on([four], [13000, 8088]) == (13000,)
    assert ports_listened_on([four, six], [13000, 8088, 9]) == (8088, 13000)
