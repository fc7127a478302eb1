"""Installed without internet on a clean machine, run as a service there, and upgraded: by the commands of the pages.

The package is made as `make wheelhouse` makes it. The machine has no network at all, a Python without ensurepip, and a
systemd of its own (rig/clean_machine.py). What the pages of docs/setup tell a reader to type is typed there.
"""

import base64
import io
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rig.clean_machine import CleanMachine, clean_machine, why_not
from rig.pages import blocks
from rig.program import wait_for
from seacorder.catalogue.schema import VERSION
from tools import links, wheelhouse
from tools.tree import ROOT
from tools.wheelhouse import Target

PYTHON = "/usr/bin/python3"
IN_PAGES = "linux-x86_64-python3.11"
PACKAGE = re.compile(rf"seacorder-[\d.]+-{IN_PAGES}")
SETTINGS = '[storage]\nroot = "/data/recordings"\n\n[[channels]]\nname = "Bow"\ninput = "test:"\n'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]


@dataclass(frozen=True, slots=True)
class Installed:
    machine: CleanMachine
    said: str
    """What the installation has printed."""
    changed: str
    """Whatever it has changed outside of its folder."""

    def type(self, page: str, begin: str) -> str:
        """What the block of a page that begins so prints, typed as it stands."""
        return self.machine.say(here(block(page, begin)))


def block(page: str, begin: str) -> str:
    text = (ROOT / "docs/setup" / page).read_text(encoding="utf-8")
    (found,) = [body for body in blocks(text, "sh") if body.startswith(begin)]
    return found


def here(text: str) -> str:
    """A text of a page with the names that packages have on this system."""
    return text.replace(IN_PAGES, target().package("0").removeprefix("seacorder-0-"))


def target() -> Target:
    """This computer with the system's own Python, which the clean machine has."""
    words = [PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    version = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    return wheelhouse.target_of(version, None)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, from whatever index this computer's pip is set up for. Fails where none is reached."""
    folder = tmp_path_factory.mktemp("package")
    words = [sys.executable, "-m", "tools.wheelhouse", "--python", target().python_text, "--into", str(folder)]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        pytest.fail(f"make wheelhouse: {done.stdout}", pytrace=False)
    (made,) = folder.iterdir()
    assert done.stdout.splitlines()[-1].endswith("install.py /opt/seacorder-0.1.0")
    return made


@pytest.fixture(scope="module")
def installed(archive: Path) -> Iterator[Installed]:
    """A clean machine on which install.md was followed to its end, but for the removal."""
    with clean_machine(hidden=ROOT) as machine:
        machine.put(archive, f"/root/{archive.name}")
        unpack, install, *rest = here(block("install.md", "tar xzf")).splitlines()
        machine.say(f"{unpack}\ntouch unpacked")
        said = machine.say(install)
        changed = machine.say("find /etc /home /opt /srv /usr/local /var/lib -xdev -cnewer unpacked "
                              "-not -path '/opt/seacorder*' -not -path '/var/lib/systemd*'")
        said += machine.say("\n".join(rest))
        for begin in ("sudo useradd", "seacorder config-sample"):
            machine.say(block("install.md", begin))
        yield Installed(machine, said, changed)


def test_it_is_installed_without_network_and_without_ensurepip(installed: Installed) -> None:
    machine = installed.machine
    interfaces = [line.split(":")[0].strip() for line in machine.say("cat /proc/net/dev").splitlines() if ":" in line]
    assert interfaces == ["lo"]
    assert machine.run(f"{PYTHON} -c 'import ensurepip'").returncode == 1
    assert installed.said.splitlines()[-2:] == [
        "Seacorder 0.1.0 is installed in /opt/seacorder-0.1.0. Start it with /opt/seacorder-0.1.0/bin/seacorder",
        "seacorder 0.1.0",
    ]
    assert installed.changed == "/opt\n"
    needs = "/opt/seacorder-0.1.0/bin/python -I $(echo seacorder-*/pip/pip-*.whl)/pip check"
    assert machine.say(needs).strip() == "No broken requirements found."


def test_the_documents_are_installed_too(installed: Installed, tmp_path: Path) -> None:
    """All that are in the source folder, with links that lead somewhere; any user may read them."""
    where = "/opt/seacorder-0.1.0/documents"
    assert installed.said.splitlines()[-3] == f"The documents are in {where}: begin with docs/index.md"
    packed = installed.machine.say(f"sudo -u recorder tar -C {where} -cz . | base64")
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(packed))) as archive:
        for member in archive:
            if (file := archive.extractfile(member)) is not None:  # None for folders
                path = tmp_path / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.read())
    names = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert names == set(wheelhouse.documents())
    assert Path("docs/sea/card.md") in names
    assert {page.name: found for page in tmp_path.rglob("*.md") if (found := links.faults(page))} == {}


