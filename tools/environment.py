"""Makes the virtual environment: `python tools/environment.py FOLDER`. Runs before anything is installed.

Some Debian systems have Python without `ensurepip`. As root the missing package is installed; otherwise one sentence
says what to do.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

OLDEST = (3, 11)


def has_ensurepip() -> bool:
    try:
        import ensurepip  # noqa: F401 - only whether it is there
    except ImportError:
        return False
    return True


def add_ensurepip() -> None:
    """Installs Debian's package for it. Raises SystemExit with a sentence where that is not possible."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.exit(f"This Python cannot make virtual environments. Install {package} (as root) and try again.")
    print(f"Installing {package} …")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "-q"], check=True, env=environment, stdout=subprocess.DEVNULL)
    subprocess.run([apt, "install", "-q", "-y", package], check=True, env=environment, stdout=subprocess.DEVNULL)


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Seacorder needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try make PYTHON=python3.11")
    folder = Path(sys.argv[1])
    if has_ensurepip():
        venv.create(folder, with_pip=True, symlinks=os.name != "nt", clear=True)
        return
    add_ensurepip()
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)


if __name__ == "__main__":
    main()
