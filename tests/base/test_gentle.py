"""A process that lets every other one go first."""

import subprocess
import sys

CODE = """
import ctypes, os
from seacorder.base.gentle import be_gentle
be_gentle()
number = {"x86_64": 252, "aarch64": 31}[os.uname().machine]  # ioprio_get(2)
print(os.nice(0), ctypes.CDLL(None).syscall(number, 1, 0) >> 13)
"""


def test_processor_and_disk_go_to_others_first() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    niceness, disk_class = done.stdout.split()
    assert (niceness, disk_class) == ("19", "3")