def test_the_demo_runs_from_it_as_another_user(installed: Installed) -> None:
    machine = installed.machine
    demo = block("install.md", "sudo -u recorder seacorder serve")
    words = machine.words("sh", "-ec", f"echo $$ > demo.pid; exec {demo}")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Seacorder 0.1.0 takes commands.\n"
        wait_for(lambda: machine.say("seacorder status --once").count(" live ") == 4, "four live channels")
        machine.say("seacorder start; seacorder stop")
        machine.say("kill -TERM $(cat demo.pid)")
        assert process.wait(timeout=60) == 0
    assert machine.say("find /data/demo -name '*.mp4' -user recorder").count("\n") == 4


def test_what_it_refuses_on_a_real_machine_leaves_nothing_behind(installed: Installed) -> None:
    machine = installed.machine
    machine.say("cp -r seacorder-*/ /tmp/package; printf x | tee -a /tmp/package/wheels/av-*.whl; mkdir /tmp/small; "
                "mount -t tmpfs -o size=9m tmpfs /tmp/small")
    install = f"{PYTHON} seacorder-*/install.py"
    for command, said in (
        (f"{PYTHON} /tmp/package/install.py /opt/new",
         r"wheels/av-\S+ is damaged or missing\. Copy the package again\.\n"),
        (f"{install} /opt/seacorder-0.1.0", r"/opt/seacorder-0\.1\.0 exists already\. Choose another folder, or .*\n"),
        (f"sudo -u recorder {install} /opt/new",
         r"/opt/new cannot be made \(Permission denied\)\. Run it with sudo, or choose another folder\.\n"),
        (f"{install} /tmp/small/new",
         r"Installing .*\nIt could not be installed, and nothing was left behind\. (.|\n)*No space left (.|\n)*"),
    ):
        done = machine.run(command)
        assert done.returncode == 1
        assert re.fullmatch(said, done.stdout), done.stdout
    assert machine.say("ls /opt | grep seacorder; ls /tmp/small") == "seacorder-0.1.0\n"
    assert machine.say("seacorder --version") == "seacorder 0.1.0\n"


def test_the_service_waits_for_the_disk_and_starts_when_it_is_mounted(installed: Installed) -> None:
    """As docs/setup/disks.md says of `nofail`. A mount option that does not exist stands for a missing disk."""
    machine = installed.machine
    machine.say("""mkdir /disk
        echo "tmpfs /disk tmpfs nofail,uid=recorder" > /etc/fstab
        systemctl daemon-reload; systemctl start disk.mount
        printf '[storage]\\nroot = "/disk/files"\\n[[channels]]\\nname = "Bow"\\ninput = "test:"\\n' > disk.toml
        seacorder service install --config disk.toml --run-as recorder
        systemctl stop seacorder disk.mount
        echo "tmpfs /disk tmpfs nofail,uid=recorder,none-such" > /etc/fstab; systemctl daemon-reload""")
    assert "A dependency job for seacorder.service failed" in machine.run("systemctl start seacorder").stdout
    assert machine.run("seacorder service status").returncode == 1
    assert machine.say("ls /disk") == "", "nothing is recorded on the system's disk"
    machine.say("sed -i s/,none-such// /etc/fstab; systemctl daemon-reload; mount /disk")
    wait_for(lambda: " live " in machine.run("seacorder status --once").stdout, "the service to start")
    machine.say("seacorder service remove; rm disk.toml; umount /disk")


def test_the_service_is_upgraded_and_goes_back(installed: Installed, archive: Path, tmp_path: Path) -> None:
    machine = installed.machine
    machine.say(f"printf '%s' '{SETTINGS}' > /etc/seacorder/seacorder.toml")
    installed.type("service.md", "sudo seacorder service install")
    first = record(machine)
    backup = block("upgrade.md", "sudo systemctl stop seacorder")
    machine.say(f"mkdir backup; {backup.replace('/path/to/backup', 'backup')}")
    add_variables(machine)

    newer = here("seacorder-0.2.0-" + IN_PAGES)
    machine.put(next_version(archive, tmp_path / newer), f"/root/{newer}.tar.gz")
    for begin in ("tar xzf", "sudo -u recorder /opt/seacorder-0.2.0"):
        installed.type("upgrade.md", begin)
    installed.type("upgrade.md", "sudo seacorder service remove\nsudo -u recorder mkdir /data/recordings/before-0.2.0")
    second = record(machine)
    assert running(machine) == ("/opt/seacorder-0.2.0/bin/python", str(VERSION + 1))
    assert machine.say("cat /etc/systemd/system/seacorder.service.d/own.conf"), "additions of the user's own stay"
    assert installed.type("upgrade.md", "sudo -u recorder seacorder check").endswith("\nEverything agrees.\n")

    refused_by_the_older(machine)

    installed.type("upgrade.md", "sudo seacorder service remove\nsudo -u recorder mkdir /data/recordings/of-0.2.0")
    third = record(machine)
    assert running(machine) == ("/opt/seacorder-0.1.0/bin/python", str(VERSION))
    assert [row for row in (first, second, third) if row not in machine.say("ls /data/recordings")] == []
    assert installed.type("upgrade.md", "sudo -u recorder seacorder check").startswith("3 video files ")

    machine.say("mkdir copies; cp -r /data/recordings/DATA_* copies/")
    copied = machine.say(block("upgrade.md", "seacorder catalogue rebuild").replace("FOLDER", "copies"))
    assert copied.endswith("\nEverything agrees.\n")

    installed.type("install.md", "sudo seacorder service remove")
    assert machine.say("ls /opt /usr/local/bin | grep seacorder") == "seacorder-0.2.0\n"
    assert first in machine.say("ls /data/recordings")


