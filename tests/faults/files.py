"""Files as they stand on disk, judged by Debian's ffprobe: no repair, no knowledge of Seacorder."""

import subprocess
from pathlib import Path


def opens(path: Path) -> str:
    """Empty when ffprobe finds the video stream and reads to the end of the file, else what it says.

    A file that was cut off within its first frame's time opens and holds no picture; accounts judge pictures.
    """
    command = ["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v"]
    command += ["-show_entries", "stream=codec_name,width", "-of", "csv=p=0", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return f"{path.name} ({path.stat().st_size} bytes): {done.stderr.strip()}"
    codec, _, width = done.stdout.strip().partition(",")
    return "" if codec and width.isdigit() and int(width) > 0 else f"{path.name} has no video stream: {done.stdout!r}"


def that_do_not_open(paths: list[Path]) -> list[str]:
    return [fault for path in paths if (fault := opens(path))]
