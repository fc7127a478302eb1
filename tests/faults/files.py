"""Files as they stand on disk, judged by Debian's ffprobe: no repair, no knowledge of Seacorder."""

import json
import subprocess
from pathlib import Path


def opens(path: Path) -> str:
    """Empty when ffprobe reads streams and packets of the file, else what it says."""
    command = ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return f"{path.name}: {done.stderr.strip()}"
    streams = json.loads(done.stdout).get("streams", [])
    packets = sum(int(stream.get("nb_read_packets", 0)) for stream in streams if stream["codec_type"] == "video")
    return "" if packets else f"{path.name} ({path.stat().st_size} bytes) holds no picture"


def that_do_not_open(paths: list[Path]) -> list[str]:
    return [fault for path in paths if (fault := opens(path))]
