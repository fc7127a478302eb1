"""Which files belong to the project: what git tracks, or would track if it were added."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_LEFT_OUT = {".venv", ".git", "node_modules", "__pycache__", "dist", "build"}


def project_files(root: Path = ROOT) -> list[Path]:
    """Absolute paths, sorted; from git where there is a repository, else by walking the folder."""
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
        paths = [root / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in root.rglob("*") if not _LEFT_OUT & set(path.relative_to(root).parts)]
    return sorted(path for path in paths if path.is_file())


def project_text(root: Path = ROOT) -> list[tuple[Path, str]]:
    """Every text file with its content; binary files are left out."""
    found = []
    for path in project_files(root):
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            found.append((path, content.decode("utf-8", errors="replace")))
    return found