SECRET = "rtsp://user:pa%40ss%23w&o$rd@10.0.0.5/stream1#transport=udp"
OTHER_INPUT = "test:?size=640x360&rate=25"


def record(machine: CleanMachine) -> str:
    """The folder of a recording that is made now."""
    wait_for(lambda: " live " in machine.run("seacorder status --once").stdout, "a live channel")
    (folder,) = set(re.findall(r"DATA_\d+", machine.say("seacorder start; seacorder stop")))
    return folder


def add_variables(machine: CleanMachine) -> None:
    """The service gets variables from a file that only root can read; every letter comes through (service.md)."""
    machine.say(f"""cd /etc/seacorder
        printf '%s\\n' 'OWN="{SECRET}"' 'SEACORDER_CHANNELS_1_INPUT="{OTHER_INPUT}"' > secrets
        chmod 600 secrets
        mkdir /etc/systemd/system/seacorder.service.d; cd /etc/systemd/system/seacorder.service.d
        printf '[Service]\\nEnvironmentFile=/etc/seacorder/secrets\\n' > own.conf
        systemctl daemon-reload; systemctl restart seacorder""")
    pid = machine.say("systemctl show seacorder --property=MainPID --value").strip()
    assert f"OWN={SECRET}\n" in machine.say(f"tr '\\0' '\\n' < /proc/{pid}/environ")
    wait_for(lambda: " 640x360 " in machine.run("seacorder status --once").stdout, "the other input")


def next_version(archive: Path, folder: Path) -> Path:
    """A package of the version after this one, which has a catalogue of the next version too."""
    subprocess.run(["tar", "-xf", archive, "-C", folder.parent], check=True)
    (folder.parent / archive.name.removesuffix(".tar.gz")).rename(folder)
    source = folder.parent / "source"
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, source / name)
    replace(source / "pyproject.toml", r'^version = ".*"', 'version = "0.2.0"')
    replace(source / "src/seacorder/__init__.py", r'^__version__ = ".*"', '__version__ = "0.2.0"')
    later = 'STEPS += (("CREATE TABLE later (id INTEGER)",),)'
    replace(source / "src/seacorder/catalogue/schema.py", r"^(VERSION = .*)$", rf"{later}\n\1")
    for old in folder.glob("wheels/seacorder-*"):
        old.unlink()
    wheelhouse.build(folder / "wheels", source)
    wheelhouse.describe(target(), "0.2.0", folder)
    made = folder.with_name(f"{folder.name}.tar.gz")
    wheelhouse.pack(folder, made, 0)
    return made


def replace(file: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert count == 1, file
    file.write_text(text, encoding="utf-8")


def running(machine: CleanMachine) -> tuple[str, str]:
    """The program that the service runs, and its catalogue's version."""
    pid = machine.say("systemctl show seacorder --property=MainPID --value").strip()
    program = machine.say(f"tr '\\0' '\\n' < /proc/{pid}/cmdline").splitlines()[0]
    ask = "import sqlite3; c = sqlite3.connect('seacorder.db'); print(*c.execute('PRAGMA user_version').fetchone())"
    return program, machine.say(f'cd /data/recordings; {PYTHON} -c "{ask}"').strip()


def refused_by_the_older(machine: CleanMachine) -> None:
    """The older program does not touch the list of the newer one; it says why, and how to go on."""
    machine.say("systemctl stop seacorder")
    old = "sudo -u recorder /opt/seacorder-0.1.0/bin/seacorder serve --config /etc/seacorder/seacorder.toml"
    done = machine.run(old)
    assert done.returncode == 1
    page = (ROOT / "docs/setup/upgrade.md").read_text(encoding="utf-8")
    assert "\n".join(done.stdout.splitlines()[-2:]) in page
